"""The page on the background work: what it says when all is well, and what when it is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from inquiries import happenings
from notices.models import Outbox
from sla import background, listeners
from sla.background import beat, tick
from sla.engine.advice import LETTERS_WITHIN, UNFOLDED_MOST, Limits, Signs, Trouble, troubles
from sla.engine.facts import facts, lag
from sla.engine.wording import ADVICE, span
from sla.models import ClockEvent, Heartbeat, Standstill
from sla.proving.verification import verify
from sla.sweep import sweep
from tests.factories import MONDAY, Cast, advance, make_inquiry

MINUTE = timedelta(minutes=1)
LIMITS = Limits(run=5 * MINUTE, lag=15 * MINUTE)
PAGE = "/supervision/engine/"


def signs(**over: Any) -> Signs:
    well: dict[str, Any] = {
        "at": MONDAY,
        "last_sweep": MONDAY,
        "behind": timedelta(),
        "letters_since": None,
        "letters_given_up": 0,
        "unfolded": 0,
    }
    return Signs(**{**well, **over})


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (signs(), []),
        (signs(last_sweep=None), [Trouble.NEVER_RAN]),
        (signs(last_sweep=MONDAY - 5 * MINUTE), []),
        (signs(last_sweep=MONDAY - 6 * MINUTE), [Trouble.STANDS_STILL]),
        (signs(behind=15 * MINUTE), []),
        (signs(behind=16 * MINUTE), [Trouble.BEHIND]),
        (signs(letters_since=MONDAY - LETTERS_WITHIN), []),
        (signs(letters_since=MONDAY - LETTERS_WITHIN - MINUTE), [Trouble.LETTERS_WAIT]),
        (signs(letters_given_up=1), [Trouble.LETTERS_GIVEN_UP]),
        (signs(unfolded=UNFOLDED_MOST + 1), [Trouble.FIGURES_UNFOLDED]),
        (
            signs(last_sweep=MONDAY - 60 * MINUTE, behind=60 * MINUTE, letters_given_up=2),
            [Trouble.STANDS_STILL, Trouble.BEHIND, Trouble.LETTERS_GIVEN_UP],
        ),
    ],
)
def test_what_is_late(seen: Signs, wanted: list[Trouble]) -> None:
    assert troubles(seen, LIMITS) == wanted


def test_there_is_advice_for_every_trouble() -> None:
    assert set(ADVICE) == set(Trouble)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(days=1, hours=1, minutes=30), "1 day 1 hour"),
    ],
)
def test_lengths_in_words(length: timedelta, words: str) -> None:
    from django.utils.translation import override

    with override("en"):
        assert span(length) == words


def test_the_lag_is_that_of_the_oldest_alarm_not_yet_written(cast: Cast) -> None:
    first, _second = make_inquiry(MONDAY), make_inquiry(MONDAY + MINUTE)
    at = first.case.clocks.earliest("next_event_at").next_event_at
    assert at is not None
    assert lag(at - MINUTE).oldest is None
    late = lag(at + 3 * MINUTE)
    assert late.oldest is not None
    assert (late.oldest.case_id, late.seconds) == (first.case_id, 180)
    tick(at + 3 * MINUTE)
    assert lag(at + 3 * MINUTE).seconds == 0


@pytest.mark.django_db
def test_a_standstill_is_noted_once_when_the_work_comes_round_again(monkeypatch: Any) -> None:
    monkeypatch.setattr(settings, "HEARTBEAT_MAX_AGE", 5 * MINUTE)

    def beats(*minutes: int) -> None:
        for n in minutes:
            beat("sweep", now=MONDAY + n * MINUTE)

    # What may rest for an hour does not stand still.
    beat("seals", "kept_files", now=MONDAY)
    beat("seals", "kept_files", now=MONDAY + 60 * MINUTE)
    beats(0, 5, 10)
    assert not Standstill.objects.exists()
    beats(40, 40, 41)
    # A slower process that began earlier and ends later takes nothing back.
    beats(39)
    [gap] = Standstill.objects.all()
    assert (gap.name, gap.since, gap.until) == ("sweep", MONDAY + 10 * MINUTE, MONDAY + 40 * MINUTE)
    assert Heartbeat.objects.get(name="sweep").at == MONDAY + 41 * MINUTE


def test_a_job_that_fails_keeps_none_of_the_others_from_being_done(
    cast: Cast, monkeypatch: Any
) -> None:
    def fail(now: datetime) -> int:
        raise RuntimeError("one case cannot be read")

    make_inquiry(MONDAY)
    monkeypatch.setattr(background, "sweep", fail)
    with pytest.raises(RuntimeError, match="one case"):
        tick(MONDAY + MINUTE)
    assert Outbox.objects.get().state == "sent"
    ran = set(Heartbeat.objects.values_list("name", flat=True))
    assert "letters" in ran
    assert "sweep" not in ran


def test_a_case_that_cannot_be_swept_keeps_no_other_from_being(
    cast: Cast, monkeypatch: Any, caplog: Any
) -> None:
    poisoned, *others = (make_inquiry(MONDAY) for _ in range(5))
    hear = happenings.hear

    def fail_for_one(happened: Any, now: datetime) -> None:
        assert all(event.clock.case_id != poisoned.case_id for event in happened)
        hear(happened, now)

    monkeypatch.setitem(listeners._listeners, "inquiry", fail_for_one)
    later = MONDAY + timedelta(days=20)
    assert sweep(later, batch=2) > 0
    swept = set(ClockEvent.objects.values_list("clock__case_id", flat=True))
    assert swept == {inquiry.case_id for inquiry in others}
    assert lag(later).oldest is not None
    assert lag(later).oldest.case_id == poisoned.case_id  # type: ignore[union-attr]
    assert f"The case with id {poisoned.case_id} could not be swept" in caplog.text
    monkeypatch.undo()
    assert sweep(later, batch=2) > 0
    assert lag(later).oldest is None
    assert len(set(ClockEvent.objects.values_list("clock__case_id", flat=True))) == 5
    assert list(verify()) == []


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(getattr(cast, name), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("name", ["supervisor", "administrator"])
def test_the_page_when_all_is_well_and_when_nothing_runs(cast: Cast, name: str) -> None:
    client = signed_in(cast, name)
    advance(make_inquiry(MONDAY), cast, "sign_for")
    later = MONDAY + timedelta(days=20)
    with time_machine.travel(later, tick=False):
        before = client.get(PAGE).content.decode()
        assert "The background work has never run." in before
        assert "Alarms are written late." in before
        tick(later)
        after = client.get(PAGE).content.decode()
    assert "Everything is running and nothing is late." in after
    assert "What to do" not in after
    found = facts(later)
    assert sum(slot.total for slot in found.hours) == sum(slot.total for slot in found.days) > 5


def test_given_up_letters_are_shown_without_the_address(cast: Cast) -> None:
    make_inquiry(MONDAY)
    Outbox.objects.update(state="dead", last_error="SMTPRecipientsRefused", attempts=8)
    text = signed_in(cast, "auditor").get(PAGE).content.decode()
    assert "SMTPRecipientsRefused" in text
    assert "Letters were given up." in text
    assert "zhang@example.org" not in text


def test_the_page_costs_a_fixed_number_of_queries(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        advance(make_inquiry(MONDAY), cast, "sign_for")
    tick(MONDAY + timedelta(days=30))
    client = signed_in(cast, "administrator")
    client.get(PAGE)
    with django_assert_max_num_queries(17):
        client.get(PAGE)
