"""Going through all cases fast, to find the few that have to be looked at.

What takes long about looking at a case is making objects of its rows. Here rows stay what the
database writes, instants stay text, and what follows from a rule is reckoned once for all cases
of the same day. A case that is found in order here is in order; one that is not may still be, and
is left to those who look closely and can say what is wrong (`sla.proving.verification`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from foundation.stamps import as_text, instant, stamp, tail
from ledger.chain import SealedLink
from ledger.checking import Chains, last_sealed_day, rows_of, sealed_links
from ledger.swift import Days, Told, fits_seals, told_by
from sla.calendars import compiled
from sla.models import Case, Clock, ClockPause, Policy, Survey, WorkCalendar
from sla.policies import promise_of
from sla.proving.replay import due_by_rule
from sla.proving.slicing import Slice
from sla.targets import WINDOWS, ClockState, Target
from sla.timing import AFTER_DUE
from sla.worktime import WorktimeError, is_provisional
from sla.worktime.calendar import ENDS_OF_DAYS

KNOWN = 200_000
"""Dates that are remembered, of each sort."""


class ClockRow(NamedTuple):
    """A clock; instants are texts, as the database writes them."""

    id: int
    case_id: int
    target: str
    round: int
    policy_id: int
    calendar_id: int
    calendar_version: int
    extra: int
    state: str
    started_at: str
    due_at: str | None
    provisional: bool
    finished_at: str | None
    missed_at: str | None
    next_event_at: str | None


class SurveyRow(NamedTuple):
    case_id: int
    round: int
    asked_at: str
    rating: int | None
    rated_at: str | None


CASE = tuple(field.attname for field in Case._meta.concrete_fields)
"""The columns of a case line, in the order in which they are read."""

CaseRow = dict[str, Any]
"""A case line by column; instants are texts."""

Pauses = list[tuple[datetime, datetime | None]]


@dataclass(frozen=True, slots=True)
class Lot:
    """Cases with all that supervision and the ledger have of them, by key; only those are in it
    of which the clocks and the chain were found in order."""

    cases: dict[int, CaseRow]
    clocks: dict[int, list[ClockRow]]
    surveys: dict[int, list[SurveyRow]]
    chains: dict[int, list[Told]]
    days: Days
    tail: str
    """What this database writes after an instant."""


def light(rows: QuerySet[Any], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Columns of rows, instants as texts."""
    asked = rows.order_by().values_list(*as_text(rows.model, columns))
    return asked.iterator(chunk_size=10_000)


