"""What a bureau starts with: the Chinese calendar 2004-2026 and the usual promises.

All of it is data the bureau may change; every policy says what it rests on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from sla.models import CalendarDay, CalendarYear, Policy, WorkCalendar
from sla.targets import Target
from sla.worktime import chinese_years
from sla.worktime.china import OFFICE_HOURS, ZONE

CALENDAR_CODE = "cn"
SINCE = datetime(2004, 1, 1, tzinfo=UTC)

_WEBSITES = (
    "《国务院办公厅关于加强政府网站信息内容建设的意见》：7个工作日内反馈，复杂的可延长至15个工作日"
)
_WEBSITES_EN = (
    "Opinions of the General Office of the State Council on government website content: "
    "7 working days, complex matters up to 15"
)
_OWN, _OWN_EN = "本机关服务承诺", "This bureau's own promise"
_HOUSE, _HOUSE_EN = "本机关内部办理规定", "This bureau's house rules"

_STEPS = [{"after": 1, "to": ["supervisor"]}]


def _rule(target: Target, amount: int, basis: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"target": target, "amount": amount, "basis": basis[0], "basis_en": basis[1], **more}


POLICIES = (
    _rule(Target.ACCEPTANCE, 1, (_OWN, _OWN_EN)),
    _rule(Target.REPLY, 7, (_WEBSITES, _WEBSITES_EN), cap=15, escalation=_STEPS),
    _rule(Target.REPLY, 5, (_OWN, _OWN_EN), kind="consultation", cap=15, escalation=_STEPS),
    _rule(Target.DISPATCH, 1, (_HOUSE, _HOUSE_EN)),
    _rule(Target.SIGN_FOR, 1, (_HOUSE, _HOUSE_EN)),
    _rule(Target.DEPARTMENT, 6, (_HOUSE, _HOUSE_EN), escalation=_STEPS),
    _rule(Target.DEPARTMENT, 4, (_HOUSE, _HOUSE_EN), kind="consultation", escalation=_STEPS),
    _rule(Target.REVIEW, 1, (_HOUSE, _HOUSE_EN)),
    _rule(Target.RETURN, 1, (_HOUSE, _HOUSE_EN)),
    _rule(Target.SUPPLEMENT, 7, (_OWN, _OWN_EN)),
    _rule(Target.SURVEY, 15, (_OWN, _OWN_EN), unit="calendar_days"),
    _rule(Target.FOLLOW_UP, 3, (_HOUSE, _HOUSE_EN), escalation=_STEPS),
)


@transaction.atomic
def install() -> WorkCalendar:
    """Make calendar and policies where they are missing; what is there is left alone."""
    calendar, created = WorkCalendar.objects.get_or_create(
        code=CALENDAR_CODE,
        defaults={
            "name": "中国工作日历",
            "zone": ZONE,
            "week": {str(day): [list(hours) for hours in OFFICE_HOURS] for day in range(5)},
        },
    )
    if created:
        _load_years(calendar)
    # A rule may have several versions by now.
    own = Policy.objects.filter(stream="inquiry", category="", department=None)
    there = set(own.values_list("target", "kind"))
    Policy.objects.bulk_create(
        Policy(stream="inquiry", calendar=calendar, active_from=SINCE, **rule)
        for rule in POLICIES
        if (rule["target"], rule.get("kind", "")) not in there
    )
    return calendar


def _load_years(calendar: WorkCalendar) -> None:
    years = chinese_years().values()
    CalendarYear.objects.bulk_create(
        CalendarYear(calendar=calendar, year=y.year, confirmed=True, notice=y.notice) for y in years
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=calendar, date=day, kind=CalendarDay.Kind.HOLIDAY, name=name)
        for year in years
        for day, name in year.holidays.items()
    )
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=calendar, date=day, kind=CalendarDay.Kind.MAKEUP)
        for year in years
        for day in year.makeup
    )
