"""Staff who stop working are signed out; staff at work are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def signed_in(client) -> bool:
    return get_user(client).is_authenticated


@pytest.fixture
def staff(client, django_user_model):
    user = django_user_model.objects.create(username="li", is_active=True)
    with time_machine.travel(START, tick=False):
        client.force_login(user)
    return client


def visit(client, minutes: int) -> None:
    with time_machine.travel(START + timedelta(minutes=minutes), tick=False):
        client.get("/livez")


def signed_in_at(client, minutes: int) -> bool:
    with time_machine.travel(START + timedelta(minutes=minutes), tick=False):
        return signed_in(client)


def test_half_an_hour_without_a_request_signs_out(staff):
    assert signed_in_at(staff, 29)
    assert not signed_in_at(staff, 31)


def test_work_keeps_the_session(staff):
    for minutes in range(10, 121, 10):
        visit(staff, minutes)
    assert signed_in_at(staff, 145)
    assert not signed_in_at(staff, 151)


def test_a_page_a_minute_does_not_write_a_row_a_minute(staff):
    written = set()
    for minutes in range(1, 11):
        visit(staff, minutes)
        written.add(Session.objects.get().expire_date)
    assert len(written) <= 6


def test_visitors_get_no_session(client):
    response = client.get("/livez")
    assert not response.cookies
    assert not Session.objects.exists()
