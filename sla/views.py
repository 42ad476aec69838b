"""The supervisors' pages: the board, the lists behind its numbers, and urging."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import SUPERVISING, Actor, Role
from accounts.models import Department, User
from foundation import clock
from foundation.keyset import Page, capped_count, paginate
from sla import board as boards
from sla import streams, wording
from sla.asking import Question, QuestionForm, read
from sla.attention.concerns import concerns
from sla.balance import balance, row_faults
from sla.comparing import spans
from sla.figures import COLUMNS as FIGURE_COLUMNS
from sla.figures import UNASSIGNED, Report, definitions, report, reports
from sla.lists import is_list, label_of, of_now, rows_of
from sla.measures import PARTS, ZONE, survey_as_of
from sla.models import Case, Survey
from sla.recording import survey_line
from sla.standing import Horizon, Standing, horizon, standing_of, time_left
from sla.stock import LOW_RATINGS, Stock, answer_times, low_ratings, stock
from sla.unconfirmed import missing_years

PAGE = 30
COUNTED_TO = 10_000
URGED_FROM = ("overdue", "due_soon", "open")

DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For files: as downloads, never to be run or shown inside the site."""

View = Callable[..., HttpResponseBase]


def supervising(view: View) -> View:
    """A page to look at, for those whom `guarding` lets in."""
    return require_safe(guarding(view))


def guarding(view: View) -> View:
    """Let supervisors and auditors in, send others who have signed in away with 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not actor_of(request).has(*SUPERVISING):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def actor_of(request: HttpRequest) -> Actor:
    return user_of(request).as_actor()


class Desk:
    """What every page of supervision needs: the question, the departments, what lies open."""

    def __init__(self, request: HttpRequest, current: str = "", department: str = "") -> None:
        self.request, self.current = request, current
        now = clock.now()
        self.departments = list(Department.objects.all())
        data = request.GET.copy()
        if department:
            data["department"] = department
        self.form: QuestionForm
        self.form, question = read(data, now, self.departments)
        self.wrong = question is None
        self.asked: Question = question or cast(Question, read({}, now, ())[1])
        if self.asked.handler and not self.sees_people:
            raise PermissionDenied
        self.seen_from: Horizon = horizon(now)
        self.house: Stock = stock(self.seen_from)

    @property
    def sees_people(self) -> bool:
        """Figures of single members of staff are the supervisors' alone."""
        return actor_of(self.request).has(Role.SUPERVISOR)

    def department(self, code: str) -> Department:
        """The department with this code. Raises Http404."""
        found = next((d for d in self.departments if d.code == code), None)
        if found is None:
            raise Http404
        return found

    def render(self, template: str, **context: Any) -> HttpResponse:
        shown: dict[str, Any] = {
            "asked": self.asked,
            "form": self.form,
            "wrong": self.wrong,
            "basis": wording.BASES[self.asked.basis],
            "queue_nav": self.nav(),
            "nav_title": _("Supervision"),
            "definitions": wording.explained(definitions()),
        }
        if "measure" not in context:
            kept = {"by": context["by"]} if "by" in context else {}
            shown["shortcuts"] = self.asked.shortcuts(**kept)
        status = 400 if self.wrong else 200
        return render(self.request, template, shown | context, status=status)

    def nav(self) -> list[dict[str, Any]]:
        low, queue = settings.LOW_RATINGS_PAGE
        counts = {**self.house.total, LOW_RATINGS: low_ratings(actor_of(self.request))}
        pages = [
            ("board", reverse("supervision:board"), _("Board"), None, ""),
            ("overdue", reverse("supervision:overdue"), _("Overdue"), "overdue", "danger"),
            ("due_soon", reverse("supervision:due_soon"), _("Due soon"), "due_soon", "warn"),
            ("satisfaction", reverse("supervision:satisfaction"), _("Satisfaction"), None, ""),
            ("low", reverse(low, args=[queue]), _("Low ratings"), LOW_RATINGS, "warn"),
            ("times", reverse("supervision:times"), _("Answer times"), None, ""),
            ("policies", reverse("supervision:policies"), _("Time rules"), None, ""),
            ("simulation", reverse("supervision:simulation"), _("Simulation"), None, ""),
            ("calendars", reverse("supervision:calendars"), _("Calendars"), None, ""),
            ("changes", reverse("supervision:changes"), _("Changes"), None, ""),
            ("irregular", reverse("supervision:irregular"), _("To look at twice"), None, ""),
            ("engine", reverse("supervision:engine"), _("Background work"), None, ""),
            ("load", reverse("supervision:load"), _("Load"), None, ""),
            ("exports", reverse("supervision:exports"), _("Exported files"), None, ""),
            ("reports", reverse("supervision:reports"), _("Reports"), None, ""),
        ]
        return [
            {
                "url": url,
                "label": label,
                "count": counts[counted] if counted else None,
                "current": name == self.current,
                "tone": tone,
            }
            for name, url, label, counted, tone in pages
        ]


