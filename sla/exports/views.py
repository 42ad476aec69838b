"""Asking for a list as a file, watching it being written, fetching it."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Role
from accounts.models import Department
from foundation import clock
from foundation.keyset import paginate
from foundation.nudge import nudge
from sla.exports.working import MOST_IN_WORKBOOK
from sla.lists.listing import is_list, label_of, listing, sorts_of
from sla.lists.sorting import read_sort
from sla.models import ListExport
from sla.standing import horizon
from sla.supervision.asking import read
from sla.supervision.desk import DOWNLOAD_POLICY, Desk, actor_of, guarding, supervising, user_of

PAGE = 30
KEPT = timedelta(days=7)
MOST_AT_ONCE = 5
"""Exports one person may have under way."""


@require_POST
@guarding
def new(request: HttpRequest) -> HttpResponse:
    """Have a list written to a file: the list's own question, as known at this instant."""
    now = clock.now()
    measure, form = request.POST.get("measure", ""), request.POST.get("form", "")
    if not is_list(measure) or form not in ListExport.Form.values:
        raise BadRequest
    _form, asked = read(request.POST, now, list(Department.objects.all()))
    if asked is None or (measure == "valid" and asked.basis == "event"):
        raise BadRequest
    try:
        sort = read_sort(request.POST.get("sort", ""), sorts_of(measure, asked))
    except ValueError as wrong:
        raise BadRequest(str(wrong)) from None
    if _under_way(request) >= MOST_AT_ONCE:
        messages.error(request, _("Five of your files are being written. Please wait for them."))
        return redirect("supervision:exports")
    counted = listing(measure, asked, horizon(now)).count(MOST_IN_WORKBOOK)
    if form == ListExport.Form.XLSX and (counted.capped or counted.value > MOST_IN_WORKBOOK):
        said = _("This list is too long for a workbook (%(most)s rows). Please choose CSV.")
        messages.error(request, said % {"most": f"{MOST_IN_WORKBOOK:,}"})
        return redirect("supervision:exports")
    fixed = asked.params() | {"as_of": asked.at.isoformat(), "sort": sort.text if sort else ""}
    ListExport.objects.create(
        made_by=user_of(request),
        measure=measure,
        asked=fixed,
        form=form,
        language=get_language() or "zh-hans",
        token=token_hex(16),
        rows_total=None if counted.capped else counted.value,
        created_at=now,
        expires_at=now + KEPT,
    )
    nudge("sla.tasks.export")
    return redirect("supervision:exports")


def _under_way(request: HttpRequest) -> int:
    own = ListExport.objects.filter(made_by_id=actor_of(request).user_id)
    return own.filter(state=ListExport.State.WORKING).count()


def _mine(request: HttpRequest) -> Q:
    """What this reader may see: supervisors all files, others their own."""
    actor = actor_of(request)
    return Q() if actor.has(Role.SUPERVISOR) else Q(made_by_id=actor.user_id)


@supervising
def listed(request: HttpRequest) -> HttpResponse:
    exports = ListExport.objects.filter(_mine(request)).select_related("made_by")
    page = paginate(exports, order="-created_at", cursor=request.GET.get("cursor"), size=PAGE)
    context: dict[str, Any] = {
        "queue_nav": Desk(request, "exports").nav(),
        "nav_title": _("Supervision"),
        "rows": [(export, label_of(export.measure)) for export in page.items],
        "page": page,
        "kept_days": KEPT.days,
    }
    return render(request, "supervision/exports.html", context)


@supervising
def fetch(request: HttpRequest, token: str) -> FileResponse:
    """The file, while it is kept."""
    found = ListExport.objects.filter(_mine(request), token=token, state=ListExport.State.DONE)
    export = found.filter(expires_at__gt=clock.now()).first()
    if export is None or not export.path.exists():
        raise Http404
    name = f"{export.measure}-{export.created_at:%Y%m%d}.{export.form}"
    response = FileResponse(export.path.open("rb"), as_attachment=True, filename=name)
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
