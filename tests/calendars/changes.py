"""Changes of the house's calendar in one line, and bulk-made running cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from accounts.actors import Actor
from sla.models import CalendarDay, Recalculation, WorkCalendar
from sla.recalculating import CalendarChange, apply, look, propose_calendar, work_off

HOLIDAY: dict[str, Any] = {"kind": CalendarDay.Kind.HOLIDAY, "name": "测试假日"}
MAKEUP: dict[str, Any] = {"kind": CalendarDay.Kind.MAKEUP, "name": ""}

NOTICE_2027: dict[str, Any] = {
    "confirmed": True,
    "notice": "国办发明电〔2026〕99号",
    "link": "https://www.gov.cn/notice-2027",
}


def days_of_2027() -> dict[date, Any]:
    """An invented notice: New Year's Day with the Monday after it off, and a Saturday worked."""
    off = [date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 5)]
    return dict.fromkeys(off, HOLIDAY) | {date(2027, 1, 9): MAKEUP}


def house() -> WorkCalendar:
    return WorkCalendar.objects.get(code="cn")


def propose(
    by: Actor, at: datetime, days: Mapping[date, Any] | None = None, **more: Any
) -> Recalculation:
    change = CalendarChange(days=days or {}, **more)
    recalculation = propose_calendar(house(), change, by=by, at=at)
    look(recalculation.pk, at)
    recalculation.refresh_from_db()
    return recalculation


def carry_out(
    by: Actor, at: datetime, days: Mapping[date, Any] | None = None, **more: Any
) -> Recalculation:
    """Propose, look, apply and work off, all at one instant."""
    recalculation = propose(by, at, days, **more)
    apply(recalculation.pk, by=by, reason="国务院办公厅通知", at=at)
    work_off(at)
    recalculation.refresh_from_db()
    return recalculation


def weekdays(first: date, last: date) -> list[date]:
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if day.weekday() < 5]
