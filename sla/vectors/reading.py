"""Reading a file of cases: every fault names the field it is in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from sla.worktime import Calendar, CalendarError, PauseLike, chinese_years, segments
from sla.worktime.china import OFFICE_HOURS, ZONE

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_MINUTES = 100_000_000
"""About 190 years: more is a slip of the pen."""

MOST_DAYS = 50_000
Raw = Mapping[str, Any]
Hours = Sequence[tuple[Any, Any]]


class Unreadable(ValueError):
    """A file or a field that says nothing one could compute; the message names it."""


def cases_in(text: str) -> list[Any]:
    """The cases of a file. Raises Unreadable."""
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(f"no JSON: {error.msg} ({where})") from None
    except (RecursionError, ValueError) as error:
        raise Unreadable(f"no JSON one could read: {error}") from None
    found = raw.get("vectors") if isinstance(raw, dict) else raw
    if not isinstance(found, list):
        raise Unreadable("a list of cases is expected, or an object whose `vectors` are one")
    return found


def given(raw: Any, name: str) -> Any:
    """A field that must be there."""
    if name not in raw:
        raise Unreadable(f"{name}: missing")
    return raw[name]


def mapping(raw: Any, name: str) -> Raw:
    """A field that is an object, and must be there."""
    value = given(raw, name)
    if not isinstance(value, dict):
        raise Unreadable(f"{name}: an object is expected, not {shown(value)}")
    return value


def listed(raw: Raw, name: str) -> Sequence[Any]:
    """A field that is a list; none when it is missing or null."""
    value = raw.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Unreadable(f"{name}: a list is expected, not {shown(value)}")
    return value


def instant(value: Any, name: str) -> datetime:
    """An ISO instant with its offset, in UTC."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unreadable(f"{name}: {shown(value)} is no instant in ISO form") from None
    if found.tzinfo is None:
        raise Unreadable(f"{name}: {shown(value)} has no offset from UTC, such as +08:00")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise Unreadable(f"{name}: {shown(value)} lies outside all years") from None


def day(value: Any, name: str) -> date:
    """A date such as 2026-02-14."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unreadable(f"{name}: {shown(value)} is no date such as 2026-02-14") from None


def day_or_instant(value: Any, name: str) -> date | datetime:
    return instant(value, name) if isinstance(value, str) and "T" in value else day(value, name)


def number(raw: Raw, name: str, most: float) -> float:
    """A number that must be there, no further than `most` from zero."""
    value = given(raw, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Unreadable(f"{name}: {shown(value)} is no number")
    if abs(value) > most:
        raise Unreadable(f"{name}: {shown(value)} is beyond {most:,.0f}")
    return value


def whole(raw: Raw, name: str, most: int = MOST_DAYS) -> int:
    value = number(raw, name, most)
    if value != int(value):
        raise Unreadable(f"{name}: {shown(value)} is no whole number")
    return int(value)


def minutes(raw: Raw, name: str) -> int:
    """A length in minutes, as seconds."""
    return round(number(raw, name, MOST_MINUTES) * 60)


def pauses(raw: Raw) -> list[PauseLike]:
    """`[from, to]`, or `[from, null]` while the pause is open."""
    found: list[PauseLike] = []
    for index, pause in enumerate(listed(raw, "pauses")):
        name = f"pauses[{index}]"
        if not isinstance(pause, list) or len(pause) not in (1, 2):
            raise Unreadable(f"{name}: [from, to] is expected, not {shown(pause)}")
        begin = instant(pause[0], f"{name}[0]")
        stop = pause[1] if len(pause) == 2 else None
        end = None if stop is None else instant(stop, f"{name}[1]")
        if end is not None and end < begin:
            raise Unreadable(f"{name}: it ends before it begins")
        found.append((begin, end))
    return found


def calendar(raw: Raw, name: str = "calendar") -> Calendar:
    """`{"country": "CN"}` for the bundled years, or `timezone` and `hours` by weekday, with
    `holidays`, `extra_working_days` and dated `overrides` of the hours.

    An extra working day has its weekday's hours, else Monday's; a holiday beats dated hours.
    """
    fields = mapping(raw, name)
    chinese = "country" in fields
    if chinese and fields["country"] != "CN":
        raise Unreadable(f"{name}.country: only CN is bundled, not {shown(fields['country'])}")
    week = _week(fields, name, optional=chinese)
    off = [day(text, f"{name}.holidays") for text in listed(fields, "holidays")]
    extra = [day(text, f"{name}.extra_working_days") for text in listed(fields, _EXTRA)]
    zone = fields.get("timezone", ZONE if chinese else None)
    confirmed: Sequence[int] = ()
    if chinese:
        years = chinese_years()
        confirmed = tuple(years)
        off = [*(date for year in years.values() for date in year.holidays), *off]
        extra = [*(date for year in years.values() for date in year.makeup), *extra]
    overrides: dict[date, Hours] = {}
    for one in extra:
        hours = week.get(one.weekday()) or week.get(0)
        if not hours:
            raise Unreadable(f"{name}.extra_working_days: {one} has no hours, nor has Monday")
        overrides[one] = hours
    for text, hours in _dated(fields, name):
        overrides[day(text, f"{name}.overrides")] = hours
    overrides.update(dict.fromkeys(off, ()))
    if not isinstance(zone, str):
        raise Unreadable(f"{name}.timezone: {shown(zone)} is no time zone")
    try:
        return Calendar.build(zone, week, overrides, frozenset(confirmed))
    except CalendarError as error:
        raise Unreadable(f"{name}: {error}") from None


_EXTRA = "extra_working_days"


def _week(fields: Raw, name: str, *, optional: bool) -> dict[int, Hours]:
    if optional and "hours" not in fields:
        return dict.fromkeys(range(5), OFFICE_HOURS)
    week: dict[int, Hours] = {}
    raw = fields.get("hours")
    if not isinstance(raw, dict):
        raise Unreadable(f"{name}.hours: an object of hours by weekday is expected")
    for text, hours in raw.items():
        if text not in WEEKDAYS:
            raise Unreadable(f"{name}.hours: {text!r} is none of {', '.join(WEEKDAYS)}")
        week[WEEKDAYS.index(text)] = _hours(hours, f"{name}.hours.{text}")
    return week


def _dated(fields: Raw, name: str) -> list[tuple[str, Hours]]:
    raw = fields.get("overrides")
    if raw is None:
        return []
    if not isinstance(raw, dict):
        raise Unreadable(f"{name}.overrides: an object of hours by date is expected")
    return [(text, _hours(hours, f"{name}.overrides.{text}")) for text, hours in raw.items()]


def _hours(raw: Any, name: str) -> Hours:
    """The segments of a day, checked so that a fault names the day."""
    if raw is None:
        return ()
    if not isinstance(raw, list) or not all(isinstance(s, list) and len(s) == 2 for s in raw):
        raise Unreadable(f'{name}: segments such as [["09:00", "17:00"]] are expected')
    if not all(isinstance(edge, str) for pair in raw for edge in pair):
        raise Unreadable(f"{name}: times of day such as 09:00 are expected")
    try:
        return segments([(start, end) for start, end in raw])
    except CalendarError as error:
        raise Unreadable(f"{name}: {error}") from None


def shown(value: Any) -> str:
    """A value as the file has it, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"