@supervising
def board(request: HttpRequest) -> HttpResponse:
    """The house's figures for a period, by month and by department, kind or channel."""
    desk = Desk(request, "board")
    by = request.GET.get("by", "department")
    tabs = {name: word for name, word in wording.BREAKDOWNS.items() if _offered(desk, name)}
    if by not in wording.BREAKDOWNS or len(desk.asked.scope.parts) > 1:
        raise BadRequest
    if by == "handler" and not desk.sees_people:
        raise PermissionDenied
    if by not in tabs:
        raise BadRequest
    asked = desk.asked
    made = _reports(asked, ("month", by))
    total = made[None].total
    table = boards.breakdown_table(asked, made[by], desk.departments, desk.house)
    return desk.render(
        "supervision/board.html",
        rates=boards.rate_tiles(asked, total),
        counts=boards.count_tiles(asked, total),
        stocks=boards.stock_tiles(asked, desk.house.total),
        months=boards.month_table(asked, made["month"]),
        charts=boards.month_charts(asked, made["month"]),
        breakdown=table,
        bars=boards.received_rows(asked, made[by]),
        beside=boards.side_by_side(asked, made[by]),
        by=by,
        tabs=[(name, label, asked.page(by=name)) for name, label in tabs.items()],
        report=made[None],
        missing_years=missing_years(asked.now),
        concerns=concerns(asked.now),
        **_believable(asked, made),
    )


def _offered(desk: Desk, by: str) -> bool:
    """Whether a breakdown can be shown to this person, of the part asked for."""
    parts = set(desk.asked.scope.parts)
    return (by != "handler" or desk.sees_people) and (
        FIGURE_COLUMNS[by] not in PARTS or not parts - {FIGURE_COLUMNS[by]}
    )


def _believable(asked: Question, made: Mapping[str | None, Report]) -> dict[str, Any]:
    """What lets a reader believe the figures: that they balance, and what they were before."""
    flow = balance(asked.period, asked.now, as_of=asked.as_of, scope=asked.scope)
    faults = [*flow.faults, *(fault for one in made.values() for fault in row_faults(one))]
    return {
        "balance": flow,
        "faults": faults,
        "comparison": boards.comparison(made[None].total, _earlier(asked)),
    }


def _earlier(asked: Question) -> dict[str, Report]:
    """The figures to compare with, by what they are of; only figures known now are compared."""
    today = asked.now.astimezone(ZONE).date()
    found = spans(asked.period, today) if asked.as_of is None else None
    if found is None:
        return {}
    named = {"before": found.before, "year_before": found.year_before}
    return {
        name: report(span.start, span.end, basis=asked.basis, now=asked.now, scope=asked.scope)
        for name, span in named.items()
        if span is not None
    }


def _reports(asked: Question, bys: tuple[str, ...]) -> Any:
    return reports(
        asked.period.start,
        asked.period.end,
        bys=bys,
        basis=asked.basis,
        as_of=asked.as_of,
        now=asked.now,
        scope=asked.scope,
    )


@supervising
def department(request: HttpRequest, code: str) -> HttpResponse:
    """One department: its figures by month and kind, what it has open, how long answers took."""
    desk = Desk(request, department=code)
    own = desk.department(code)
    asked = desk.asked
    made = _reports(asked, ("month", "kind"))
    whole, _by = answer_times(asked.period, asked.at, basis=asked.basis, scope=asked.scope)
    total = made[None].total
    return desk.render(
        "supervision/department.html",
        department=own,
        rates=boards.rate_tiles(asked, total),
        counts=boards.count_tiles(asked, total),
        stocks=boards.stock_tiles(asked, desk.house.of(own.pk)),
        months=boards.month_table(asked, made["month"]),
        charts=boards.month_charts(asked, made["month"]),
        breakdown=boards.breakdown_table(asked, made["kind"], (), desk.house),
        median=boards.days(whole.median),
        p90=boards.days(whole.p90),
        answers=whole.n,
        report=made[None],
        **_believable(asked, made),
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
            (str(head), [boards.spread_cells(*row) for row in [*rows, (_("Total"), whole)]])
            for head, rows in ((_("Department"), departments), (_("Month"), months))
        ],
    )


