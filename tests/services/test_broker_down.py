"""A broker that is down, or silent, costs a citizen nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail

from foundation.clock import now
from inquiries.models import Inquiry
from notices.models import Outbox
from sla.background import tick
from tests.services import processes

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

POST = """
from django.test import Client
from foundation.clock import now
from inquiries.form_keys import replacement
form = {
    "form_key": replacement(now()).signed, "kind": "consultation", "title": "高新技术企业认定咨询",
    "text": "请问今年高新技术企业认定什么时候开始申报？", "name": "张三", "phone": "13800138000",
    "email": "zhang@example.org", "wants_public": "no", "consent": "on",
}
response = Client(headers={"host": "localhost"}).post("/submit/", form)
print(response.status_code)
"""


@pytest.fixture(params=["amqp", "redis"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Something that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield int(found.getsockname()[1])


@pytest.mark.parametrize("kind", ["closed", "silent"])
def test_a_submission_is_taken_and_answered_without_the_broker(
    bureau: None, tmp_path: Path, scheme: str, kind: str, request: pytest.FixtureRequest
) -> None:
    port = request.getfixturevalue(f"{kind}_port")
    path = {"amqp": "//", "redis": "/0"}[scheme]
    env = processes.environment(tmp_path, BROKER_URL=f"{scheme}://127.0.0.1:{port}{path}")
    assert processes.run(POST, env) == "302\n"
    assert Inquiry.objects.count() == 1
    assert tick(now()).letters == 1
    assert Outbox.objects.get().state == "sent"
    assert len(mail.outbox) == 1
