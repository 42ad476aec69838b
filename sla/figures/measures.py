"""From a case to counts: the one definition of what is counted, and on which day. Pure.

A figure is never counted up by hand. `measures` turns a case line into a vector of counts; a move
records the difference between the vector after it and before it, and a recount adds the vectors
of all lines. Both must agree, which is what `manage.py verify` proves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
"""Days of all figures are civil days in China."""

MEASURES = (
    "received",
    "excluded",
    "replied",
    "published",
    "met",
    "missed",
    "asked",
    "rated",
    "satisfied",
    "dispatched",
)
SURVEYED = ("asked", "rated", "satisfied")
"""Measures that count surveys, of which a case handled twice has two."""

BASES = ("receipt", "event")
SATISFIED_FROM = 3
"""Ratings run from 5 (非常满意) to 1 (非常不满意); 基本满意 (3) and better are satisfied."""


PARTS = ("category", "district", "handler")
"""What a case belongs to besides department, kind and channel; each is folded by itself."""


class Key(NamedTuple):
    basis: str
    day: date
    department_id: int
    kind: str
    channel: str
    category: str = ""
    district: str = ""
    handler: str = ""


class Cell(NamedTuple):
    key: Key
    measure: str


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """One reply round's survey."""

    asked_at: datetime
    rating: int | None = None
    rated_at: datetime | None = None
    changed_at: datetime | None = None
    former: tuple[tuple[datetime, int], ...] = ()
    """The votes before the last change, in order. A rating counts on the day it was first given."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """The facts of a case that figures are made of."""

    received_at: datetime
    department_id: int | None
    kind: str
    channel: str
    category: str = ""
    district: str = ""
    handler_id: int | None = None
    dispatched_at: datetime | None = None
    due_at: datetime | None = None
    paused_at: datetime | None = None
    replied_at: datetime | None = None
    verdict: str = ""
    verdict_at: datetime | None = None
    published_at: datetime | None = None
    excluded_at: datetime | None = None
    surveys: tuple[SurveyLine, ...] = ()


class CountedSurvey(NamedTuple):
    """The same, by days, of one reply round's survey."""

    asked_at: date
    rating: int | None
    rated_at: date | None


class Counted(NamedTuple):
    """What decides in which measures a case is counted, by civil days: a case line without the
    hours and without its place."""

    received_at: date
    dispatched_at: date | None
    replied_at: date | None
    verdict: str
    verdict_at: date | None
    published_at: date | None
    excluded_at: date | None
    surveys: Sequence[CountedSurvey]


def civil_day(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def as_of(line: CaseLine, instant: datetime) -> CaseLine | None:
    """The line as it stood at an instant; None if the case had not come in yet.

    An open case past its due instant is a miss from that instant on, whether or not the sweep
    has written it down.
    """
    if line.received_at > instant:
        return None

    def known(at: datetime | None) -> datetime | None:
        return at if at is not None and at <= instant else None

    verdict, verdict_at = line.verdict, known(line.verdict_at)
    if verdict_at is None:
        verdict = ""
    if not line.verdict and is_silent_miss(line, instant):
        verdict, verdict_at = "missed", line.due_at
    surveys = tuple(
        survey_as_of(survey, instant) for survey in line.surveys if survey.asked_at <= instant
    )
    return replace(
        line,
        dispatched_at=known(line.dispatched_at),
        replied_at=known(line.replied_at),
        verdict=verdict,
        verdict_at=verdict_at,
        published_at=known(line.published_at),
        excluded_at=known(line.excluded_at),
        surveys=surveys,
    )


def survey_as_of(survey: SurveyLine, instant: datetime) -> SurveyLine:
    """The survey as it stood at an instant: unrated before the vote, with the old vote before a
    change."""
    if survey.rated_at is None or survey.rated_at > instant:
        return SurveyLine(survey.asked_at)
    if survey.changed_at is None or survey.changed_at <= instant:
        return survey
    rating = next(rating for at, rating in reversed(survey.former) if at <= instant)
    return replace(survey, rating=rating, changed_at=None, former=())


def is_silent_miss(line: CaseLine, instant: datetime) -> bool:
    """Whether the due instant has passed without reply, pause, exclusion or a written verdict."""
    return (
        line.due_at is not None
        and line.due_at < instant
        and line.paused_at is None
        and line.replied_at is None
        and line.excluded_at is None
        and not line.verdict
    )


def place_of(line: CaseLine) -> tuple[int, str, str, str, str, str]:
    """Where a case counts: a key without basis and day."""
    handler = str(line.handler_id or "")
    department = line.department_id or 0
    return department, line.kind, line.channel, line.category, line.district, handler


def measures(line: CaseLine) -> Counter[Cell]:
    """The counts a case contributes, on both bases."""
    cells: Counter[Cell] = Counter()
    cohort = civil_day(line.received_at)
    place = place_of(line)
    for measure, at in occurrences(line):
        for basis, day in (("receipt", cohort), ("event", civil_day(at))):
            cells[Cell(Key(basis, day, *place), measure)] += 1
    return cells


def occurrences(line: CaseLine | Counted) -> Iterator[tuple[str, Any]]:
    """Each measure a case is counted in, with the instant that gives the day, or with the day."""
    yield "received", line.received_at
    if line.dispatched_at:
        yield "dispatched", line.dispatched_at
    if line.replied_at:
        yield "replied", line.replied_at
    elif line.excluded_at:
        # Once answered a case stays valid, even if its second handling is withdrawn or merged.
        yield "excluded", line.excluded_at
    if line.published_at:
        yield "published", line.published_at
    if line.verdict and line.verdict_at:
        yield line.verdict, line.verdict_at
    for survey in line.surveys:
        yield "asked", survey.asked_at
        if survey.rated_at and survey.rating is not None:
            yield "rated", survey.rated_at
            if survey.rating >= SATISFIED_FROM:
                yield "satisfied", survey.rated_at


def difference(before: Counter[Cell], after: Counter[Cell]) -> dict[Key, dict[str, int]]:
    """What to add to the figures so that `before` becomes `after`; empty where nothing changed."""
    delta = Counter(after)
    delta.subtract(before)
    return by_key({cell: n for cell, n in delta.items() if n})


def by_key(cells: Mapping[Cell, int]) -> dict[Key, dict[str, int]]:
    rows: dict[Key, dict[str, int]] = {}
    for (key, measure), n in cells.items():
        rows.setdefault(key, {})[measure] = n
    return rows