@supervising
def satisfaction(request: HttpRequest) -> HttpResponse:
    """Who was asked, who answered and how, by channel and by department."""
    desk = Desk(request, "satisfaction")
    asked = desk.asked
    made = _reports(asked, ("channel", "department"))
    return desk.render(
        "supervision/satisfaction.html",
        channels=boards.survey_table(asked, made["channel"]),
        departments=boards.survey_table(asked, made["department"]),
        report=made[None],
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list. `own`: the reader's own answer was rated, so that it is not named."""

    case: Case
    standing: Standing
    left: str
    rating: str = ""
    own: bool = False

    @property
    def typed_in(self) -> bool:
        return self.case.channel in streams.by_hand()

    @property
    def kind(self) -> str:
        return streams.word("kinds", self.case.kind)

    @property
    def channel(self) -> str:
        return streams.word("channels", self.case.channel)

    @property
    def stage(self) -> str:
        return streams.word("stages", self.case.stage)

    @property
    def exclusion(self) -> str:
        return streams.word("exclusions", self.case.exclusion) if self.case.exclusion else ""


@supervising
def cases(request: HttpRequest, measure: str = "") -> HttpResponse:
    """Exactly the cases behind a number of the board."""
    named = measure or request.GET.get("measure", "received")
    if not is_list(named):
        raise Http404
    desk = Desk(request, measure)
    asked = desk.asked
    if named == "valid" and asked.basis == "event":
        raise Http404
    rows, order = rows_of(named, asked, desk.seen_from)
    page = paginate(
        rows,
        order=order,
        cursor=request.GET.get("cursor"),
        size=PAGE,
        nulls_excluded=order == "due_at",
    )
    may_urge = named in URGED_FROM and actor_of(request).has(Role.SUPERVISOR)
    return desk.render(
        "supervision/cases.html",
        measure=named,
        label=label_of(named),
        of_period=not of_now(named),
        part=_part(asked, desk.departments),
        page=page,
        listed=_listed(page, desk, actor_of(request)),
        count=str(capped_count(rows, COUNTED_TO)),
        choices=_choices(asked, desk.departments),
        to_export=(asked.params() | {"measure": named}).items(),
        urge_url=reverse(settings.URGE_PAGE) if may_urge else "",
        urging=_("Please deal with this case now and reply to the citizen in time."),
    )


def _listed(page: Page[Any], desk: Desk, reader: Actor) -> list[Listed]:
    found = []
    for item in page.items:
        case, words, own = item, "", False
        if isinstance(item, Survey):
            case, own = item.case, item.handler_id == reader.user_id
            rating = survey_as_of(survey_line(item), desk.asked.at).rating
            words = streams.word("ratings", rating) if rating is not None else ""
        standing = standing_of(case, desk.seen_from)
        left = time_left(case, standing, desk.seen_from)
        found.append(Listed(case, standing, left, words, own))
    return found


def _part(asked: Question, departments: list[Department]) -> list[str]:
    """The part of the house asked for, in words."""
    names = {d.code: d.label for d in departments} | {UNASSIGNED: _("No department yet")}
    found = [names.get(asked.department, "")]
    found += [streams.word("kinds", asked.kind)] if asked.kind else []
    for name in ("channel", "topic", "district"):
        if code := getattr(asked, name):
            found.append(streams.word(f"{name}s", code) if code != UNASSIGNED else "—")
    found.append(asked.handler)
    return [name for name in found if name]


def _choices(asked: Question, departments: list[Department]) -> list[dict[str, Any]]:
    """The selects that narrow a list."""
    names: dict[str, str] = {d.code: d.label for d in departments}
    names[UNASSIGNED] = _("No department yet")
    groups: list[tuple[str, str, dict[str, Any], str]] = [
        ("department", _("Department"), names, asked.department),
        ("kind", _("Kind"), streams.words("kinds"), asked.kind),
        ("channel", _("Channel"), streams.words("channels"), asked.channel),
        ("topic", _("Topic"), streams.words("topics"), asked.topic),
        ("district", _("District"), streams.words("districts"), asked.district),
    ]
    return [
        {"name": name, "label": label, "options": options.items(), "chosen": chosen}
        for name, label, options, chosen in groups
    ]
