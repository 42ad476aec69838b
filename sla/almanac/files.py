"""The days off and make-up days of a year, from a CSV or an iCalendar file.

CSV: a first row with the columns `date,kind,name,hours` (or 日期,类型,名称,时间; the last two may
be missing), UTF-8 with or without a byte order mark, or GB18030. `date` is 2027-01-01, 2027/1/1
or 2027年1月1日; `kind` is holiday (休, 放假) or makeup (班, 上班, 调休); `hours` are own hours of a
make-up day, such as 09:00-12:00 13:30-17:30.

iCalendar: whole-day events whose title says 休 or 班, as the usual Chinese holiday feeds have
them, or that carry X-APPLE-SPECIAL-DAY. Events of other years, and those that say neither, are
passed over: feeds mix them with festivals.

A file is taken whole or not at all.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from icalendar import Calendar as Feed

from sla.almanac.hours import HoursError, read_hours
from sla.models import CalendarDay

LARGEST = 1_000_000
"""Bytes; a year is a few thousand."""

MOST_FAULTS = 20
LONGEST_NAME = 60
LONGEST_EVENT = 31
ONE_DAY = timedelta(days=1)

COLUMNS = {
    "date": "date",
    "日期": "date",
    "kind": "kind",
    "类型": "kind",
    "name": "name",
    "名称": "name",
    "hours": "hours",
    "时间": "hours",
}
HOLIDAY, MAKEUP = CalendarDay.Kind.HOLIDAY, CalendarDay.Kind.MAKEUP
KINDS = {
    **dict.fromkeys(("holiday", "off", "休", "放假", "休息", "节假日"), HOLIDAY),
    **dict.fromkeys(("makeup", "班", "上班", "补班", "调休", "调休上班"), MAKEUP),
}
DATE = re.compile(r"(\d{4})(?:-|/|年|)(\d{1,2})(?:-|/|月|)(\d{1,2})日?")
MARK = re.compile(r"[（(\[【]?\s*(?:休|班|补班|假期)\s*[）)\]】]?(?:\s*第.*)?$")
APPLE = {"WORK-HOLIDAY": HOLIDAY, "ALTERNATE-WORKDAY": MAKEUP}

Value = dict[str, Any]
Days = dict[date, Value]


class Fault(NamedTuple):
    """What is wrong with a row, as a table program numbers them, or with an event; 0: the file."""

    place: int
    reason: str

    def __str__(self) -> str:
        if not self.place:
            return self.reason
        return _("Row %(row)s: %(reason)s") % {"row": self.place, "reason": self.reason}


class FileRefused(Exception):
    """Nothing is taken from the file; `faults` say why, the first few of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = list(faults[:MOST_FAULTS])


class _Unusable(ValueError):
    """One row or event cannot be used."""


def read(name: str, content: bytes, year: int, works: Callable[[date], bool]) -> Days:
    """The exceptions of a year. `works` says whether people usually work on a date.

    Rows may name days of the December before, which some notices speak of. Raises FileRefused.
    """
    if len(content) > LARGEST:
        raise FileRefused([Fault(0, _("The file is larger than a year of a calendar can be."))])
    feed = name.lower().endswith((".ics", ".ical")) or content.lstrip()[:15] == b"BEGIN:VCALENDAR"
    rows = _feed(content, year) if feed else _table(content)
    days: Days = {}
    faults: list[Fault] = []
    for place, row in rows:
        if isinstance(row, _Unusable):
            faults.append(Fault(place, str(row)))
            continue
        day, value = row
        wrong = _wrong(day, value, year, days, works)
        if wrong:
            faults.append(Fault(place, wrong))
        else:
            days[day] = value
    if not faults and not any(day.year == year for day in days):
        faults.append(Fault(0, _("The file names no day off and no make-up day of that year.")))
    if faults:
        raise FileRefused(faults)
    return days


def _wrong(
    day: date, value: Value, year: int, days: Days, works: Callable[[date], bool]
) -> str | None:
    shown = {"date": day.isoformat(), "year": year}
    if not date(year - 1, 12, 1) <= day <= date(year, 12, 31):
        return _("%(date)s is no day of %(year)s.") % shown
    if day in days and days[day] != value:
        return _("%(date)s is named twice.") % shown
    if value["kind"] == MAKEUP and works(day):
        return _("%(date)s is a usual working day, so it cannot be a make-up day.") % shown
    return None


