"""Bringing a matter in, and the receipt for it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.generic import View

from accounts.actors import CITIZEN
from foundation import clock
from foundation.throttle import client_key, hit
from inquiries import access, pending
from inquiries.form_keys import FormKey, new_key, read_key, replacement
from inquiries.forms.portal import SubmitForm
from inquiries.labels import GROUNDS, WHERE_TO_GO
from inquiries.limits import KEPT_UPLOADS, SUBMISSIONS, SUBMISSIONS_PER_CONTACT
from inquiries.queries.receipts import receipt_of
from inquiries.states import Ground, Kind
from inquiries.workflow import Submitted, submit

TRAP = "homepage"
"""A field that people do not see; robots fill it in."""

ELSEWHERE = (Ground.LITIGATION, Ground.PETITION, Ground.CRIME, Ground.DISCLOSURE, Ground.NOT_OURS)


class SubmitView(View):
    """The form for a new matter."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pending.clear(clock.now())
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        kind = request.GET.get("kind", "")
        form = SubmitForm(initial={"kind": kind if kind in set(Kind) else ""})
        return _page(request, form, new_key(clock.now()))

    def post(self, request: HttpRequest) -> HttpResponse:
        now = clock.now()
        key = read_key(request.POST.get("form_key", ""), now)
        kept = pending.kept(key.secret) if key else []
        form = SubmitForm(request.POST, request.FILES, kept=kept)
        valid = form.is_valid()
        if key is None or key.too_fast(now) or request.POST.get(TRAP):
            form.add_error(None, _not_taken())
            return _again(request, form, key or replacement(now))
        if not valid:
            return _again(request, form, key)
        if wait := _over_the_limit(request, form):
            return _later(request, form, key, wait)
        submitted = submit(form.matter(), key=key.secret, by=CITIZEN, at=now)
        if _another_matter(submitted, form):
            return _sent_before(request, form, submitted)
        pending.drop(key.secret)
        number = submitted.inquiry.number
        access.remember_receipt(request, number, key.secret)
        return redirect("portal:receipt", number=number)


@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Number, query code and promised date; only in the session that sent the matter."""
    code = access.code_of_receipt(request, number)
    found = receipt_of(number, clock.now()) if code else None
    if found is None:
        return redirect("portal:follow")
    return render(request, "portal/receipt.html", {"receipt": found, "code": code})


def _page(
    request: HttpRequest,
    form: SubmitForm,
    key: FormKey,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "form_key": key.signed,
        "trap": TRAP,
        "elsewhere": [(GROUNDS[ground], WHERE_TO_GO[ground]) for ground in ELSEWHERE],
    }
    return render(request, "portal/submit.html", context, status=status)


def _again(
    request: HttpRequest,
    form: SubmitForm,
    key: FormKey,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HttpResponse:
    """The form with what was typed, its good files kept."""
    if form.taken and hit(KEPT_UPLOADS, client_key(request)):
        form.taken = []
        form.add_error("attachments", _("Please add your files once more."))
    elif form.taken:
        pending.keep(key.secret, form.taken)
    form.keep_taken()
    return _page(request, form, key, status)


def _not_taken() -> str:
    return _(
        "The form could not be taken as it was sent. Nothing is lost: please look it over and press"
        " the button once more."
    )


def _over_the_limit(request: HttpRequest, form: SubmitForm) -> int | None:
    """Seconds to wait, if too many matters came from this network or contact."""
    contact = form.cleaned_data["phone"] or form.cleaned_data["email"].lower()
    return hit(SUBMISSIONS, client_key(request)) or hit(SUBMISSIONS_PER_CONTACT, contact)


def _later(request: HttpRequest, form: SubmitForm, key: FormKey, wait: int) -> HttpResponse:
    minutes = -(-wait // 60)
    form.add_error(
        None,
        ngettext(
            "Many matters have come from your network or with your telephone number or e-mail"
            " address. Please send this one in %(minutes)s minute; what you typed is still here.",
            "Many matters have come from your network or with your telephone number or e-mail"
            " address. Please send this one in %(minutes)s minutes; what you typed is still here.",
            minutes,
        )
        % {"minutes": minutes},
    )
    response = _again(request, form, key, HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(wait)
    return response


def _another_matter(submitted: Submitted, form: SubmitForm) -> bool:
    """Whether a form sent before came back with other words, as after the browser's "back"."""
    known = submitted.inquiry
    data = form.cleaned_data
    return not submitted.created and (known.title, known.text) != (data["title"], data["text"])


def _sent_before(request: HttpRequest, form: SubmitForm, submitted: Submitted) -> HttpResponse:
    messages.warning(
        request,
        _(
            "This form has been sent before, as number %(number)s. If this is a new matter, press"
            " the button once more and it gets a number of its own."
        )
        % {"number": submitted.inquiry.number},
    )
    return _again(request, form, replacement(clock.now()), HTTPStatus.CONFLICT)
