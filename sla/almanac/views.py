"""The pages of the calendars: what is, and the forms that propose what shall be.

No form here changes anything: it leads to a page that shows what would change (`change_views`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Role
from foundation import clock
from sla.almanac.files import FileRefused
from sla.almanac.forms import DayForm, FileForm, NoticeForm, PatternForm
from sla.almanac.loading import change_from_file
from sla.almanac.picture import pattern_lines, year_of
from sla.almanac.unconfirmed import missing_years
from sla.calendars import compiled, pattern_of
from sla.models import CalendarYear, WorkCalendar
from sla.recalculating import CalendarChange, NothingChanged, at_once, propose_calendar
from sla.supervision.desk import actor_of
from sla.supervision.door import LOOKING, for_roles, shown
from sla.worktime import CalendarError

YEARS = range(1990, 2100)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@for_roles(*LOOKING)
def calendars(request: HttpRequest) -> HttpResponse:
    """All calendars: the house's, and departments' own hours on its dates."""
    now = clock.now()
    missing = missing_years(now)
    without = {(m.calendar.pk, m.year) for m in missing}
    rows = WorkCalendar.objects.select_related("based_on", "department").annotate(
        n_seasons=Count("seasons", distinct=True)
    )
    rows = rows.exclude(based_on__isnull=False, department__isnull=True)
    next_year = now.astimezone().year + 1
    years = set(
        CalendarYear.objects.filter(year=next_year, confirmed=True).values_list("calendar", "year")
    )
    listed = [
        {
            "calendar": row,
            "next_confirmed": ((row.based_on_id or row.pk), next_year) in years,
            "alarm": ((row.based_on_id or row.pk), next_year) in without,
        }
        for row in rows.order_by("based_on_id", "department__position", "code")
    ]
    return shown(
        request,
        "supervision/calendars/list.html",
        "calendars",
        listed=listed,
        next_year=next_year,
        missing_years=missing,
    )


def _calendar(code: str, *, house: bool = False) -> WorkCalendar:
    """The calendar with this code. Raises Http404; for a department's own where only a house's
    will do, too."""
    rows = WorkCalendar.objects.select_related("based_on", "department")
    found = rows.filter(code=code).filter(Q(based_on__isnull=True) if house else Q()).first()
    if found is None:
        raise Http404
    return found


@require_safe
@for_roles(*LOOKING)
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    """One calendar: its hours, its seasons, its years."""
    row = _calendar(code)
    house = row.based_on or row
    pattern = pattern_of(row)
    years = list(house.years.order_by("-year"))
    ahead = clock.today().year + 1
    return shown(
        request,
        "supervision/calendars/calendar.html",
        "calendars",
        calendar=row,
        house=house,
        pattern=pattern,
        lines=pattern_lines(pattern),
        years=years,
        ahead=ahead if ahead not in {year.year for year in years} else None,
        dependants=row.dependants.filter(department__isnull=False).select_related("department"),
        changes=row.recalculations.exclude(state="cancelled")[:10],
    )


def _year(year: int) -> int:
    if year not in YEARS:
        raise Http404
    return year


@require_safe
@for_roles(*LOOKING)
def year(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """A year: its notice, its twelve months, its days off and make-up days."""
    row = _calendar(code)
    house = row.based_on or row
    return shown(
        request,
        "supervision/calendars/year.html",
        "calendars",
        calendar=row,
        house=house,
        year=_year(year),
        row=house.years.filter(year=year).first(),
        months=year_of(compiled(row), year),
        weekdays=[WEEKDAYS_ABBR[day] for day in range(7)],
        days=list(house.days.filter(date__year=year)),
        before=year - 1 if year - 1 in YEARS else None,
        after=year + 1 if year + 1 in YEARS else None,
    )


@form_page
@for_roles(Role.ADMINISTRATOR)
def edit_day(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Propose another kind for one day."""
    row = _calendar(code, house=True)
    day = _parse_day(request.GET.get("date", "")) or date(_year(year), 1, 1)
    held = row.days.filter(date=day).first()
    form = DayForm(_sent(request)[0], year=year, initial=DayForm.initial_of(day, held))
    if request.method == "POST" and form.is_valid():
        made = _propose(request, form, row, CalendarChange(days=form.days()))
        if made:
            return made
    return _form(request, form, row, _("Change a day"), year=year)


