"""The lists of cases behind the supervisors' numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor, Role
from accounts.models import Department
from foundation.keyset import Page
from sla import streams
from sla.figures.measures import BASES, survey_as_of
from sla.figures.recording import survey_line
from sla.figures.report import UNASSIGNED
from sla.lists.listing import is_list, label_of, listing, of_now, sorts_of
from sla.lists.selection import NO_EVENTS
from sla.lists.sorting import (
    ALWAYS,
    ASKED,
    MARKS,
    NAMES,
    RATED,
    RECEIVED,
    REPLIED,
    Sort,
    columns_of,
    first_way,
    read_sort,
    usual,
)
from sla.lists.walking import case_of
from sla.models import Case, Survey
from sla.standing import Horizon, Standing, horizon, standing_of, time_left
from sla.supervision.asking import Question
from sla.supervision.desk import COUNTED_TO, PAGE, Desk, actor_of, supervising

URGED_FROM = ("overdue", "due_soon", "open")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: its name, the sort its link asks for, and how it is sorted now."""

    column: str
    label: str
    sort: str = ""
    aria: str = ""

    @property
    def mark(self) -> str:
        return MARKS.get(self.aria, "")


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list. `own`: the reader's own answer was rated, so that it is not named."""

    case: Case
    standing: Standing
    left: str
    cells: list[tuple[Head, datetime | None]]
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
    if named in NO_EVENTS and asked.basis == "event":
        raise Http404
    seen_from = horizon(asked.at) if asked.of_the_past and not of_now(named) else desk.seen_from
    sort = _sort(request, named, asked)
    rows = listing(named, asked, seen_from, sort)
    page = rows.page(request.GET.get("cursor"), PAGE)
    heads = _heads(named, asked, sort)
    may_urge = named in URGED_FROM and actor_of(request).has(Role.SUPERVISOR)
    return desk.render(
        "supervision/cases.html",
        measure=named,
        label=label_of(named),
        of_period=not of_now(named),
        part=_part(asked, desk.departments),
        page=page,
        heads=heads,
        listed=_listed(page, heads, seen_from, asked.at, actor_of(request)),
        count=str(rows.count(COUNTED_TO)),
        choices=[*_choices(asked, desk.departments), _orders(named, asked, sort)],
        to_export=(asked.params() | {"measure": named, "sort": sort.text}).items(),
        urge_url=reverse(settings.URGE_PAGE) if may_urge else "",
        urging=_("Please deal with this case now and reply to the citizen in time."),
    )


def _sort(request: HttpRequest, named: str, asked: Question) -> Sort:
    """The order asked for, or the list's usual one: also where the order was chosen for another
    basis or instant. Raises BadRequest."""
    known = {column for basis in BASES for column in columns_of(named, basis)}
    try:
        found = read_sort(request.GET.get("sort", ""), tuple(known))
    except ValueError as wrong:
        raise BadRequest(str(wrong)) from None
    if found is None or found.column not in sorts_of(named, asked):
        return usual(named, asked.basis)
    return found


def _heads(named: str, asked: Question, sort: Sort) -> list[Head]:
    offered = sorts_of(named, asked)
    heads = []
    for column, label in NAMES.items():
        if column == sort.column:
            turned = sort.turned.text if column in offered else ""
            heads.append(Head(column, str(label), turned, sort.aria))
        elif column in offered:
            heads.append(Head(column, str(label), first_way(column).text))
        elif column in ALWAYS:
            heads.append(Head(column, str(label)))
    return heads


def _orders(named: str, asked: Question, sort: Sort) -> dict[str, Any]:
    """The select that sorts a list, for those to whom the heads of columns are not shown."""
    options = {
        way.text: f"{NAMES[column]} {way.mark}"
        for column in sorts_of(named, asked)
        for way in (first_way(column), first_way(column).turned)
    }
    return {
        "name": "sort",
        "label": _("Order"),
        "options": options.items(),
        "chosen": sort.text,
        "always": True,
    }


def _listed(
    page: Page[Any], heads: list[Head], seen_from: Horizon, at: datetime, reader: Actor
) -> list[Listed]:
    found = []
    for item in page.items:
        case, own = case_of(item), False
        told: dict[str, Any] = {
            RECEIVED: case.received_at,
            REPLIED: case.replied_at,
        }
        rating = ""
        if isinstance(item, Survey):
            own = item.handler_id == reader.user_id
            vote = survey_as_of(survey_line(item), at)
            rating = streams.word("ratings", vote.rating) if vote.rating is not None else ""
            told |= {ASKED: vote.asked_at, RATED: vote.rated_at}
        standing = standing_of(case, seen_from)
        left = time_left(case, standing, seen_from)
        cells = [(head, told.get(head.column)) for head in heads]
        found.append(Listed(case, standing, left, cells, rating, own))
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
    if asked.handler:
        none = {UNASSIGNED: _("No handler yet"), asked.handler: asked.handler}
        groups.append(("handler", _("Handler"), none, asked.handler))
    return [
        {"name": name, "label": label, "options": options.items(), "chosen": chosen}
        for name, label, options, chosen in groups
    ]
