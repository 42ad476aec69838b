"""What inspections punish is seen before, told once, and over when it is over."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.actors import CITIZEN
from accounts.models import User
from inquiries.forms.portal import SubmitForm
from inquiries.models import Inquiry
from inquiries.states import Kind
from inquiries.workflow import perform
from ledger.models import Event
from notices.models import InboxItem, Outbox
from sla.attention.concerns import concerns
from sla.attention.watching import open_incident, watch
from sla.background import tick
from sla.models import Case, Clock, Delta, Incident, Rollup
from tests.factories import Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

START = china(2026, 3, 2)
DAY = timedelta(days=1)


def codes(now: Any) -> set[str]:
    return {one.code for one in concerns(now)} - {"stale"}


def notices(code: str) -> int:
    return InboxItem.objects.filter(kind=f"attention_{code}", role="supervisor").count()


def board(user: User, now: Any) -> str:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(now, tick=False):
        return client.get(reverse("supervision:board")).content.decode()


@pytest.mark.parametrize(
    ("days", "found"),
    [(44, set()), (45, {"quiet_soon"}), (59, {"quiet_soon"}), (60, {"quiet"}), (400, {"quiet"})],
)
def test_two_months_without_a_public_answer(cast: Cast, days: int, found: set[str]) -> None:
    advance(make_inquiry(START), cast, "publish", START)
    assert codes(START + days * DAY) == found


def test_a_bureau_that_never_published_is_counted_from_its_first_case(cast: Cast) -> None:
    advance(make_inquiry(START), cast, "reply", START)
    assert codes(START + 61 * DAY) == {"quiet"}


def test_a_bureau_without_cases_has_no_concern(cast: Cast) -> None:
    tick(START)
    assert concerns(START) == []


@pytest.mark.parametrize(
    ("days", "found"),
    [(59, ""), (60, "consultation_old"), (84, "consultation_old"), (85, "consultation_grave")],
)
def test_three_months_without_an_answer(cast: Cast, days: int, found: str) -> None:
    make_inquiry(START)
    now = START + days * DAY
    advance(make_inquiry(now - DAY), cast, "publish", now - DAY)
    assert codes(now) == ({found} if found else set())


def test_what_was_answered_and_taken_up_again_is_not_unanswered(cast: Cast) -> None:
    number = advance(make_inquiry(START), cast, "publish", START + DAY).number
    perform("rate", number, by=CITIZEN, at=START + 2 * DAY, rating=1, comment="未解决")
    perform("request_reopen", number, by=CITIZEN, at=START + 3 * DAY, reason="未解决")
    perform("reopen", number, by=cast.by("supervisor"), at=START + 4 * DAY)
    now = START + 90 * DAY
    advance(make_inquiry(now - DAY), cast, "publish", now - DAY)
    assert codes(now) == set()


def test_only_consultations_count_for_the_three_months(cast: Cast) -> None:
    make_inquiry(START, kind=Kind.COMPLAINT)
    now = START + 100 * DAY
    advance(make_inquiry(now), cast, "publish", now)
    assert codes(now) == set()


def test_the_board_names_them_and_leads_to_exactly_the_cases(cast: Cast) -> None:
    waiting = [make_inquiry(START), make_inquiry(START + DAY)]
    now = START + 90 * DAY
    fresh = make_inquiry(now - DAY)
    page = board(cast.supervisor, now)
    assert "2 consultations have waited for nearly three months" in page
    [url] = [one.url for one in concerns(now) if one.code == "consultation_grave"]
    client = Client()
    client.force_login(cast.auditor, "django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(now, tick=False):
        listed = client.get(url).content.decode()
    assert all(inquiry.number in listed for inquiry in waiting)
    assert fresh.number not in listed


def test_supervisors_are_told_once_and_again_when_it_begins_anew(cast: Cast) -> None:
    advance(make_inquiry(START), cast, "publish", START)
    late = START + 61 * DAY
    for minutes in (0, 5, 10, 20, 60):
        watch(late + timedelta(minutes=minutes))
    assert notices("quiet") == 1
    advance(make_inquiry(late), cast, "publish", late)
    watch(late + DAY)
    assert Incident.objects.get(code="quiet").closed_at == late + DAY
    watch(late + 61 * DAY)
    assert notices("quiet") == 2


def test_an_incident_is_opened_once_however_many_watch(cast: Cast) -> None:
    assert open_incident("quiet", START)
    assert not open_incident("quiet", START)
    assert (Incident.objects.count(), notices("quiet")) == (1, 1)


def test_background_work_that_stands_still_is_seen(cast: Cast) -> None:
    tick(START)
    assert [one.code for one in concerns(START + timedelta(minutes=59))] == []
    assert [one.code for one in concerns(START + timedelta(hours=1))] == ["stale"]
    assert "The background work does not run" in board(cast.supervisor, START + 2 * DAY)


def test_the_self_test_leaves_nothing_behind(cast: Cast) -> None:
    kept = (Inquiry, Case, Clock, Event, Delta, Rollup, Outbox, InboxItem)
    make_inquiry(START)
    before = [model.objects.count() for model in kept]
    out = StringIO()
    with time_machine.travel(START, tick=False):
        call_command("selftest", stdout=out)
    assert "the public form works" in out.getvalue()
    assert [model.objects.count() for model in kept] == before
    assert make_inquiry(START).number  # the next number is not spoilt


def test_a_broken_form_is_told_and_mended(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(form: Any) -> Any:
        raise RuntimeError("the template is gone")

    with time_machine.travel(START, tick=False):
        with monkeypatch.context() as patch:
            patch.setattr(SubmitForm, "matter", broken)
            for _ in range(2):
                with pytest.raises(CommandError, match="the template is gone"):
                    call_command("selftest")
        assert notices("form_broken") == 1
        assert "The public form failed its self-test" in board(cast.supervisor, START)
        call_command("selftest", stdout=StringIO())
        assert Incident.objects.get(code="form_broken").closed_at == START
        assert "self-test" not in board(cast.supervisor, START)


def test_a_form_that_refuses_is_broken_too(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inquiries.selftest.MARK", "")
    with time_machine.travel(START, tick=False), pytest.raises(CommandError, match="422"):
        call_command("selftest")


def test_the_self_test_runs_daily_where_it_is_switched_on(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []

    def tried(now: Any) -> str:
        ran.append(now)
        return ""

    monkeypatch.setattr("sla.attention.watching._self_tests", [tried])
    tick(START)
    assert ran == []
    settings.SELF_TEST = True
    for hours in (0, 1, 23, 24, 25):
        tick(START + timedelta(hours=hours))
    assert ran == [START, START + DAY]
