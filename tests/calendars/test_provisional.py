"""A date that reaches a year without a notice says so to everybody who is shown it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.tokens import issue
from inquiries.codes import code_for
from inquiries.form_keys import new_key
from inquiries.models import Inquiry
from inquiries.workflow import perform
from notices.models import Outbox
from notices.rendering import render
from tests.factories import Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

NOW = china(2026, 12, 29)
SECRET = "a-form-key-known-to-the-test"
WORD = "暂定"


@pytest.fixture(autouse=True)
def _december() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def inquiry(cast: Cast) -> Inquiry:
    return advance(make_inquiry(NOW, key=SECRET), cast, "sign_for")


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_to_the_citizen(inquiry: Inquiry) -> None:
    client = Client()
    client.post(reverse("portal:follow"), {"number": inquiry.number, "code": code_for(SECRET)})
    assert WORD in page(client, reverse("portal:case", args=[inquiry.number]))


def test_to_officers_and_supervisors(inquiry: Inquiry, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.handler)
    assert WORD in page(client, reverse("desk:case", args=[inquiry.number]))
    assert WORD in page(client, reverse("desk:queue", args=["mine"]))
    client.force_login(cast.supervisor)
    assert WORD in page(client, reverse("supervision:cases") + "?measure=open")


def test_on_the_slip_of_a_matter_typed_in(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.intake)
    sent = client.post(
        reverse("desk:new"),
        {
            "key": new_key(NOW).signed,
            "channel": "phone",
            "received_at": "2026-12-29T09:30",
            "kind": "complaint",
            "title": "夜间噪声扰民",
            "text": "来电人反映楼下实验室夜间噪声很大。",
            "name": "张三",
            "phone": "13912345678",
            "consent": "on",
        },
    )
    assert sent.status_code == 200
    assert WORD in sent.content.decode()


def test_to_other_systems(inquiry: Inquiry, cast: Cast) -> None:
    _, token = issue(cast.handler, "test", at=NOW)
    answer = Client(headers={"authorization": f"Bearer {token}"}).get(
        reverse("api:case", args=[inquiry.number])
    )
    clocks = {clock["target"]: clock["provisional"] for clock in answer.json()["clocks"]}
    assert clocks["reply"] is True
    assert clocks["acceptance"] is False


def test_in_the_letter_on_an_extension(inquiry: Inquiry, cast: Cast) -> None:
    perform(
        "request_extension", inquiry.number, by=cast.by("handler"), at=NOW, amount=2, reason="核实"
    )
    perform("grant_extension", inquiry.number, by=cast.by("supervisor"), at=NOW)
    letter = Outbox.objects.get(kind="extended")
    letter.language = "en"
    assert "The date is provisional" in render(letter).body
    letter.context["provisional"] = False
    assert "provisional" not in render(letter).body