Rows = Iterator[tuple[int, tuple[date, Value] | _Unusable]]


def _table(content: bytes) -> Rows:
    lines = csv.reader(io.StringIO(_text(content), newline=""))
    try:
        head = [COLUMNS.get(cell.strip().lower(), "") for cell in next(lines, [])]
        if not {"date", "kind"} <= set(head):
            raise FileRefused([Fault(1, _("The first row must name the columns date and kind."))])
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            row = {name: cell.strip() for name, cell in zip(head, cells, strict=False) if name}
            try:
                yield lines.line_num, _row(row)
            except _Unusable as error:
                yield lines.line_num, error
    except csv.Error:
        raise FileRefused([Fault(0, _("The file cannot be read as CSV."))]) from None


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in found:
            return found
    raise FileRefused([Fault(0, _("The file is neither UTF-8 nor GB18030 text."))])


def _row(row: dict[str, str]) -> tuple[date, Value]:
    kind = KINDS.get(row.get("kind", "").lower())
    if kind is None:
        said = {"word": row.get("kind", "")[:20]}
        raise _Unusable(_("“%(word)s” is neither holiday (休) nor makeup (班).") % said)
    return _date(row.get("date", "")), _value(kind, row.get("name", ""), row.get("hours", ""))


def _date(text: str) -> date:
    found = DATE.fullmatch(text)
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise _Unusable(_("“%(text)s” is no date such as 2027-01-01.") % {"text": text[:20]})


def _value(kind: str, name: str, hours: str = "") -> Value:
    if len(name) > LONGEST_NAME:
        raise _Unusable(_("The name has more than 60 characters."))
    if not hours:
        return {"kind": kind, "name": name, "segments": None}
    if kind == HOLIDAY:
        raise _Unusable(_("A day off has no hours."))
    try:
        return {"kind": kind, "name": name, "segments": read_hours(hours)}
    except HoursError as error:
        raise _Unusable(str(error)) from None


def _feed(content: bytes, year: int) -> Rows:
    try:
        events = list(Feed.from_ical(content).walk("VEVENT"))
    except (ValueError, IndexError, KeyError, TypeError):
        reason = _("The file cannot be read as an iCalendar file.")
        raise FileRefused([Fault(0, reason)]) from None
    for event in events:
        title = str(event.get("SUMMARY", "")).strip()
        kind = _kind(event, title)
        if kind is None:
            continue
        try:
            for day in _event_days(event, title):
                if day.year == year:
                    yield 0, (day, _value(kind, MARK.sub("", title).strip()))
        except _Unusable as error:
            yield 0, error


def _kind(event: Any, title: str) -> str | None:
    apple = APPLE.get(str(event.get("X-APPLE-SPECIAL-DAY", "")).upper())
    if apple is not None:
        return apple
    if "班" in title:
        return MAKEUP
    return HOLIDAY if "休" in title or "假" in title else None


def _event_days(event: Any, title: str) -> list[date]:
    """The days of an event, its end not included, as the format has it (RFC 5545, 3.6.1)."""
    shown = {"title": title[:40]}
    try:
        start, end = event.decoded("DTSTART"), event.decoded("DTEND", None)
        length = event.decoded("DURATION", None)
    except (KeyError, ValueError, TypeError):
        raise _Unusable(_("The event “%(title)s” has no usable date.") % shown) from None
    if isinstance(start, datetime) or isinstance(end, datetime) or not isinstance(start, date):
        raise _Unusable(_("The event “%(title)s” is none of whole days.") % shown)
    if "RRULE" in event:
        raise _Unusable(_("The event “%(title)s” repeats; notices name single days.") % shown)
    days = (end - start if end else length or ONE_DAY) // ONE_DAY
    if not 0 < days <= LONGEST_EVENT:
        raise _Unusable(_("The event “%(title)s” lasts %(days)s days.") % (shown | {"days": days}))
    return [start + ONE_DAY * n for n in range(days)]
