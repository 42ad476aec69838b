"""Celery workers as they really run, with RabbitMQ and with Redis, killed at the worst moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import redis
from kombu import Connection

from foundation.clock import now
from notices.delivery import LEASE, deliver
from notices.models import Outbox
from tests.notices.gateway import TOKEN, Gateway, running
from tests.services import processes

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

SUBMIT = """
from django.utils import timezone
from foundation.clock import now
from tests.factories import make_inquiry
for _ in range({n}):
    make_inquiry(now(), email="", phone="13800138000")
"""
NUDGE = """
from django.db import transaction
from foundation.nudge import nudge
with transaction.atomic():
    nudge("notices.tasks.deliver")
"""


@dataclass
class House:
    """A bureau with a broker and a gateway, and the environment of its processes."""

    env: dict[str, str]
    gateway: Gateway


@pytest.fixture(params=["rabbitmq", "redis"])
def house(
    request: pytest.FixtureRequest, bureau: None, tmp_path: Path, settings: Any
) -> Iterator[House]:
    url = request.getfixturevalue(f"{request.param}_url")
    queue = f"huiying-test-{token_hex(4)}"
    with running() as gateway:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = gateway.url, TOKEN
        env = processes.environment(
            tmp_path,
            BROKER_URL=url,
            QUEUE=queue,
            SMS_GATEWAY_URL=gateway.url,
            SMS_GATEWAY_TOKEN=TOKEN,
        )
        yield House(env, gateway)
    _forget(url, queue)


def _forget(url: str, queue: str) -> None:
    if url.startswith("redis"):
        with redis.from_url(url) as client:
            for key in client.scan_iter(f"*{queue}*"):
                client.delete(key)
        return
    with Connection(url) as broker:
        channel: Any = broker.channel()
        channel.queue_delete(queue)
        channel.exchange_delete(queue)


def states() -> set[str]:
    return set(Outbox.objects.values_list("state", flat=True))


def all_sent(n: int) -> bool:
    return Outbox.objects.filter(state="sent").count() == n


def test_a_nudge_has_a_worker_deliver_at_once(house: House) -> None:
    with processes.worker(house.env):
        processes.run(SUBMIT.format(n=2), house.env)
        processes.wait_for(lambda: all_sent(2), "two letters to be sent")
    assert sorted(house.gateway.keys) == sorted(Outbox.objects.values_list("key", flat=True))


def test_a_worker_killed_in_mid_delivery_loses_and_doubles_nothing(house: House) -> None:
    gateway = house.gateway
    gateway.open.clear()
    with processes.worker(house.env) as worker:
        processes.run(SUBMIT.format(n=5), house.env)
        processes.wait_for(lambda: bool(gateway.taken), "a letter on its way")
        processes.kill(worker)
    gateway.open.set()
    (on_its_way,) = gateway.keys
    assert states() == {"pending"}
    # What the dead worker had taken is not given to another before its lease is over.
    taken = Outbox.objects.filter(attempts=1).count()
    assert taken >= 1
    assert deliver(now()) == 5 - taken
    Outbox.objects.filter(state="pending").update(next_try_at=now())
    with processes.worker(house.env):
        processes.run(NUDGE, house.env)
        processes.wait_for(lambda: all_sent(5), "five letters to be sent")
    # Only the letter in hand at the kill can come twice, and then under the same key.
    assert set(gateway.keys) == set(Outbox.objects.values_list("key", flat=True))
    assert sorted(gateway.keys) == sorted([*set(gateway.keys), on_its_way])
    assert deliver(now() + 2 * LEASE) == 0
