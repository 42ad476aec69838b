"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation import clock
from inquiries.forms.portal import KIND_HINTS, FollowForm
from inquiries.labels import KINDS
from inquiries.queries.published import newest_answers
from inquiries.states import Kind
from sla.figures.periods import Period, year_of
from sla.figures.public import public_figures
from sla.figures.report import definitions
from sla.supervision import wording

NEWEST = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Ways in, the figures of the year, and what was answered last."""
    today = clock.today()
    year = Period(year_of(today).start, today)
    public = public_figures(year, clock.now())
    context = {
        "public": public,
        "figures": public.report,
        "notes": {rate: wording.rate_note(one) for rate, one in definitions().items()},
        "answers": newest_answers(NEWEST),
        "kinds": [(kind, KINDS[kind], KIND_HINTS[kind]) for kind in Kind],
        "form": FollowForm(auto_id="follow_%s"),
    }
    return render(request, "portal/home.html", context)
