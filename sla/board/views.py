"""The board and the pages beside it: a department, load, answer times, satisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sla.almanac.unconfirmed import missing_years
from sla.attention.concerns import concerns
from sla.board.drawings import days, heat, level_bars, month_charts, spread_cells
from sla.board.open_cases import OpenCases, groups, look
from sla.board.reading import Figures, figures
from sla.board.reading import load as read_load
from sla.board.tables import breakdown_table, month_table, survey_table
from sla.board.tiles import comparison, count_tiles, rate_tiles, stock_tiles
from sla.figures.counting import Cell
from sla.figures.measures import PARTS
from sla.figures.report import COLUMNS, reports
from sla.figures.stock import answer_times
from sla.supervision import wording
from sla.supervision.asking import Question
from sla.supervision.desk import Desk, supervising


@supervising
def board(request: HttpRequest) -> HttpResponse:
    """What needs attention, the house's figures for a period, and where they come from."""
    desk = Desk(request, "board")
    by = request.GET.get("by", "department")
    if by not in wording.BREAKDOWNS or len(desk.asked.scope.parts) > 1:
        raise BadRequest
    if by == "handler" and not desk.sees_people:
        raise PermissionDenied
    tabs = {name: word for name, word in wording.BREAKDOWNS.items() if _offered(desk, name)}
    if by not in tabs:
        raise BadRequest
    asked = desk.asked
    made = figures(asked, ("month", by), desk.departments, groups(desk.seen_from))
    lying = _open(desk, made.lying)
    return desk.render(
        "supervision/board.html",
        stocks=stock_tiles(asked, lying.stock.total),
        low=desk.low_ratings if desk.of_all else None,
        breakdown=breakdown_table(asked, made.reports[by], desk.departments, lying.stock),
        by=by,
        tabs=[(name, label, asked.page(by=name)) for name, label in tabs.items()],
        missing_years=missing_years(asked.now),
        concerns=concerns(asked.now),
        calendar=heat(asked, made.received, made.days),
        **_bars(lying),
        **_shown(asked, made),
    )


def _offered(desk: Desk, by: str) -> bool:
    """Whether a breakdown can be shown to this person, of the part asked for."""
    parts = set(desk.asked.scope.parts)
    return (by != "handler" or desk.sees_people) and (
        COLUMNS[by] not in PARTS or not parts - {COLUMNS[by]}
    )


def _shown(asked: Question, made: Figures) -> dict[str, Any]:
    """The figures of a period, by month, and what lets a reader believe them."""
    total, by_month = made.reports[None].total, made.reports["month"]
    return {
        "rates": rate_tiles(asked, total, made.earlier),
        "counts": count_tiles(asked, total),
        "months": month_table(asked, by_month),
        "charts": month_charts(asked, by_month),
        "report": made.reports[None],
        "balance": made.balance,
        "faults": made.faults,
        "comparison": comparison(total, made.earlier),
    }


def _open(desk: Desk, lying: Sequence[Cell]) -> OpenCases:
    """What lies open of the part asked for, counted once for the page and its side bar."""
    found = look(desk.asked, lying)
    if desk.of_all:
        desk.house = found.stock
    return found


def _bars(lying: OpenCases) -> dict[str, Any]:
    return {"ages": level_bars(lying.ages), "stages": level_bars(lying.stages)}


@supervising
def load(request: HttpRequest) -> HttpResponse:
    """How old what is open is, where it stands, and what came in day by day, as numbers too."""
    desk = Desk(request, "load")
    asked = desk.asked
    if len(asked.scope.parts) > 1:
        raise BadRequest
    period, received, lying = read_load(asked, groups(desk.seen_from))
    return desk.render(
        "supervision/load.html", calendar=heat(asked, received, period), **_bars(_open(desk, lying))
    )


@supervising
def department(request: HttpRequest, code: str) -> HttpResponse:
    """One department: its figures by month and kind, what it has open, how long answers took."""
    desk = Desk(request, department=code)
    own = desk.department(code)
    asked = desk.asked
    made = figures(asked, ("month", "kind"), desk.departments, groups(desk.seen_from))
    lying = _open(desk, made.lying)
    whole, _by = answer_times(asked.period, asked.at, basis=asked.basis, scope=asked.scope)
    return desk.render(
        "supervision/department.html",
        department=own,
        stocks=stock_tiles(asked, lying.stock.total),
        breakdown=breakdown_table(asked, made.reports["kind"], (), lying.stock),
        median=days(whole.median),
        p90=days(whole.p90),
        answers=whole.n,
        **_bars(lying),
        **_shown(asked, made),
    )


@supervising
def times(request: HttpRequest) -> HttpResponse:
    """How many working days answers took: median and 90th percentile by department."""
    desk = Desk(request, "times")
    asked = desk.asked
    whole, by_department = answer_times(asked.period, asked.at, basis=asked.basis)
    _whole, by_month = answer_times(asked.period, asked.at, basis=asked.basis, by="month")
    departments = [
        (d.label, by_department[d.pk]) for d in desk.departments if d.pk in by_department
    ]
    months = [(f"{month:%Y-%m}", by_month[month]) for month in sorted(by_month)]
    return desk.render(
        "supervision/times.html",
        tables=[
            (str(head), [spread_cells(*row) for row in [*rows, (_("Total"), whole)]])
            for head, rows in ((_("Department"), departments), (_("Month"), months))
        ],
    )


@supervising
def satisfaction(request: HttpRequest) -> HttpResponse:
    """Who was asked, who answered and how, by channel and by department."""
    desk = Desk(request, "satisfaction")
    asked = desk.asked
    made = reports(
        asked.period.start,
        asked.period.end,
        bys=("channel", "department"),
        basis=asked.basis,
        as_of=asked.as_of,
        now=asked.now,
        scope=asked.scope,
    )
    return desk.render(
        "supervision/satisfaction.html",
        channels=survey_table(asked, made["channel"]),
        departments=survey_table(asked, made["department"]),
        report=made[None],
    )
