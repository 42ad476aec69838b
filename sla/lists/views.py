"""The lists of cases behind the supervisors' numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Role
from accounts.models import Department
from sla import streams
from sla.figures.measures import BASES
from sla.figures.report import UNASSIGNED
from sla.lists.listing import is_list, label_of, listing, of_now, sorts_of
from sla.lists.rows import Teller
from sla.lists.selection import NO_EVENTS
from sla.lists.sorting import (
    ALWAYS,
    MARKS,
    NAMES,
    Sort,
    columns_of,
    first_way,
    read_sort,
    usual,
)
from sla.standing import horizon
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
    rows = listing(named, asked, seen_from, sort, stock=desk.house if of_now(named) else None)
    page = rows.page(request.GET.get("cursor"), PAGE)
    heads, order = _heads(named, asked, sort), _orders(named, asked, sort)
    columns = [head.column for head in heads]
    teller = Teller(columns, desk.departments, seen_from, asked.at, actor_of(request))
    kept = asked.params() | {"measure": named}
    may_urge = named in URGED_FROM and actor_of(request).has(Role.SUPERVISOR)
    return desk.render(
        "supervision/cases.html",
        measure=named,
        label=label_of(named),
        of_period=not of_now(named),
        part=_part(asked, desk.departments),
        page=page,
        heads=heads,
        rows=teller.rows(page.items),
        count=str(rows.count(COUNTED_TO)),
        choices=[*_choices(asked, desk.departments), order],
        order=order,
        to_export=(kept | {"sort": sort.text}).items(),
        kept=kept.items(),
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
