"""A nudge comes after the commit, and never fails the request that gave it."""

from __future__ import annotations

import pytest
from celery import current_app
from django.db import transaction
from django.test import override_settings

from foundation.nudge import nudge

with_broker = override_settings(BROKER_URL="amqp://broker/")


@pytest.fixture
def sent(monkeypatch):
    names: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: names.append(name))
    return names


@pytest.mark.django_db(transaction=True)
@with_broker
def test_the_task_is_sent_after_the_commit(sent):
    with transaction.atomic():
        nudge("notices.tasks.deliver")
        assert sent == []
    assert sent == ["notices.tasks.deliver"]


@pytest.mark.django_db(transaction=True)
@with_broker
def test_nothing_is_sent_when_the_transaction_is_undone(sent):
    with transaction.atomic():
        nudge("notices.tasks.deliver")
        transaction.set_rollback(True)
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_nothing_is_sent(sent):
    with override_settings(BROKER_URL=""), transaction.atomic():
        nudge("notices.tasks.deliver")
    assert sent == []


@pytest.mark.django_db(transaction=True)
@with_broker
def test_a_broker_that_is_down_does_not_fail_the_request(monkeypatch, caplog):
    def down(*args: object, **options: object) -> None:
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr(current_app, "send_task", down)
    with transaction.atomic():
        nudge("notices.tasks.deliver")
    assert "did not take notices.tasks.deliver" in caplog.text
