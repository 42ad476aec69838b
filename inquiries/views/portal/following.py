"""Following a case: opening it, reading it, and the citizen's own moves."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import View

from accounts.actors import CITIZEN, ActorKind
from foundation import clock
from foundation.throttle import client_key, enforce
from inquiries import access
from inquiries.codes import number_in
from inquiries.downloads import download
from inquiries.errors import InvalidInput, MoveRefused, NoSuchCase
from inquiries.forms.portal import AskAgainForm, FollowForm, RateForm, SupplyForm, WithdrawForm
from inquiries.labels import FAULTS, REFUSALS
from inquiries.limits import CITIZEN_CHANGES
from inquiries.models import Attachment, Inquiry
from inquiries.opening import open_case
from inquiries.queries.clocks import clocks_for_citizen
from inquiries.queries.following import case_page, find_case
from inquiries.workflow import perform
from ledger.models import Event
from sla.standing import horizon

DOUBLE_CLICK = timedelta(minutes=1)
"""The same move again within this time is one press too many, not a mistake to complain of."""

SAME = "rated_so_already"
"""The fault of a vote that says what the last one said: pressed twice, and no mistake either."""

Forms = dict[str, forms.Form]
READABLE = (Attachment.Origin.CITIZEN, Attachment.Origin.REPLY)

DONE: dict[str, str | Promise] = {
    "supply": gettext_lazy(
        "Thank you. What you supplied has been passed on; the clock runs again."
    ),
    "withdraw": gettext_lazy("Your matter has been withdrawn."),
    "rate": gettext_lazy("Thank you for your rating."),
    "request_reopen": gettext_lazy(
        "Your request has been passed to a supervisor. You will be told the decision."
    ),
}


class FollowView(View):
    """Opening a case with its number and query code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return _follow_page(request, FollowForm(initial={"number": request.GET.get("number", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FollowForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                found = open_case(data["number"], data["code"], sender=client_key(request))
            except NoSuchCase:
                form.add_error(None, _no_match())
            else:
                access.remember(request, found.number)
                return redirect("portal:case", number=found.number)
        return _follow_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _no_match() -> str:
    return _(
        "Number and query code do not belong together. Please compare both with your receipt; the"
        " code has no 0, 1, I, L or O."
    )


def _follow_page(
    request: HttpRequest, form: FollowForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {"form": form, "opened": list(reversed(access.opened(request)))}
    return render(request, "portal/follow.html", context, status=status)


class LinkView(View):
    """The link in a letter. Mail scanners follow links, so that opening takes a press."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        number = number_in(token)
        status = HTTPStatus.OK if number else HTTPStatus.GONE
        return render(request, "portal/link.html", {"number": number}, status=status)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        number = number_in(token)
        if number is None or find_case(number) is None:
            return render(request, "portal/link.html", {"number": None}, status=HTTPStatus.GONE)
        access.remember(request, number)
        return redirect("portal:case", number=number)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close every case this browser has opened."""
    access.forget(request)
    messages.success(request, _("Your matters are closed in this browser."))
    return redirect("portal:home")


@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one case, for a session that has opened it."""
    found = _opened(request, number)
    return ask_for_code(request, number) if found is None else _case_page(request, found)


@require_safe
def dates(request: HttpRequest, number: str) -> HttpResponse:
    """Why every date promised to the citizen is what it is, for a session that has opened it."""
    found = _opened(request, number)
    if found is None:
        return ask_for_code(request, number)
    context = {"inquiry": found, "told": clocks_for_citizen(found, horizon(clock.now()))}
    return render(request, "portal/dates.html", context)


@require_POST
def supply(request: HttpRequest, number: str) -> HttpResponse:
    """Give what was asked for."""
    form = SupplyForm(request.POST, request.FILES, prefix="supply")
    return _move(
        request, number, "supply", form, lambda data: {"text": data["text"], "files": form.taken}
    )


@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take the matter back."""
    form = WithdrawForm(request.POST, prefix="withdraw")
    return _move(request, number, "withdraw", form, lambda data: {"reason": data["reason"]})


@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Rate the answer of this round."""
    form = RateForm(request.POST, prefix="rate")
    return _move(request, number, "rate", form, dict)


@require_POST
def ask_again(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a second handling."""
    form = AskAgainForm(request.POST, prefix="request_reopen")
    return _move(request, number, "request_reopen", form, dict)


@require_safe
def attachment(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """A file of the citizen's own, or one that came with the reply."""
    if not access.may_open(request, number):
        return ask_for_code(request, number)
    files = Attachment.objects.filter(inquiry__case__number=number, origin__in=READABLE)
    return download(get_object_or_404(files, pk=pk))


def _opened(request: HttpRequest, number: str) -> Inquiry | None:
    """The case, if this session has opened it."""
    return find_case(number) if access.may_open(request, number) else None


def ask_for_code(request: HttpRequest, number: str) -> HttpResponse:
    """To the form, for every number alike, whether there is such a case or not."""
    if len(number) > len("20260101-000000-0"):
        raise Http404
    response = redirect("portal:follow")
    response["Location"] += f"?number={number}"
    return response


def _move(
    request: HttpRequest,
    number: str,
    move: str,
    form: forms.Form,
    inputs: Any,
) -> HttpResponse:
    """Make one of the citizen's moves, or show the page again with what was typed."""
    found = _opened(request, number)
    if found is None:
        return ask_for_code(request, number)
    enforce(CITIZEN_CHANGES, client_key(request))
    now = clock.now()
    if form.is_valid():
        try:
            perform(move, number, by=CITIZEN, at=now, **inputs(form.cleaned_data))
        except InvalidInput as error:
            if error.code == SAME:
                return _done(request, number, move)
            form.add_error(error.field, str(FAULTS[error.code]) % error.params)
        except MoveRefused as refused:
            # A vote pressed twice is known by what it says, not by when it came.
            if move == "rate" or not _just_done(number, move):
                return _refused(request, found, move, form, refused)
            return _done(request, number, move)
        else:
            return _done(request, number, move)
    if isinstance(form, SupplyForm) and form.taken:
        form.add_error("attachments", _("Please add your files once more."))
    return _case_page(request, found, {move: form}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _done(request: HttpRequest, number: str, move: str) -> HttpResponse:
    messages.success(request, str(DONE[move]))
    return redirect("portal:case", number=number)


def _just_done(number: str, move: str) -> bool:
    """Whether the citizen has made this move a moment ago, so that this is a second press."""
    since = clock.now() - DOUBLE_CLICK
    events = Event.objects.filter(case_number=number, move=move, at__gte=since)
    return events.filter(actor_kind=ActorKind.CITIZEN).exists()


def _refused(
    request: HttpRequest, found: Inquiry, move: str, form: forms.Form, refused: MoveRefused
) -> HttpResponse:
    """The case has moved on: say so, show where it stands now, and what was typed."""
    messages.error(request, str(REFUSALS[refused.reason]))
    current = find_case(found.number)
    assert current is not None
    typed = [
        (form.fields[name].label, value)
        for name, value in form.cleaned_data.items()
        if isinstance(value, str) and value
    ]
    return _case_page(request, current, {}, HTTPStatus.CONFLICT, typed=typed)


def _case_page(
    request: HttpRequest,
    inquiry: Inquiry,
    bound: Forms | None = None,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    page = case_page(inquiry, clock.now())
    blank: Forms = {
        "supply": SupplyForm(prefix="supply"),
        "withdraw": WithdrawForm(prefix="withdraw"),
        "rate": RateForm(prefix="rate"),
        "request_reopen": AskAgainForm(prefix="request_reopen"),
    }
    context = {"page": page, "forms": {**blank, **(bound or {})}, **more}
    if bound:
        context["form"] = next(iter(bound.values()))
    return render(request, "portal/case.html", context, status=status)
