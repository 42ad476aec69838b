"""Load balancers learn the truth about a node."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from config.health import STUCK_ALLOWED
from sla.models import Heartbeat
from tests.factories import MONDAY, make_inquiry

pytestmark = pytest.mark.django_db


def beat(at: datetime) -> None:
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": at})


def test_a_live_process_says_so_without_asking_anything(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/livez")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


def test_a_node_with_database_migrations_and_background_work_is_ready(client):
    beat(timezone.now())
    response = client.get("/readyz")
    assert response.status_code == 200
    assert set(response.json()["checks"].values()) == {"ok"}


@pytest.mark.parametrize("age", [None, timedelta(hours=1)])
def test_without_a_recent_background_pass_the_node_is_not_ready(client, age):
    if age:
        beat(timezone.now() - age)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "background pass" in response.json()["checks"]["background"]


def test_a_silent_database_gives_503_and_no_details(client, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError("password=secret")

    monkeypatch.setattr(CursorWrapper, "execute", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "secret" not in response.content.decode()


def test_alarms_written_late_make_a_node_not_ready(client, cast, settings):
    made = [make_inquiry(MONDAY) for _ in range(STUCK_ALLOWED + 1)]
    due = made[0].case.clocks.earliest("next_event_at").next_event_at
    assert due is not None
    settings.SWEEP_MAX_LAG = timedelta(minutes=15)
    for late, status in ((timedelta(minutes=15), 200), (timedelta(minutes=16), 503)):
        with time_machine.travel(due + late, tick=False):
            beat(due + late)
            response = client.get("/readyz")
        assert response.status_code == status
    assert response.json()["checks"]["alarms"] == "alarms are written 960 seconds late"
    made[0].case.clocks.update(next_event_at=None)
    with time_machine.travel(due + timedelta(minutes=16), tick=False):
        assert client.get("/readyz").status_code == 200  # a few stuck ones shut nobody out
