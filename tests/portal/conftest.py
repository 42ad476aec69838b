"""A citizen at the portal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from foundation import clock
from inquiries.codes import code_for
from inquiries.form_keys import new_key
from inquiries.models import Inquiry

SECRET = "the-secret-of-a-form"  # the key most tests submit with


def fresh_key() -> str:
    """The hidden key of a form that was opened ten seconds ago."""
    return new_key(clock.now() - timedelta(seconds=10)).signed


def matter(**over: Any) -> dict[str, Any]:
    """What a citizen sends with the form."""
    return {
        "form_key": fresh_key(),
        "kind": "consultation",
        "title": "高新技术企业认定咨询",
        "text": "请问今年高新技术企业认定什么时候开始申报，需要准备哪些材料？",
        "name": "张三",
        "phone": "13800138000",
        "email": "",
        "wants_public": "yes",
        "consent": "on",
        "homepage": "",
    } | over


@pytest.fixture
def follow(client: Client) -> Callable[[Inquiry, str], Client]:
    """Open a case, submitted with the given key, in the test client."""

    def opened(inquiry: Inquiry, secret: str = SECRET) -> Client:
        answer = client.post("/follow/", {"number": inquiry.number, "code": code_for(secret)})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return opened