class Sieve:
    """Goes through slices of the cases; keeps rules, and dates that follow from them, in mind."""

    def __init__(self) -> None:
        self._policies = Policy.objects.in_bulk()
        self._calendars = WorkCalendar.objects.in_bulk()
        self._compiled = {pk: compiled(row) for pk, row in self._calendars.items()}
        self._until = last_sealed_day()
        self._local_days: dict[tuple[int, str], int | None] = {}
        self._dues: dict[tuple[int, int, int, int], tuple[str | None, bool]] = {}
        self._answer_days: dict[tuple[int, int, int], int] = {}
        self._looked_at: dict[str, str] = {}
        self.days, self._tail = Days(), tail()

    def lot(self, part: Slice) -> tuple[Lot, set[int]]:
        """The cases of a slice that are in order so far, and the keys of the others."""
        within = {"case_id__gte": part.first, "case_id__lte": part.last}
        cases = self._cases(part)
        clocks: dict[int, list[ClockRow]] = defaultdict(list)
        for row in light(Clock.objects.filter(**within), ClockRow._fields):
            clock = ClockRow._make(row)
            clocks[clock.case_id].append(clock)
        surveys: dict[int, list[SurveyRow]] = defaultdict(list)
        for row in light(Survey.objects.filter(**within), SurveyRow._fields):
            survey = SurveyRow._make(row)
            surveys[survey.case_id].append(survey)
        pauses = self._pauses(part)
        numbers = [case["number"] for case in cases.values()]
        chains, sealed = rows_of(numbers), sealed_links(numbers)
        found = Lot({}, clocks, surveys, {}, self.days, self._tail)
        odd: set[int] = set()
        for pk, case in cases.items():
            number = case["number"]
            told = self._told(number, chains, sealed.get(number, ()))
            own, asked = clocks.get(pk, []), surveys.get(pk, [])
            own.sort(key=_by_round)
            asked.sort(key=_by_round)
            if told is not None and self._in_order(case, own, asked, pauses):
                found.cases[pk], found.chains[pk] = case, told
            else:
                odd.add(pk)
        return found, odd

    def _cases(self, part: Slice) -> dict[int, CaseRow]:
        rows = Case.objects.filter(pk__gte=part.first, pk__lte=part.last)
        return {row[0]: dict(zip(CASE, row, strict=True)) for row in light(rows, CASE)}

    def _pauses(self, part: Slice) -> dict[int, Pauses]:
        found: dict[int, Pauses] = defaultdict(list)
        rows = ClockPause.objects.filter(
            clock__case_id__gte=part.first, clock__case_id__lte=part.last
        ).order_by("since")
        for clock_id, since, until in rows.values_list("clock_id", "since", "until"):
            found[clock_id].append((since, until))
        return found

    def _told(self, number: str, chains: Chains, sealed: Sequence[SealedLink]) -> list[Told] | None:
        rows = chains.get(number, [])
        rows.sort(key=itemgetter(0))
        try:
            told = told_by(number, rows)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return None
        if told is None or not fits_seals(rows, sealed, self._until, self.days):
            return None
        return told

    def _in_order(
        self,
        case: CaseRow,
        clocks: Sequence[ClockRow],
        surveys: Sequence[SurveyRow],
        pauses: dict[int, Pauses],
    ) -> bool:
        """Whether `sla.proving.replay` finds nothing wrong."""
        rounds: dict[str, int] = {}
        live: set[str] = set()
        first = last = None
        for clock in clocks:
            target = clock.target
            rounds[target] = n = rounds.get(target, 0) + 1
            if clock.round != n:
                return False
            if clock.finished_at is None:
                if target in live:
                    return False
                live.add(target)
            if not (_state_fits(clock) and self._wakes(clock) and self._due_fits(clock, pauses)):
                return False
            if target == Target.REPLY:
                first, last = first or clock, clock
        if first is None or last is None or last.round != case["round"]:
            return False
        return self._line_fits(case, first, last) and _surveys_fit(case, surveys)

    def _wakes(self, clock: ClockRow) -> bool:
        at = clock.next_event_at
        if at is not None and (clock.finished_at is not None or clock.state == ClockState.PAUSED):
            return False
        due = clock.due_at
        if clock.state != ClockState.RUNNING or due is None:
            return True
        return at is not None and at <= self._after(due)

    def _after(self, due: str) -> str:
        found = self._looked_at.get(due)
        if found is None:
            _make_room(self._looked_at)
            found = self._looked_at[due] = stamp(instant(due) + AFTER_DUE, self._tail)
        return found

    def _due_fits(self, clock: ClockRow, pauses: dict[int, Pauses]) -> bool:
        stood = pauses.get(clock.id, [])
        if sum(until is None for _, until in stood) != (clock.state == ClockState.PAUSED):
            return False
        calendar = self._calendars[clock.calendar_id]
        if clock.calendar_version != calendar.version:
            return True
        policy = self._policies[clock.policy_id]
        day = self._local_day(clock.calendar_id, clock.started_at)
        by_day = policy.unit != "working_hours" and policy.cutoff in ENDS_OF_DAYS
        if stood or day is None or not by_day:
            due, provisional = self._reckoned(clock, stood)
        else:
            key = (clock.policy_id, clock.extra, clock.calendar_id, day)
            known = self._dues.get(key)
            if known is None:
                _make_room(self._dues)
                known = self._dues[key] = self._reckoned(clock, ())
            due, provisional = known
        return due == clock.due_at and (due is None or provisional == clock.provisional)

    def _reckoned(self, clock: ClockRow, stood: Iterable[Any]) -> tuple[str | None, bool]:
        """When a clock is due, and whether provisionally; never if that cannot be reckoned."""
        calendar = self._compiled[clock.calendar_id]
        promise = promise_of(self._policies[clock.policy_id], clock.extra)
        started = instant(clock.started_at)
        finished = instant(clock.finished_at) if clock.finished_at else None
        try:
            due = due_by_rule(
                calendar, promise, started, stood, finished, known=clock.due_at is not None
            )
        except WorktimeError:
            return "never", False
        if due is None:
            return None, False
        return stamp(due, self._tail), is_provisional(calendar, started, due)

    def _local_day(self, calendar_id: int, at: str) -> int | None:
        """The calendar's day of an instant, by its hour; None in a zone that divides hours."""
        key = (calendar_id, at[:13])
        if key not in self._local_days:
            _make_room(self._local_days)
            hour = datetime.fromisoformat(f"{at[:13]}:00:00+00:00")
            ends = (hour, hour + timedelta(minutes=59, seconds=59))
            days = {self._compiled[calendar_id].local_date(end).toordinal() for end in ends}
            self._local_days[key] = days.pop() if len(days) == 1 else None
        return self._local_days[key]

    def _line_fits(self, case: CaseRow, first: ClockRow, last: ClockRow) -> bool:
        """Whether the case line says what its reply clocks say."""
        if first.state == ClockState.MET:
            verdict, verdict_at = "met", first.finished_at
        elif first.state == ClockState.MISSED:
            verdict, verdict_at = "missed", first.missed_at
        else:
            verdict, verdict_at = "", None
        replied = case["replied_at"]
        fits = (
            case["verdict"] == verdict
            and case["verdict_at"] == verdict_at
            and case["received_at"] == first.started_at
            and case["due_at"] == last.due_at
            and case["due_provisional"] == last.provisional
            and (case["paused_at"] is not None) == (last.state == ClockState.PAUSED)
            and (case["excluded_at"] is None) == (not case["exclusion"])
            and (replied is None) == (case["answer_days"] is None)
        )
        if not fits:
            return False
        if replied is None:
            return first.state != ClockState.MET
        return replied == first.finished_at and self._answered_in(case, first)

    def _answered_in(self, case: CaseRow, clock: ClockRow) -> bool:
        pk = clock.calendar_id
        if clock.calendar_version != self._calendars[pk].version:
            return True
        begun = self._local_day(pk, case["received_at"])
        ended = self._local_day(pk, case["replied_at"])
        if begun is None or ended is None:
            return False
        known = self._answer_days.get((pk, begun, ended))
        if known is None:
            _make_room(self._answer_days)
            known = self._compiled[pk].working_days_between(
                date.fromordinal(begun), date.fromordinal(ended)
            )
            self._answer_days[pk, begun, ended] = known
        return bool(known == case["answer_days"])


def _by_round(row: ClockRow | SurveyRow) -> tuple[int, int]:
    return row.round, row[0]


def _make_room(known: dict[Any, Any]) -> None:
    if len(known) >= KNOWN:
        known.clear()


def _state_fits(clock: ClockRow) -> bool:
    """Whether state and instants of a clock go together, as `sla.proving.replay` has it."""
    due, finished, missed = clock.due_at, clock.finished_at, clock.missed_at
    match clock.state:
        case ClockState.MET:
            in_time = clock.target in WINDOWS or due is None or (finished or due) <= due
            return finished is not None and missed is None and in_time
        case ClockState.MISSED:
            late = finished is None or due is None or finished > due
            return missed is not None and missed == due and late
        case ClockState.RUNNING:
            return finished is None and missed is None and due is not None
        case ClockState.PAUSED:
            return finished is None and missed is None
    return finished is not None and missed is None


def _surveys_fit(case: CaseRow, surveys: Sequence[SurveyRow]) -> bool:
    last = asked = None
    for survey in surveys:
        asked = asked or survey.asked_at
        last = last if survey.rating is None else survey.rating
    return bool(case["rating"] == last and case["replied_at"] == asked)
