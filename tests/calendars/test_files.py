"""A year from a file: CSV as bureaus write it, iCalendar as feeds have it, or nothing at all."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from sla.almanac.files import FileRefused, read
from sla.almanac.hours import HoursError, read_hours, write_hours

CSV = """date,kind,name,hours
2027-01-01,holiday,元旦,
2027/1/4,休,元旦,
2027年1月9日,班,,09:00-12:00
"""
EXPECTED = {
    date(2027, 1, 1): {"kind": "holiday", "name": "元旦", "segments": None},
    date(2027, 1, 4): {"kind": "holiday", "name": "元旦", "segments": None},
    date(2027, 1, 9): {"kind": "makeup", "name": "", "segments": [["09:00", "12:00"]]},
}


def weekday(day: date) -> bool:
    return day.weekday() < 5


def faults(text: str | bytes, name: str = "2027.csv") -> list[str]:
    content = text if isinstance(text, bytes) else text.encode()
    with translation.override("en"):
        with pytest.raises(FileRefused) as refused:
            read(name, content, 2027, weekday)
        return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_csv_in_the_encodings_of_office_programs(encoding: str, ends: str) -> None:
    content = CSV.replace("\n", ends).encode(encoding)
    assert read("2027.csv", content, 2027, weekday) == EXPECTED


def test_csv_with_chinese_heads_and_blank_rows() -> None:
    text = "日期,类型,名称\n\n2027-01-01,放假,元旦\n,,\n2027-01-09,调休上班,\n"
    found = read("年.csv", text.encode(), 2027, weekday)
    assert {day: value["kind"] for day, value in found.items()} == {
        date(2027, 1, 1): "holiday",
        date(2027, 1, 9): "makeup",
    }


@pytest.mark.parametrize(
    ("row", "place", "reason"),
    [
        ("2027-13-01,holiday,,", 3, "is no date"),
        ("tomorrow,holiday,,", 3, "is no date"),
        ("2027-02-01,perhaps,,", 3, "is neither holiday"),
        ("2028-01-03,holiday,,", 3, "is no day of 2027"),
        ("2027-01-01,makeup,,", 3, "is named twice"),
        ("2027-02-01,makeup,,", 3, "is a usual working day"),
        ("2027-02-06,makeup,,9-12", 3, "Please write hours"),
        ("2027-02-06,makeup,,10:00-12:00 09:00-11:00", 3, "without overlap"),
        ("2027-02-01,holiday,,09:00-12:00", 3, "has no hours"),
        (f"2027-02-01,holiday,{'长' * 61},", 3, "more than 60"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_taken(row: str, place: int, reason: str) -> None:
    [fault] = faults(f"date,kind,name,hours\n2027-01-01,holiday,元旦,\n{row}\n")
    assert fault.startswith(f"Row {place}: ")
    assert reason in fault


def test_every_wrong_row_is_named() -> None:
    found = faults("date,kind\nx,休\n2027-01-01,休\ny,班\n")
    assert [fault.split(":")[0] for fault in found] == ["Row 2", "Row 4"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "must name the columns"),
        (b"day,what\n2027-01-01,x\n", "must name the columns"),
        (b"\xff\xfe\x00\x00\xff", "neither UTF-8 nor GB18030"),
        (b"date,kind\n", "names no day off"),
        (b"x" * 1_000_001, "larger"),
    ],
)
def test_a_file_that_is_none(content: bytes, reason: str) -> None:
    [fault] = faults(content)
    assert reason in fault


def feed(*events: str) -> str:
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n{body}END:VCALENDAR\r\n"


def event(start: str, title: str, *more: str) -> str:
    return "\r\n".join([f"DTSTART;VALUE=DATE:{start}", f"SUMMARY:{title}", *more])


def test_icalendar_as_the_feeds_have_it() -> None:
    text = feed(
        event("20270101", "元旦（休）", "DTEND;VALUE=DATE:20270103"),
        event("20270104", "元旦 假期 第3天/共3天"),
        event("20270109", "元旦 补班 第1天/共1天"),
        event("20270206", "春节", "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"),
        event("20270214", "情人节"),
        event("20260101", "元旦（休）"),
    )
    found = read("feed.ics", text.encode(), 2027, weekday)
    assert {day: (value["kind"], value["name"]) for day, value in found.items()} == {
        date(2027, 1, 1): ("holiday", "元旦"),
        date(2027, 1, 2): ("holiday", "元旦"),
        date(2027, 1, 4): ("holiday", "元旦"),
        date(2027, 1, 9): ("makeup", "元旦"),
        date(2027, 2, 6): ("makeup", "春节"),
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (feed("DTSTART:20270101T090000Z\r\nSUMMARY:元旦（休）"), "is none of whole days"),
        (feed(event("20270101", "元旦（休）", "RRULE:FREQ=YEARLY")), "repeats"),
        (feed(event("20270101", "元旦（休）", "DTEND;VALUE=DATE:20270401")), "lasts 90 days"),
        (feed(event("20270101", "元旦（休）", "DTEND;VALUE=DATE:20261231")), "lasts -1 days"),
        (feed("SUMMARY:元旦（休）"), "has no usable date"),
        (feed(event("20270101", "元旦（休）"), event("20270101", "元旦（班）")), "named twice"),
        (feed(event("20270214", "情人节")), "names no day off"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cannot be read"),
        ("BEGIN:VCALENDAR\r\n:::\r\nEND:VEVENT", "cannot be read"),
    ],
)
def test_a_feed_that_cannot_be_used(text: str, reason: str) -> None:
    found = faults(text, "feed.ics")
    assert reason in found[0], found


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", []),
        ("9:00-12:00", [["09:00", "12:00"]]),
        ("13：30—17：30、09:00 - 12:00", [["09:00", "12:00"], ["13:30", "17:30"]]),
        ("00:00-24:00", [["00:00", "24:00"]]),
    ],
)
def test_hours_as_people_write_them(text: str, hours: list[list[str]]) -> None:
    assert read_hours(text) == hours
    assert read_hours(write_hours(hours)) == hours


@pytest.mark.parametrize(
    "text",
    [
        "nine to five",
        "09:00",
        "12:00-09:00",
        "09:00-09:00",
        "25:00-26:00",
        "09:00-12:00 11:00-13:00",
    ],
)
def test_what_is_no_list_of_hours(text: str) -> None:
    with pytest.raises(HoursError):
        read_hours(text)
