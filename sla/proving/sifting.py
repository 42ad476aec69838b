"""Going through all cases fast, to find the few that have to be looked at.

What takes long about looking at a case is making objects of its rows. Here the database goes
through what it can go through by itself (`sla.proving.plain_clocks`); other rows stay what it
writes, instants stay text, and what follows from a rule is reckoned once for all cases of the same
day. A case that is found in order here is in order; one that is not may still be, and is left to
those who look closely and can say what is wrong (`sla.proving.verification`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import QuerySet

from foundation.stamps import as_text
from ledger.chain import SealedLink
from ledger.checking import Chains, last_sealed_day, rows_of, sealed_links
from ledger.swift import Days, Told, fits_seals, told_by
from sla.models import Clock, ClockPause, Survey
from sla.proving.clock_rows import ClockRow, Pauses, clocks_fit
from sla.proving.dues import Dues
from sla.proving.plain_clocks import CASE, PlainClocks, lines
from sla.proving.slicing import Slice

CHUNK = 500
"""Cases whose clocks are asked for by key, in one statement."""


class SurveyRow(NamedTuple):
    case_id: int
    round: int
    asked_at: str
    rating: int | None
    rated_at: str | None


PLACE = {name: place for place, name in enumerate(CASE)}
"""Where a case line has each of its columns."""

CaseRow = Sequence[Any]
"""A case line, column by column; instants are texts."""

NUMBER, RECEIVED, REPLIED = (PLACE[name] for name in ("number", "received_at", "replied_at"))
ANSWER_DAYS, RATING = (PLACE[name] for name in ("answer_days", "rating"))


@dataclass(frozen=True, slots=True)
class Lot:
    """Cases with all that supervision and the ledger have of them, by key; only those are in it
    of which the clocks and the chain were found in order."""

    cases: dict[int, CaseRow]
    live: Mapping[int, set[str]]
    """The targets of the clocks that have not ended; nothing of cases that have none."""
    surveys: Mapping[int, list[SurveyRow]]
    chains: dict[int, list[Told]]
    days: Days
    tail: str
    """What this database writes after an instant."""


def light(rows: QuerySet[Any], columns: Sequence[str]) -> Sequence[tuple[Any, ...]]:
    """Columns of rows, instants as texts."""
    # All at once: a cursor on the server costs more than the rows of a slice.
    return list(rows.order_by().values_list(*as_text(rows.model, columns)))


class Sieve:
    """Goes through slices of the cases; keeps rules, and dates that follow from them, in mind."""

    def __init__(self) -> None:
        self._dues = Dues()
        self._plain = PlainClocks(self._dues)
        self._until = last_sealed_day()
        self.days = Days()

    def lot(self, part: Slice) -> tuple[Lot, set[int]]:
        """The cases of a slice that are in order so far, and the keys of the others."""
        cases, plain = self._cases(part)
        surveys: dict[int, list[SurveyRow]] = defaultdict(list)
        within = Survey.objects.filter(case_id__gte=part.first, case_id__lte=part.last)
        for row in light(within, SurveyRow._fields):
            surveys[row[0]].append(SurveyRow._make(row))
        for asked in surveys.values():
            asked.sort(key=itemgetter(1))
        clocks, pauses = _by_rows([pk for pk in cases if pk not in plain])
        numbers = sorted(case[NUMBER] for case in cases.values())
        chains, sealed = rows_of(numbers), sealed_links(numbers)
        live = {pk: {c.target for c in own if c.finished_at is None} for pk, own in clocks.items()}
        found = Lot({}, live, surveys, {}, self.days, self._dues.tail)
        odd: set[int] = set()
        for pk, case in cases.items():
            number = case[NUMBER]
            told = self._told(number, chains, sealed.get(number, ()))
            if told is not None and pk not in plain:
                named = dict(zip(CASE, case, strict=True))
                if not clocks_fit(named, clocks.get(pk, ()), pauses, self._dues):
                    told = None
            if told is not None and _surveys_fit(case, surveys.get(pk, ())):
                found.cases[pk], found.chains[pk] = case, told
            else:
                odd.add(pk)
        return found, odd

    def _cases(self, part: Slice) -> tuple[dict[int, CaseRow], set[int]]:
        """The case lines of a slice, and the keys of those whose clocks were found in order."""
        cases: dict[int, CaseRow] = {}
        plain = set()
        dues = self._dues
        for row in lines(part):
            *case, fits, calendar, version = row
            cases[case[0]] = case
            replied = case[REPLIED]
            if fits and (
                replied is None
                or not dues.is_current(calendar, version)
                or dues.answered_in(calendar, case[RECEIVED], replied) == case[ANSWER_DAYS]
            ):
                plain.add(case[0])
        return cases, plain - self._plain.others(part)

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


def _by_rows(keys: Sequence[int]) -> tuple[dict[int, list[ClockRow]], Pauses]:
    """The clocks of some cases, by round, and when they stood still."""
    clocks: dict[int, list[ClockRow]] = defaultdict(list)
    pauses: dict[int, list[Any]] = defaultdict(list)
    for first in range(0, len(keys), CHUNK):
        some = keys[first : first + CHUNK]
        for row in light(Clock.objects.filter(case_id__in=some), ClockRow._fields):
            clocks[row[1]].append(ClockRow._make(row))
        stood = ClockPause.objects.filter(clock__case_id__in=some).order_by("since")
        for clock_id, since, until in stood.values_list("clock_id", "since", "until"):
            pauses[clock_id].append((since, until))
    for own in clocks.values():
        own.sort(key=_by_round)
    return clocks, pauses


def _by_round(clock: ClockRow) -> tuple[int, int]:
    return clock.round, clock.id


def _surveys_fit(case: CaseRow, surveys: Sequence[SurveyRow]) -> bool:
    last = asked = None
    for survey in surveys:
        asked = asked or survey.asked_at
        last = last if survey.rating is None else survey.rating
    return bool(case[RATING] == last and case[REPLIED] == asked)
