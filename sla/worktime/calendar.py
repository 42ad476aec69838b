"""A working calendar: weekly hours in a zone, dated exceptions, and the questions put to it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from sla.worktime.errors import CalendarError, PromiseError
from sla.worktime.hours import Clock, Segment, segments
from sla.worktime.pauses import (
    PauseLike,
    Stretch,
    backward,
    closed,
    epoch,
    forward,
    instant,
    last_running,
    merged,
    next_running,
    paused_at,
    used,
)
from sla.worktime.timeline import Timeline, year_of

CUTOFFS = ("end_of_day", "close_of_business", "same_clock")
ENDS_OF_DAYS = frozenset({"end_of_day", "close_of_business"})
"""Cut-offs that do not depend on the hour at which counting began."""

REMEMBERED = 20_000
"""Counted ends kept by a calendar."""

PAUSE_RULES = ("by_day", "by_hours")
CutoffOf = Callable[[int], int]


@dataclass(frozen=True)
class Season:
    """Other weekly hours from one day of every year to another, both included, as (month, day).

    A season whose last day comes before its first runs over the turn of the year.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    week: tuple[tuple[Segment, ...], ...]

    def covers(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


Weekly = Mapping[int, Sequence[tuple[Clock, Clock]]]


@dataclass(frozen=True, eq=False)
class Calendar:
    """Immutable; compiles itself year by year on use and may be shared between threads.

    `week` holds the segments of Monday to Sunday, `seasons` those of parts of the year (the first
    that covers a day counts), `overrides` those of single dates (none for a day off),
    `confirmed_years` the years settled by an official notice. Where a zone once skipped a
    whole date (Samoa, 2011-12-30), that date still counts by the week.
    """

    zone: ZoneInfo
    week: tuple[tuple[Segment, ...], ...]
    overrides: Mapping[date, tuple[Segment, ...]]
    confirmed_years: Container[int] = frozenset()
    reasons: Mapping[date, str] = field(default_factory=dict)
    seasons: tuple[Season, ...] = ()
    _line: Timeline = field(init=False, repr=False)
    _ends: dict[tuple[int, int, str], datetime] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Day 1 of the proleptic calendar is a Monday, so a day's weekday is (day - 1) mod 7.
        exceptions = {day.toordinal(): hours for day, hours in self.overrides.items()}
        weekly = (self.week[-1], *self.week[:-1])

        def hours(day: int) -> tuple[Segment, ...]:
            if day in exceptions:
                return exceptions[day]
            return self._usual(date.fromordinal(day)) if self.seasons else weekly[day % 7]

        object.__setattr__(self, "_line", Timeline(self.zone, hours))
        object.__setattr__(self, "_ends", {})

    @classmethod
    def build(
        cls,
        zone: str,
        week: Weekly,
        overrides: Mapping[date, Sequence[tuple[Clock, Clock]]] | None = None,
        confirmed_years: Container[int] = frozenset(),
        reasons: Mapping[date, str] | None = None,
        seasons: Sequence[tuple[str, str, Weekly]] = (),
    ) -> Calendar:
        """A checked calendar. `week` is keyed by weekday, Monday 0; `seasons` are first and last
        day ("05-01") with their week. Raises CalendarError."""
        weekly = _weekly(week)
        parts = tuple(
            Season(_month_day(first), _month_day(last), _weekly(own))
            for first, last, own in seasons
        )
        dated = {day: segments(hours) for day, hours in (overrides or {}).items()}
        if not any(weekly) and not any(dated.values()):
            raise CalendarError("the calendar has no working time at all")
        return cls(_zone(zone), weekly, dated, confirmed_years, dict(reasons or {}), parts)

    # Seconds of working time

    def between(self, a: datetime, b: datetime, pauses: Sequence[PauseLike] = ()) -> int:
        """Working seconds in [a, b) outside the pauses; 0 when b is not after a."""
        return used(self._line, epoch(a), epoch(b), merged(pauses))

    def add(self, start: datetime, seconds: int, pauses: Sequence[PauseLike] = ()) -> datetime:
        """The instant at which so many working seconds after `start` are used up.

        An allowance that ends with the working day ends at closing time, not at the next opening.
        Zero gives the next open moment; negative seconds count backwards. Raises HorizonError,
        and OpenPauseError if the clock stands still before the end.
        """
        if seconds < 0:
            return self.subtract(start, -seconds, pauses)
        at, stretches = epoch(start), merged(pauses)
        if seconds == 0:
            return instant(next_running(self._line, at, stretches))
        return instant(forward(self._line, at, seconds, stretches))

    def subtract(self, end: datetime, seconds: int, pauses: Sequence[PauseLike] = ()) -> datetime:
        """The instant so many working seconds before `end`; zero gives the last open moment."""
        if seconds < 0:
            return self.add(end, -seconds, pauses)
        at, stretches = epoch(end), merged(pauses)
        if seconds == 0:
            return instant(last_running(self._line, at, stretches))
        return instant(backward(self._line, at, seconds, stretches))

    def is_open(self, t: datetime, pauses: Sequence[PauseLike] = ()) -> bool:
        """Whether the clock runs at an instant: open hours, and no pause."""
        at = epoch(t)
        return self._line.is_open(at) and not paused_at(at, merged(pauses))

    def next_open(self, t: datetime) -> datetime:
        """The instant itself if open then, else the next opening."""
        return instant(self._line.next_open(epoch(t)))

    def last_open(self, t: datetime) -> datetime:
        """The instant itself if it ends open time, else the last closing."""
        return instant(self._line.last_open(epoch(t)))

    # Days

    def local_date(self, t: datetime | date) -> date:
        """The date of an instant on the calendar's own wall; a date is taken as it is."""
        if not isinstance(t, datetime):
            return t
        if t.tzinfo is None or t.tzinfo is self.zone:
            # Refused without a zone; on its own wall it may be an hour that was skipped.
            t = instant(epoch(t))
        return t.astimezone(self.zone).date()

    def hours(self, day: date) -> tuple[Segment, ...]:
        """The segments of a date; none if nobody works."""
        found = self.overrides.get(day)
        return self._usual(day) if found is None else found

    def _usual(self, day: date) -> tuple[Segment, ...]:
        season = next((season for season in self.seasons if season.covers(day)), None)
        return (season.week if season else self.week)[day.weekday()]

    def is_working_day(self, day: date) -> bool:
        return bool(self.hours(day))

    def day_kind(self, day: date) -> str:
        """`working`, `weekend`, `holiday` (off by exception) or `makeup` (works by exception)."""
        if day in self.overrides and not self.overrides[day]:
            return "holiday"
        if not self.hours(day):
            return "weekend"
        return "working" if self._usual(day) else "makeup"

    def reason(self, day: date) -> str:
        """The name given to a dated exception (the holiday), or nothing."""
        return self.reasons.get(day, "")

    def working_days_between(self, a: datetime | date, b: datetime | date) -> int:
        """Whole working days after day a, up to and including day b; 0 when b is before a."""
        first, last = self.local_date(a).toordinal(), self.local_date(b).toordinal()
        return self._line.days_between(first, last) if first < last else 0

    def add_working_days(
        self,
        start: datetime,
        n: int,
        cutoff: str = "end_of_day",
        pauses: Sequence[PauseLike] = (),
        *,
        pause_rule: str = "by_day",
    ) -> datetime:
        """The end of the n-th working day after the day of receipt, which is not counted
        (Civil Code, art. 201). Negative n counts back; zero is the day itself if it works.

        `cutoff`: `end_of_day` is 23:59:59 local, the last second, so that the date printed is the
        lawful one (art. 203: a period ends at 24:00); `close_of_business` the end of the day's
        last segment (art. 203, second sentence); `same_clock` the hour and minute of receipt.

        `pause_rule`: `by_day`: a day counts if the clock runs at the day's cut-off, so a pause
        that begins after the due instant never moves it. `by_hours`: days are counted as if there
        were no pauses, then the working time paused is added in seconds.

        Raises HorizonError, OpenPauseError, PromiseError.
        """
        if pause_rule not in PAUSE_RULES:
            raise PromiseError(f"{pause_rule!r} is none of {', '.join(PAUSE_RULES)}")
        stretches = merged(pauses)
        if not stretches and cutoff in ENDS_OF_DAYS:
            return self._end_of_nth(self.local_date(start).toordinal(), n, cutoff, start)
        cutoff_of = self._cutoff(cutoff, start)
        by_day = stretches if pause_rule == "by_day" else ()
        due = self._count(start, n, cutoff_of, by_day, self._working_day)
        if pause_rule == "by_hours":
            due = self._add_paused_hours(epoch(start), due, stretches)
        return instant(due)

    def add_calendar_days(
        self,
        start: datetime,
        n: int,
        cutoff: str = "end_of_day",
        pauses: Sequence[PauseLike] = (),
        *,
        roll_forward: bool = False,
    ) -> datetime:
        """The end of the n-th day after the day of receipt, every day counting.

        `close_of_business` on a day without hours is its last second. With `roll_forward` a last
        day that is no working day gives way to the next one that is (Civil Code, art. 203).
        """
        cutoff_of, stretches = self._cutoff(cutoff, start), merged(pauses)
        due = self._count(start, n, cutoff_of, stretches, self._natural_day)
        if not roll_forward or self.is_working_day(self.local_date(instant(due))):
            return instant(due)
        return instant(self._count(instant(due), 1, cutoff_of, stretches, self._working_day))

    def cutoff(self, day: date, cutoff: str, start: datetime) -> datetime:
        """The instant at which a day counts as over; `start` gives the clock for `same_clock`."""
        return instant(self._cutoff(cutoff, start)(day.toordinal()))

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """The local day as instants [midnight, next midnight)."""
        midnight = day.toordinal()
        return instant(self._midnight(midnight)), instant(self._midnight(midnight + 1))

    # How days are counted

    def _end_of_nth(self, day: int, n: int, cutoff: str, start: datetime) -> datetime:
        """Counted once for each day: the clocks of a house begin and end on few."""
        found = self._ends.get((day, n, cutoff))
        if found is None:
            if len(self._ends) >= REMEMBERED:
                self._ends.clear()
            due = self._count(start, n, self._cutoff(cutoff, start), (), self._working_day)
            found = self._ends[day, n, cutoff] = instant(due)
        return found

    def _count(
        self,
        start: datetime,
        n: int,
        cutoff_of: CutoffOf,
        stretches: Sequence[Stretch],
        nth: Callable[[int, int], int],
    ) -> int:
        day = self.local_date(start).toordinal()
        if not stretches:
            return cutoff_of(nth(day, n))
        if n == 0:
            day = nth(day, 0)
            if not paused_at(cutoff_of(day), stretches):
                return cutoff_of(day)
        step, left = (-1, -n) if n < 0 else (1, max(n, 1))
        while left:
            day = nth(day, step)
            left -= not self._stands_still(cutoff_of(day), stretches, step)
        return cutoff_of(day)

    @staticmethod
    def _stands_still(at: int, stretches: Sequence[Stretch], step: int) -> bool:
        """Whether a day is lost to a pause. Raises OpenPauseError if all further ones are."""
        if not paused_at(at, stretches):
            return False
        if step > 0 and at >= stretches[-1][0]:
            closed(stretches[-1][1])
        return True

    def _working_day(self, day: int, n: int) -> int:
        if n == 0:
            return day if self.is_working_day(date.fromordinal(day)) else self._line.nth_day(day, 1)
        return self._line.nth_day(day, n)

    def _natural_day(self, day: int, n: int) -> int:
        year_of(day + n)
        return day + n

    def _add_paused_hours(self, start: int, due: int, stretches: Sequence[Stretch]) -> int:
        for begin, end in stretches:
            if begin >= due:
                break
            lost = used(self._line, max(begin, start), closed(end), ())
            due = forward(self._line, due, lost, ()) if lost else due
        return due

    def _cutoff(self, cutoff: str, start: datetime) -> CutoffOf:
        if cutoff == "end_of_day":
            return self._last_second
        if cutoff == "close_of_business":
            return self._close_of_business
        if cutoff == "same_clock":
            local = instant(epoch(start)).astimezone(self.zone)
            return partial(self._same_clock, local)
        raise PromiseError(f"{cutoff!r} is none of {', '.join(CUTOFFS)}")

    def _last_second(self, day: int) -> int:
        return self._midnight(day + 1) - 1

    def _close_of_business(self, day: int) -> int:
        # A day that closes at 24:00 closes in its own last second, not on the next date; so does
        # a day without open time, whether by rule or because a change of clocks swallowed it.
        last = self._last_second(day)
        closing = self._line.last_open(last + 1)
        return min(closing, last) if closing > self._midnight(day) else last

    def _same_clock(self, local: datetime, day: int) -> int:
        return epoch(datetime.combine(date.fromordinal(day), local.time(), self.zone))

    def _midnight(self, day: int) -> int:
        return epoch(datetime.combine(date.fromordinal(day), time(0), self.zone))


def _weekly(week: Weekly) -> tuple[tuple[Segment, ...], ...]:
    if not set(week) <= set(range(7)):
        raise CalendarError(f"weekdays are 0 (Monday) to 6, not {sorted(set(week))}")
    return tuple(segments(week.get(day, ())) for day in range(7))


def _month_day(text: str) -> tuple[int, int]:
    try:
        found = date.fromisoformat(f"2024-{text}")
    except ValueError as error:
        raise CalendarError(f"{text!r} is not a month and a day such as 05-01") from error
    return found.month, found.day


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise CalendarError(f"{name!r} is no time zone") from error
