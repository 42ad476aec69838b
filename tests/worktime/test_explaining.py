"""Why a clock is due when it is: in words, as a picture, and the same to all who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from accounts.actors import CITIZEN
from inquiries.models import Inquiry
from inquiries.queries.clocks import ClockTold, clocks_for_citizen, clocks_for_staff
from inquiries.workflow import perform
from sla.calendars import make_new_version
from sla.explaining.explanation import Explanation, imagined
from sla.explaining.picture import Cell, months
from sla.models import CalendarDay, Clock
from sla.standing import horizon
from sla.targets import Target
from sla.worktime import Day, Promise, chinese_calendar
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

CHINA = chinese_calendar()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def promise(amount: int, unit: str = "working_days", cutoff: str = "end_of_day") -> Promise:
    return Promise(unit, amount, cutoff)


def looks(told: Explanation) -> dict[str, str]:
    return {f"{cell.date:%m-%d}": cell.look for cell in told.cells}


def test_the_spring_festival_in_words() -> None:
    told = imagined(CHINA, promise(5), china(2026, 2, 13), "Article 1")
    assert told.sentences == [
        "Received on 13 Feb 2026: the day of receipt is not counted. The time is 5 working days.",
        "Counted: 5 days, from 14 Feb 2026 to 27 Feb 2026.",
        "Left out: 3 days of weekends; 春节 (6 days between 16 Feb 2026 and 23 Feb 2026).",
        "Counted because they are make-up working days: 14 Feb 2026.",
        "The last day ends at midnight: due 27 Feb 2026, 23:59.",
        "The days off of the years concerned are settled by official notice.",
    ]
    found = looks(told)
    assert found["02-13"] == "receipt"
    assert found["02-14"] == "counted makeup"
    assert found["02-15"] == "weekend"
    assert found["02-16"] == "holiday"
    assert found["02-24"] == "counted"
    assert found["02-27"] == "counted last"
    assert len(found) == 15


@pytest.mark.parametrize(
    ("asked", "start", "said"),
    [
        (
            promise(3, "calendar_days"),
            china(2026, 2, 13),
            [
                (
                    "Began on 13 Feb 2026: the day itself is not counted. The time is 3 calendar"
                    " days; weekends and holidays count, too."
                ),
                "Counted: 3 days, from 14 Feb 2026 to 16 Feb 2026.",
                "The last day ends at midnight: due 16 Feb 2026, 23:59.",
            ],
        ),
        (
            promise(8, "working_hours"),
            china(2026, 3, 2, 14),
            [
                (
                    "Began on 2 Mar 2026, 14:00. The time is 8 working hours; only opening hours"
                    " count."
                ),
                "Counted: 2 days, from 2 Mar 2026 to 3 Mar 2026.",
                "The time is used up on 3 Mar 2026, 15:00.",
            ],
        ),
        (
            promise(1, cutoff="close_of_business"),
            china(2026, 3, 2),
            [
                (
                    "Received on 2 Mar 2026: the day of receipt is not counted. The time is 1"
                    " working day."
                ),
                "Counted: 1 day, 3 Mar 2026.",
                "The last day ends at close of business: due 3 Mar 2026, 17:30.",
            ],
        ),
    ],
)
def test_every_unit_has_its_words(asked: Promise, start: datetime, said: list[str]) -> None:
    told = imagined(CHINA, asked, start)
    settled = "The days off of the years concerned are settled by official notice."
    assert told.sentences == [*said, settled]
    assert [cell.due for cell in told.cells].count(True) == 1
    assert told.cells[-1].due


def test_a_year_without_a_notice_is_not_called_settled() -> None:
    told = imagined(CHINA, promise(15), china(2026, 12, 20))
    assert told.provisional
    assert not [words for words in told.sentences if "settled" in words]


def test_hours_used_up_at_midnight_end_on_the_day_before() -> None:
    always = chinese_calendar([("00:00", "24:00")])
    told = imagined(always, promise(24, "working_hours"), china(2026, 3, 2, 0))
    assert told.due_at == china(2026, 3, 3, 0)
    assert told.due_day == date(2026, 3, 2)
    assert [cell.due for cell in told.cells] == [True]


def test_hours_added_by_an_extension_are_marked_on_their_days() -> None:
    told = imagined(CHINA, promise(21, "working_hours"), china(2026, 3, 2, 9))
    extended = replace(told, extra=7)
    assert [cell.extended for cell in extended.cells] == [False, False, True]
    assert "7 working hours of it were added by an extension." in extended.sentences
    assert not [cell for cell in told.cells if cell.extended]


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), [[1]]),
        (date(2026, 3, 31), date(2026, 4, 1), [[1], [1]]),
        (date(2026, 2, 28), date(2026, 3, 2), [[1], [1, 1]]),
        (date(2025, 12, 31), date(2026, 1, 1), [[1], [1]]),
        (date(2026, 1, 31), date(2026, 3, 1), [[1], [1, 1, 1, 1, 1], [1]]),
    ],
)
def test_months_have_the_weeks_the_span_touches(
    first: date, last: date, weeks: list[list[int]]
) -> None:
    span = [first + DAY * n for n in range((last - first).days + 1)]
    found = months([Cell(day, Day(day, "working", 1)) for day in span])
    assert [[1 for _ in month.weeks] for month in found] == weeks
    shown = [c for month in found for week in month.weeks for c in week if c is not None]
    assert [cell.date for cell in shown if cell.day] == span
    for month in found:
        assert month.first.day == 1
        for week in month.weeks:
            assert len(week) == 7
            for weekday, cell in enumerate(week):
                assert cell is None or cell.date.weekday() == weekday
                assert cell is None or cell.date.month == month.first.month


# -- The clocks of a case --------------------------------------------------------------------


def told(inquiry: Inquiry, at: datetime, *, for_staff: bool = True) -> dict[str, ClockTold]:
    fresh = Inquiry.objects.select_related("case").get(pk=inquiry.pk)
    found = (clocks_for_staff if for_staff else clocks_for_citizen)(fresh, horizon(at))
    return {f"{one.target}{one.clock.round}": one for one in found}


def explained(one: ClockTold) -> Explanation:
    assert one.explanation is not None
    return one.explanation


@pytest.mark.django_db
def test_an_extension_is_named_and_its_days_are_marked(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    asked: dict[str, Any] = {"amount": 3, "reason": "需要实地核查"}
    perform("request_extension", inquiry.number, by=cast.by("handler"), at=MONDAY, **asked)
    granted = MONDAY + DAY
    perform("grant_extension", inquiry.number, by=cast.by("supervisor"), at=granted)
    reply = explained(told(inquiry, granted)["reply1"])
    assert (reply.amount, reply.extra) == (8, 3)
    assert "Extended by 3 working days, granted on 3 Mar 2026, 10:00 by supervisor." in (
        reply.sentences
    )
    assert [f"{c.date:%m-%d}" for c in reply.cells if c.extended] == ["03-10", "03-11", "03-12"]
    assert looks(reply)["03-12"] == "counted extended last"
    assert explained(told(inquiry, granted)["department1"]).extra == 3
    assert not explained(told(inquiry, granted)["acceptance1"]).grants
    citizens = explained(told(inquiry, granted, for_staff=False)["reply1"])
    assert "Extended by 3 working days, granted on 3 Mar 2026, 10:00." in citizens.sentences


@pytest.mark.django_db
def test_a_pause_is_told_with_its_ends_and_by_whom_to_staff_alone(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    perform("ask_supplement", inquiry.number, by=cast.by("handler"), at=MONDAY, request="？")
    standing = explained(told(inquiry, MONDAY + 2 * DAY)["reply1"])
    assert standing.due_at is None
    assert standing.sentences[-2:] == [
        (
            "It stands still since 2 Mar 2026, 10:00, because the citizen was asked to supplement."
            " Asked by handler."
        ),
        "The date follows when the clock runs again.",
    ]
    assert looks(standing) == {"03-02": "receipt", "03-03": "paused", "03-04": "paused"}
    perform("supply", inquiry.number, by=CITIZEN, at=MONDAY + 2 * DAY, text="给你", files=[])
    after = MONDAY + 3 * DAY
    reply = explained(told(inquiry, after, for_staff=False)["reply1"])
    assert (
        "It stood still from 2 Mar 2026, 10:00 to 4 Mar 2026, 10:00, because you were asked to"
        " supplement."
    ) in reply.sentences
    assert not [words for words in reply.sentences if "handler" in words]
    assert looks(reply)["03-03"] == "paused"
    assert looks(reply)["03-04"] == "counted"
    assert looks(reply)["03-10"] == "counted last"


@pytest.mark.django_db
def test_each_end_of_a_clock_is_told(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    late = MONDAY + 60 * DAY
    found = told(inquiry, late)
    met = explained(found["acceptance1"])
    assert met.sentences[-1] == "Done on 2 Mar 2026, 10:00, in time."
    assert [c.done for c in met.cells] == [True, False]
    perform("withdraw", inquiry.number, by=CITIZEN, at=late, reason="")
    found = told(inquiry, late)
    assert explained(found["reply1"]).sentences[-1] == "Done on 1 May 2026, 10:00, late."
    assert found["department1"].clock.finished_at == late
    other = make_inquiry(MONDAY)
    perform("withdraw", other.number, by=CITIZEN, at=MONDAY, reason="")
    cancelled = explained(told(other, late)["reply1"])
    assert cancelled.sentences[-1] == "Ended on 2 Mar 2026, 10:00: nothing is owed any more."


@pytest.mark.django_db
def test_citizens_are_told_of_promises_and_their_own_windows_alone(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "reply")
    assert set(told(inquiry, MONDAY)) == {
        "acceptance1", "reply1", "survey1", "dispatch1", "sign_for1", "department1", "review1",
    }  # fmt: skip
    assert set(told(inquiry, MONDAY, for_staff=False)) == {"acceptance1", "reply1", "survey1"}


@pytest.mark.django_db
def test_a_second_round_began_with_the_reopening(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "reply")
    perform("request_reopen", inquiry.number, by=CITIZEN, at=MONDAY, reason="没有解决")
    perform("reopen", inquiry.number, by=cast.by("supervisor"), at=MONDAY + DAY, note="")
    found = told(inquiry, MONDAY + DAY)
    assert explained(found["reply2"]).sentences[0].startswith("Began on 3 Mar 2026")
    assert explained(found["reply1"]).sentences[0].startswith("Received on 2 Mar 2026")
    assert next(iter(found)).endswith("2"), "the latest round comes first"


@pytest.mark.django_db
def test_a_finished_clock_keeps_its_date_when_the_calendar_is_corrected(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "reply")
    clock = Clock.objects.get(case=inquiry.case_id, target=Target.REPLY)
    assert not explained(told(inquiry, MONDAY)["reply1"]).corrected
    CalendarDay.objects.create(calendar=clock.calendar, date=date(2026, 3, 4), kind="holiday")
    make_new_version(clock.calendar)
    reply = explained(told(inquiry, MONDAY)["reply1"])
    assert reply.due_at == clock.due_at
    assert reply.corrected
    assert [words for words in reply.sentences if "has been corrected since" in words]
    assert reply.due_day == date(2026, 3, 9)


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_rounds(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "reply")
    fresh = Inquiry.objects.select_related("case").get(pk=inquiry.pk)
    seen_from = horizon(MONDAY)
    clocks_for_staff(fresh, seen_from)
    with django_assert_max_num_queries(2):  # type: ignore[operator]
        clocks_for_staff(fresh, seen_from)
