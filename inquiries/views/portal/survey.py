"""The link in a letter that asks for a rating: GET shows, POST votes.

Mail scanners open links, prefetch them, follow what they find and submit forms by GET; none of it
votes. A vote takes a POST with a chosen level and the form's own CSRF token.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.actors import CITIZEN
from foundation import clock
from foundation.throttle import client_key, enforce
from inquiries.errors import InvalidInput, MoveRefused
from inquiries.forms.portal import RateForm
from inquiries.labels import FAULTS, REFUSALS
from inquiries.limits import CITIZEN_CHANGES
from inquiries.policy import Refusal
from inquiries.queries.survey import Asked, asked_by
from inquiries.views.portal.following import DONE, SAME
from inquiries.workflow import perform


@method_decorator(never_cache, name="dispatch")
class SurveyView(View):
    """The survey of one reply round, for whoever has the link."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        asked = asked_by(token, clock.now())
        return _gone(request) if asked is None else _page(request, asked)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        now = clock.now()
        asked = asked_by(token, now)
        if asked is None:
            return _gone(request)
        enforce(CITIZEN_CHANGES, client_key(request))
        form = RateForm(request.POST)
        if not form.is_valid():
            return _page(request, asked, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            perform("rate", asked.inquiry.number, by=CITIZEN, at=now, **form.cleaned_data)
        except InvalidInput as error:
            if error.code != SAME:  # a second press
                form.add_error(error.field, str(FAULTS[error.code]) % error.params)
                return _page(request, asked, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        except MoveRefused as refused:
            return _refused(request, token, form, refused.reason)
        messages.success(request, str(DONE["rate"]))
        return redirect("portal:survey", token=token)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/survey_over.html", status=HTTPStatus.GONE)


def _refused(request: HttpRequest, token: str, form: RateForm, reason: Refusal) -> HttpResponse:
    """The time ran out while the page was open: say so, and give back what was typed."""
    messages.error(request, str(REFUSALS[reason]))
    asked = asked_by(token, clock.now())
    typed = form.cleaned_data["comment"]
    if asked is None:
        context = {"typed": typed}
        return render(request, "portal/survey_over.html", context, status=HTTPStatus.CONFLICT)
    return _page(request, asked, None, HTTPStatus.CONFLICT, typed=typed)


def _page(
    request: HttpRequest,
    asked: Asked,
    form: RateForm | None = None,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    context = {"asked": asked, "form": form or RateForm(), **more}
    return render(request, "portal/survey.html", context, status=status)