def _sent(request: HttpRequest) -> tuple[Any, Any]:
    """What was filled in, and files, if the form is being sent."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _parse_day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@form_page
@for_roles(Role.ADMINISTRATOR)
def edit_notice(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Propose by which notice a year is settled, or that it is not."""
    row = _calendar(code, house=True)
    held = row.years.filter(year=_year(year)).first()
    form = NoticeForm(_sent(request)[0], initial=NoticeForm.initial_of(held))
    if request.method == "POST" and form.is_valid():
        made = _propose(request, form, row, CalendarChange(years={year: form.year()}))
        if made:
            return made
    return _form(request, form, row, _("Notice of the year"), year=year)


@form_page
@for_roles(Role.ADMINISTRATOR)
def load_file(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Propose the days of a year from a CSV or iCalendar file."""
    row = _calendar(code, house=True)
    held = row.years.filter(year=_year(year)).first()
    initial = {"confirmed": True} | NoticeForm.initial_of(held)
    form = FileForm(*_sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            change = change_from_file(row, year, file.name, file.read(), form.year())
        except FileRefused as refused:
            for fault in refused.faults:
                form.add_error("file", str(fault))
        else:
            made = _propose(request, form, row, change)
            if made:
                return made
    return _form(request, form, row, _("Load the year from a file"), year=year)


@form_page
@for_roles(Role.ADMINISTRATOR)
def edit_hours(request: HttpRequest, code: str) -> HttpResponse:
    """Propose other weekly hours and seasons."""
    row = _calendar(code)
    if row.given_up:
        raise Http404
    form = PatternForm(_sent(request)[0], pattern=pattern_of(row))
    if request.method == "POST" and form.is_valid():
        change = CalendarChange(week=form.week(), seasons=form.found_seasons())
        made = _propose(request, form, row, change)
        if made:
            return made
    return _form(request, form, row, _("Weekly hours and seasons"))


@form_page
@for_roles(Role.ADMINISTRATOR)
def own_hours(request: HttpRequest, code: str) -> HttpResponse:
    """Propose that a department has hours of its own, on this calendar's dates."""
    row = _calendar(code, house=True)
    form = PatternForm(_sent(request)[0], pattern=pattern_of(row), own=True)
    if request.method == "POST" and form.is_valid():
        change = CalendarChange(
            week=form.week(),
            seasons=form.found_seasons(),
            department=form.cleaned_data["department"],
        )
        made = _propose(request, form, row, change)
        if made:
            return made
    return _form(request, form, row, _("Own hours of a department"))


@form_page
@for_roles(Role.ADMINISTRATOR)
def house_hours(request: HttpRequest, code: str) -> HttpResponse:
    """Propose that a department has the hours of the house again."""
    row = _calendar(code)
    if row.department_id is None:
        raise Http404
    form = Form(_sent(request)[0])
    if request.method == "POST" and form.is_valid():
        made = _propose(request, form, row, CalendarChange(given_up=True))
        if made:
            return made
    return _form(request, form, row, _("Back to the hours of the house"))


def _propose(
    request: HttpRequest, form: BaseForm, row: WorkCalendar, change: CalendarChange
) -> HttpResponse | None:
    """To the page of the proposal; None when there is nothing to propose, and the form says so."""
    now = clock.now()
    try:
        made = propose_calendar(row, change, by=actor_of(request), at=now)
    except NothingChanged:
        form.add_error(None, _("All of this is so already; nothing would change."))
        return None
    except CalendarError:
        form.add_error(None, _("Nobody could count with these hours; please check them."))
        return None
    at_once(made.pk, now)
    return redirect("supervision:change", made.pk)


def _form(
    request: HttpRequest,
    form: BaseForm,
    row: WorkCalendar,
    title: str,
    *,
    year: int | None = None,
) -> HttpResponse:
    of_year = [row.code, year] if year else [row.code]
    back = reverse("supervision:calendar_year" if year else "supervision:calendar", args=of_year)
    template = "hours_form" if isinstance(form, PatternForm) else "form"
    return shown(
        request,
        f"supervision/calendars/{template}.html",
        "calendars",
        status=422 if form.errors else 200,
        calendar=row,
        year=year,
        form=form,
        title=title,
        back=back,
    )
