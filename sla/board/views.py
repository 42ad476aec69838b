"""The board and the pages beside it: a department, load, answer times, satisfaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse

from foundation.snapshot import snapshot
from sla.almanac.unconfirmed import missing_years
from sla.attention.concerns import concerns
from sla.board.drawings import heat, level_bars, month_charts
from sla.board.open_cases import OpenCases, groups, look
from sla.board.reading import Figures, checked, figures
from sla.board.reading import load as read_load
from sla.board.tables import breakdown_table, month_table, silent, survey_table
from sla.board.taking import Times, column_of, days, time_faults, time_table
from sla.board.tiles import comparison, count_tiles, rate_tiles, stock_tiles
from sla.figures.counting import Cell
from sla.figures.measures import PARTS
from sla.figures.report import COLUMNS
from sla.figures.stock import answer_times
from sla.supervision import wording
from sla.supervision.asking import Question
from sla.supervision.desk import Desk, supervising


@supervising
def board(request: HttpRequest) -> HttpResponse:
    """What needs attention, the house's figures for a period, and where they come from."""
    desk = Desk(request, "board")
    by, tabs = _breakdowns(desk)
    asked = desk.asked
    made = figures(asked, ("month", by), desk.departments, groups(desk.seen_from))
    lying = _open(desk, made.lying)
    return desk.render(
        "supervision/board.html",
        stocks=stock_tiles(asked, lying.stock.total),
        low=desk.low_ratings if desk.of_all else None,
        breakdown=breakdown_table(asked, made.reports[by], desk.departments, lying.stock),
        by=by,
        tabs=tabs,
        missing_years=missing_years(asked.now),
        concerns=concerns(asked.now),
        calendar=heat(asked, made.received, made.days),
        reopened=_reopened(made, lying),
        **_bars(lying),
        **_shown(asked, made),
    )


def _reopened(made: Figures, lying: OpenCases) -> int:
    """How many of the open cases had been answered: what is open now besides what is carried over.
    0 where the period does not reach to now."""
    carried = made.balance.open_now
    return 0 if carried is None else max(lying.stock.total["open"] - carried, 0)


def _breakdowns(desk: Desk) -> tuple[str, list[tuple[str, str, str]]]:
    """The breakdown a page is asked for, and all that can be: names, words and addresses.

    Raises BadRequest for one there is not, PermissionDenied for one the reader may not see.
    """
    by = desk.request.GET.get("by", "department")
    if by not in wording.BREAKDOWNS or len(desk.asked.scope.parts) > 1:
        raise BadRequest
    if by == "handler" and not desk.sees_people:
        raise PermissionDenied
    tabs = [
        (name, str(word), desk.asked.page(by=name))
        for name, word in wording.BREAKDOWNS.items()
        if _offered(desk, name)
    ]
    if by not in [name for name, *_more in tabs]:
        raise BadRequest
    return by, tabs


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
    whole, _by = _taken(asked, "department")
    return desk.render(
        "supervision/department.html",
        department=own,
        stocks=stock_tiles(asked, lying.stock.total),
        breakdown=breakdown_table(asked, made.reports["kind"], (), lying.stock),
        median=days(whole.median),
        p90=days(whole.p90),
        answers=whole.n,
        answers_url=asked.links().to("replied") if whole.n else "",
        reopened=_reopened(made, lying),
        **_bars(lying),
        **_shown(asked, made),
    )


@supervising
def times(request: HttpRequest) -> HttpResponse:
    """How many working days answers took: median and 90th percentile, by one breakdown and month.

    The answers are counted from the cases themselves, and must be as many as the figures say.
    """
    desk = Desk(request, "times")
    by, tabs = _breakdowns(desk)
    asked = desk.asked
    with snapshot():
        made = checked(asked, (by, "month"), desk.departments)
        taken = {name: _taken(asked, name) for name in (by, "month")}
    return desk.render(
        "supervision/times.html",
        tables=[time_table(asked, made.reports[name], taken[name]) for name in (by, "month")],
        by=by,
        tabs=tabs,
        report=made.reports[None],
        counted=taken[by][0].n,
        balance=made.balance,
        faults=[
            *made.faults,
            *(fault for name in taken for fault in time_faults(made.reports[name], taken[name])),
        ],
    )


def _taken(asked: Question, by: str) -> Times:
    return answer_times(
        asked.period,
        asked.at,
        basis=asked.basis,
        scope=asked.scope,
        by=column_of(by),
        hindsight=asked.of_the_past,
    )


@supervising
def satisfaction(request: HttpRequest) -> HttpResponse:
    """Who was asked, who answered and how, by channel and by one breakdown."""
    desk = Desk(request, "satisfaction")
    by, tabs = _breakdowns(desk)
    asked = desk.asked
    made = checked(asked, tuple(dict.fromkeys((by, "channel"))), desk.departments)
    return desk.render(
        "supervision/satisfaction.html",
        channels=survey_table(asked, made.reports["channel"]),
        breakdown=survey_table(asked, made.reports[by]) if by != "channel" else None,
        by=by,
        tabs=tabs,
        report=made.reports[None],
        balance=made.balance,
        faults=made.faults,
        silent=silent(made.reports[None].total),
    )
