"""A queue: narrowed, searched, sorted, in pages; and urging from the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor, Role
from foundation import clock
from foundation.keyset import Page, paginate
from foundation.numbers import LONGEST_INPUT, NumberError, parse_number
from inquiries.errors import MoveError, NoSuchCase
from inquiries.forms.desk import usual_urging
from inquiries.forms.queue import QueueForm, UrgeManyForm
from inquiries.labels import REFUSALS
from inquiries.queries.case_page import find_case
from inquiries.queries.lines import lines_of
from inquiries.queries.queues import ORDERS, QUEUES, Queue, narrowed
from inquiries.views.desk.door import actor_of, frame, look_now, staff
from inquiries.workflow import perform
from sla.models import Case

PAGE = 25


@require_safe
@staff
def queue(request: HttpRequest, name: str) -> HttpResponse:
    actor = actor_of(request)
    chosen = _queue(name, actor)
    seen_from = look_now()
    if number := _number(request.GET):
        if find_case(number, actor, seen_from.at) is not None:
            return redirect("desk:case", number)
        messages.warning(request, _("There is no case with this number that you may see."))
    form = QueueForm(request.GET, queue=chosen, actor=actor)
    readable = form.is_valid()
    filters = form.filters()
    cases = narrowed(chosen.select(actor, seen_from), filters)
    order = ORDERS[form.order]
    page = paginate(
        cases.select_related("department"),
        order=order,
        cursor=request.GET.get("cursor"),
        size=PAGE,
        nulls_excluded=order == "due_at",
    )
    context = frame(request, seen_from, current=name)
    context |= {
        "queue": chosen,
        "form": form,
        "filtered": bool(filters),
        "page": page,
        "lines": lines_of(page.items, seen_from),
        "count": _count(context, page, name, narrowed=bool(filters)),
        "with_department": "department" in form.fields,
        "may_urge": actor.has(Role.SUPERVISOR) and chosen.name in URGED_FROM,
        "urging": usual_urging(),
        "may_enter": actor.has(Role.INTAKE),
    }
    return render(request, "desk/queue.html", context, status=200 if readable else 400)


def _count(context: dict[str, Any], page: Page[Case], name: str, *, narrowed: bool) -> Any:
    """How many cases the list has, as far as that costs nothing; None if it is not known.

    Whole queues have been counted for the side. Counting what words find would mean looking at
    all of it, so of a narrowed list only its single page is counted.
    """
    if not narrowed:
        return next(item["count"] for item in context["queue_nav"] if item["name"] == name)
    whole = page.next_cursor is None and page.previous_cursor is None
    return len(page.items) if whole else None


URGED_FROM = ("overdue", "due-soon", "all", "extensions")


@require_POST
@staff
def urge(request: HttpRequest) -> HttpResponse:
    """Urge the ticked cases; each is refused or done for itself."""
    actor = actor_of(request)
    form = UrgeManyForm(request.POST)
    numbers = form.numbers()
    if not numbers:
        messages.warning(request, _("Tick the cases that are to be urged."))
    elif len(numbers) > form.MOST:
        said = _("At most %(most)s cases can be urged at once. None has been.")
        messages.error(request, said % {"most": form.MOST})
    elif not form.is_valid():
        messages.error(request, _("Please write what is to be done."))
    else:
        _urge_each(request, actor, numbers, form.cleaned_data["text"])
    return HttpResponseRedirect(_back(request))


def _urge_each(request: HttpRequest, actor: Actor, numbers: list[str], text: str) -> None:
    now = clock.now()
    done = 0
    for number in numbers:
        try:
            _urge(number, actor, now, text)
        except MoveError as error:
            reason = getattr(error, "reason", None)
            why = REFUSALS[reason] if reason else _("There is no such case.")
            messages.warning(request, f"{number[:LONGEST_INPUT]}: {why}")
        else:
            done += 1
    if done:
        said = ngettext("%(n)s case urged.", "%(n)s cases urged.", done) % {"n": done}
        messages.success(request, said)


def _urge(number: str, actor: Actor, now: datetime, text: str) -> None:
    """Urge one case; one that may not be seen is none."""
    try:
        found = find_case(parse_number(number), actor, now)
    except NumberError:
        found = None
    if found is None:
        raise NoSuchCase(number)
    perform("urge", found.number, by=actor, at=now, text=text)


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if own else reverse("desk:home")


def _queue(name: str, actor: Actor) -> Queue:
    chosen = QUEUES.get(name)
    if chosen is None or not chosen.open_to(actor):
        raise Http404
    return chosen


def _number(query: QueryDict) -> str | None:
    """The number that was typed into the search box, if it is one."""
    try:
        return parse_number(query.get("q", ""))
    except NumberError:
        return None
