"""Working off the outbox: tried again in growing steps, given up in the end, never sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from notices import channels, delivery
from notices.delivery import LEASE, WAITS, deliver
from notices.models import Outbox
from tests.factories import MONDAY, make_inquiry
from tests.notices.gateway import TOKEN, Gateway, running

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def only() -> Outbox:
    return Outbox.objects.get()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Channels that refuse every letter; the keys of those tried."""
    tried: list[str] = []

    def refuse(item: Outbox, letter: Any) -> None:
        tried.append(item.key)
        raise ConnectionRefusedError("secret words of the mail server")

    monkeypatch.setattr(channels, "send", refuse)
    return tried


def test_what_waits_is_sent_once(bureau: None) -> None:
    make_inquiry()
    assert deliver(MONDAY) == 1
    assert deliver(MONDAY) == 0
    assert deliver(MONDAY + timedelta(days=9)) == 0
    item = only()
    assert (item.state, item.sent_at, item.attempts) == ("sent", MONDAY, 1)
    (message,) = mail.outbox
    assert message.extra_headers["Message-ID"] == f"<{item.key.replace(':', '.')}@localhost>"


def test_nothing_is_sent_before_its_time(bureau: None) -> None:
    make_inquiry()
    assert deliver(MONDAY - timedelta(seconds=1)) == 0
    assert mail.outbox == []


def test_the_same_event_never_queues_a_second_letter(bureau: None) -> None:
    make_inquiry()
    again = only()
    again.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save(force_insert=True)


def test_a_letter_that_fails_is_tried_again_in_growing_steps(
    bureau: None, broken: list[str]
) -> None:
    make_inquiry()
    at = MONDAY
    for number, wait in enumerate(WAITS, start=1):
        assert deliver(at) == 0
        item = only()
        assert (item.state, item.attempts) == ("pending", number)
        assert item.next_try_at == at + wait
        assert deliver(at + wait - timedelta(seconds=1)) == 0
        assert len(broken) == number
        at += wait
    deliver(at)
    item = only()
    assert (item.state, item.attempts) == ("dead", len(WAITS) + 1)
    deliver(at + timedelta(days=30))
    assert len(broken) == len(WAITS) + 1
    assert list(WAITS) == sorted(WAITS)


def test_a_failure_is_noted_without_the_words_of_the_server(
    bureau: None, broken: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    make_inquiry()
    deliver(MONDAY)
    assert only().last_error == "ConnectionRefusedError"
    assert "secret words" not in caplog.text
    assert "zhang@example.org" not in caplog.text


def test_a_letter_that_recovers_is_sent_under_the_same_key(
    bureau: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_inquiry()
    with monkeypatch.context() as patch:
        patch.setattr(channels, "send", lambda *_: (_ for _ in ()).throw(OSError()))
        deliver(MONDAY)
    assert deliver(MONDAY + WAITS[0]) == 1
    assert (only().state, only().last_error, only().attempts) == ("sent", "", 2)
    assert only().key.replace(":", ".") in mail.outbox[0].extra_headers["Message-ID"]


def test_one_bad_letter_does_not_hold_up_the_others(bureau: None) -> None:
    make_inquiry()
    Outbox.objects.update(kind="no_such_kind")
    for _ in range(2 * delivery.BATCH):
        make_inquiry()
    assert deliver(MONDAY) == 2 * delivery.BATCH
    assert Outbox.objects.get(state="pending").last_error == "TemplateDoesNotExist"


def test_a_letter_in_hand_is_left_alone_until_its_lease_ends(
    bureau: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender killed after taking a letter: nobody takes it at once, somebody does later."""
    make_inquiry()

    def killed(item: Outbox, letter: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(channels, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver(MONDAY)
    assert only().state == "pending"
    assert deliver(MONDAY + LEASE - timedelta(seconds=1)) == 0
    assert deliver(MONDAY + LEASE) == 1


def test_a_slow_run_leases_from_when_it_takes_and_ends_in_time(
    bureau: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_inquiry()
    elapsed = iter([0.0, 70.0, 140.0, 140.0])
    monkeypatch.setattr(delivery, "monotonic", lambda: next(elapsed))
    assert deliver(MONDAY, batch=1) == 2
    leases = Outbox.objects.order_by("pk").values_list("next_try_at", flat=True)
    assert list(leases) == [MONDAY + LEASE, MONDAY + LEASE + timedelta(seconds=70), MONDAY]


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with running() as found:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = found.url, TOKEN
        yield found


def test_a_text_message_goes_through_the_gateway(bureau: None, gateway: Gateway) -> None:
    inquiry = make_inquiry(email="")
    assert deliver(MONDAY) == 1
    (body,) = gateway.taken
    assert gateway.authorizations == {f"Bearer {TOKEN}"}
    assert set(body) == {"to", "text", "key"}
    assert body["to"] == "13800138000"
    assert inquiry.number in body["text"]
    assert body["key"] == only().key


def test_a_gateway_that_says_no_is_asked_again_with_the_same_key(
    bureau: None, gateway: Gateway
) -> None:
    make_inquiry(email="")
    gateway.answer = 503
    assert deliver(MONDAY) == 0
    assert (only().state, only().last_error) == ("pending", "HTTPError")
    gateway.answer = 200
    assert deliver(MONDAY + MINUTE) == 1
    assert gateway.keys == [only().key] * 2
