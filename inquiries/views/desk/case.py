"""One case, its files and its ledger."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import Role
from inquiries.models import Attachment
from inquiries.queries.case_page import case_page
from inquiries.queries.clocks import clocks_for_staff
from inquiries.queries.timeline import DONE, who
from inquiries.views.desk.door import actor_of, frame, look_now, staff, the_case
from inquiries.views.desk.panel import show_case
from ledger.checking import faults
from ledger.models import Event

DOWNLOAD_POLICY = "sandbox; default-src 'none'"
"""Should a browser open a download all the same, nothing in it runs."""


@require_safe
@staff
def case(request: HttpRequest, number: str) -> HttpResponse:
    actor, seen_from = actor_of(request), look_now()
    inquiry = the_case(number, actor, seen_from)
    return show_case(request, case_page(inquiry, actor, seen_from))


@require_safe
@staff
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    inquiry = the_case(number, actor_of(request), look_now())
    found: Attachment | None = inquiry.attachments.filter(pk=pk).first()
    if found is None:
        raise Http404
    try:
        stream = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        stream, as_attachment=True, filename=found.name, content_type=found.mime
    )
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


@require_safe
@staff
def clocks(request: HttpRequest, number: str) -> HttpResponse:
    """Why every clock of the case is due when it is, all rounds."""
    actor, seen_from = actor_of(request), look_now()
    inquiry = the_case(number, actor, seen_from)
    context = frame(request, seen_from) | {
        "inquiry": inquiry,
        "case": inquiry.case,
        "told": clocks_for_staff(inquiry, seen_from),
    }
    return render(request, "desk/clocks.html", context)


@require_safe
@staff
def ledger(request: HttpRequest, number: str) -> HttpResponse:
    """The chain of the case's events, checked link by link. For auditors."""
    actor, seen_from = actor_of(request), look_now()
    inquiry = the_case(number, actor, seen_from)
    if not actor.has(Role.AUDITOR):
        raise PermissionDenied(_("The ledger is read by auditors."))
    events = Event.objects.filter(case_number=number).order_by("seq")
    context = frame(request, seen_from)
    context |= {
        "inquiry": inquiry,
        "case": inquiry.case,
        "events": [(event, DONE.get(event.move, event.move), who(event)) for event in events],
        "fault": next(faults(number), None),
    }
    return render(request, "desk/ledger.html", context)
