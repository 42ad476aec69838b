"""The pages of changes: what is proposed, what it would do, what it did, and who decided why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Role
from foundation import clock
from foundation.keyset import paginate
from sla import recalculating
from sla.almanac.forms import ReasonForm
from sla.almanac.picture import changes_of
from sla.models import Recalculation
from sla.supervision.desk import actor_of
from sla.supervision.door import LOOKING, for_roles, shown
from sla.worktime import CalendarError

PAGE = 50
State = Recalculation.State


@require_safe
@for_roles(*LOOKING)
def changes(request: HttpRequest) -> HttpResponse:
    """All changes of calendars and rules, newest first."""
    rows = Recalculation.objects.select_related("calendar", "policy")
    page = paginate(rows, order="-created_at", cursor=request.GET.get("cursor"), size=PAGE)
    return shown(request, "supervision/changes/list.html", "changes", page=page)


@require_safe
@for_roles(*LOOKING)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what it is, and which dates it moves."""
    return _page(request, pk, ReasonForm())


def _page(
    request: HttpRequest, pk: int, form: ReasonForm, *, status: int = 200, wrong: str = ""
) -> HttpResponse:
    row = get_object_or_404(Recalculation.objects.select_related("calendar", "policy"), pk=pk)
    lines = row.lines.select_related("case", "clock")
    if request.GET.get("only") == "overdue":
        lines = lines.filter(becomes_overdue=True)
    listed = paginate(lines, order="id", cursor=request.GET.get("cursor"), size=PAGE)
    context: dict[str, Any] = {
        "change": row,
        "changes": changes_of(row.proposal),
        "form": form,
        "page": listed,
        "wrong": wrong,
        "under_way": row.state in (State.PREVIEWING, State.APPLYING),
    }
    return shown(request, "supervision/changes/change.html", "changes", status=status, **context)


@require_POST
@for_roles(Role.ADMINISTRATOR)
def apply_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a proposed change, with a reason."""
    row = get_object_or_404(Recalculation, pk=pk)
    form, now, by = ReasonForm(request.POST), clock.now(), actor_of(request)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    try:
        recalculating.apply(pk, by=by, reason=form.cleaned_data["reason"], at=now)
    except recalculating.NotReady:
        wrong = _("It was not applied: it is no longer, or not yet, ready to be.")
    except recalculating.AnotherUnderWay:
        wrong = _("Another change is still being worked off. Please apply this one after it.")
    except recalculating.Outdated:
        return _once_more(request, row, form)
    else:
        recalculating.at_once(pk, now)
        messages.success(request, _("The change is in force."))
        return redirect("supervision:change", pk)
    return _page(request, pk, form, status=409, wrong=wrong)


def _once_more(request: HttpRequest, row: Recalculation, form: ReasonForm) -> HttpResponse:
    """What was proposed for an older calendar is proposed again for the present one."""
    wrong = _("It was changed by somebody else meanwhile; nothing was applied.")
    if row.kind != Recalculation.Kind.CALENDAR:
        return _page(request, row.pk, form, status=409, wrong=wrong)
    now, by = clock.now(), actor_of(request)
    try:
        made = recalculating.propose_again(row, by=by, at=now)
    except (recalculating.NothingChanged, CalendarError):
        return _page(request, row.pk, form, status=409, wrong=wrong)
    recalculating.cancel(row.pk, by=by, at=now)
    recalculating.at_once(made.pk, now)
    wrong = _("The calendar was changed meanwhile. This is the same change, looked at once more.")
    again = ReasonForm(initial={"reason": form.cleaned_data["reason"]})
    return _page(request, made.pk, again, status=409, wrong=wrong)


@require_POST
@for_roles(Role.ADMINISTRATOR)
def drop_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Drop what is only proposed."""
    get_object_or_404(Recalculation, pk=pk)
    try:
        recalculating.cancel(pk, by=actor_of(request), at=clock.now())
    except recalculating.NotReady:
        wrong = _("It cannot be dropped any more.")
        return _page(request, pk, ReasonForm(), status=409, wrong=wrong)
    messages.success(request, _("The proposal is dropped; nothing was changed."))
    return redirect("supervision:changes")
