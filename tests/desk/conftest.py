"""Staff at the desk, on an ordinary Monday morning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from inquiries.models import Inquiry
from tests.factories import MONDAY

NOW = MONDAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The clock stands at an hour after the first cases came in, unless a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class Person:
    """A member of staff with a browser."""

    def __init__(self, user: User, language: str = "zh-hans") -> None:
        self.user = user
        self.client = Client()
        self.client.cookies["django_language"] = language
        self.client.force_login(user)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data)

    def case(self, inquiry: Inquiry) -> Any:
        return self.client.get(f"/desk/case/{inquiry.number}/")

    def move(self, inquiry: Inquiry, name: str, **data: Any) -> Any:
        """Send a move's form, made for the case as it is now unless `seen` says otherwise."""
        version = Inquiry.objects.values_list("version", flat=True).get(pk=inquiry.pk)
        return self.client.post(
            f"/desk/case/{inquiry.number}/move/{name}/", {"seen": version, **data}
        )

    def queue(self, name: str, **query: Any) -> list[str]:
        """The numbers on a queue's page."""
        response = self.client.get(f"/desk/queue/{name}/", query)
        assert response.status_code == 200, response.status_code
        return [line.case.number for line in response.context["lines"]]


def words(response: Any) -> str:
    text: str = response.content.decode()
    return text
