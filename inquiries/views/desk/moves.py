"""Making a move from the case page."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from foundation import clock
from inquiries.errors import InvalidInput, MoveRefused, StaleCase
from inquiries.forms.desk import FORMS, INSERT, SUBMIT_TOO, DraftForm, MoveForm
from inquiries.labels import REFUSALS
from inquiries.models import Inquiry
from inquiries.policy import Refusal
from inquiries.queries.case_page import (
    case_page,
    events_since,
    filled_in,
    find_case,
    templates_for,
)
from inquiries.queries.timeline import DONE
from inquiries.views.desk.door import actor_of, look_now, staff, the_case
from inquiries.views.desk.panel import Trouble, show_case
from inquiries.views.desk.publication import show_publication
from inquiries.workflow import perform


@require_POST
@staff
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Make the move, or show the page again and say why not."""
    if name not in FORMS:
        raise Http404
    actor = actor_of(request)
    inquiry = the_case(number, actor, look_now())
    form = FORMS[name](request.POST, request.FILES, inquiry=inquiry)
    if name == "draft" and INSERT in request.POST:
        return _insert_template(request, inquiry, actor)
    readable = form.is_valid()
    seen = form.cleaned_data.get("seen")
    try:
        if seen is not None and seen != inquiry.version:
            raise StaleCase(seen, inquiry.version)
        if not readable:
            return _again(request, number, actor, form, status=422)
        _perform(form, actor, submit_too=SUBMIT_TOO in request.POST)
    except StaleCase as stale:
        return _again(request, number, actor, form, status=409, seen=stale.seen)
    except MoveRefused as refused:
        return _again(request, number, actor, form, status=409, reason=refused.reason)
    except InvalidInput as fault:
        form.tell(fault)
        return _again(request, number, actor, form, status=422)
    return _onwards(request, number, actor, name)


def _perform(form: MoveForm, actor: Actor, *, submit_too: bool) -> None:
    number, now = form.inquiry.number, clock.now()
    with transaction.atomic():
        perform(
            form.move, number, by=actor, at=now, seen=form.cleaned_data["seen"], **form.inputs()
        )
        if form.move == "draft" and submit_too:
            perform("submit_for_review", number, by=actor, at=now)


def _again(
    request: HttpRequest,
    number: str,
    actor: Actor,
    form: MoveForm,
    *,
    status: int,
    seen: int | None = None,
    reason: Refusal | None = None,
) -> HttpResponse:
    """The page with the form as it was typed, on the case as it is by now."""
    seen_from = look_now()
    page = case_page(the_case(number, actor, seen_from), actor, seen_from)
    trouble = Trouble(
        status=status,
        form=form,
        notice=str(REFUSALS[reason]) if reason else "",
        changes=tuple(events_since(page, seen)) if seen is not None else (),
        stale=seen is not None,
    )
    if form.move == "publish" and "publish" in page.moves:
        return show_publication(request, page, form, trouble)
    return show_case(request, page, trouble)


def _insert_template(request: HttpRequest, inquiry: Inquiry, actor: Actor) -> HttpResponse:
    """Show the draft with the words of a template added; nothing is saved yet."""
    page = case_page(inquiry, actor, look_now())
    chosen = request.POST.get("template", "")
    template = next((t for t in templates_for(inquiry) if str(t.pk) == chosen), None)
    data = request.POST.copy()
    if template is not None:
        typed = data.get("text", "").rstrip()
        words = filled_in(template, inquiry)
        data["text"] = f"{typed}\n\n{words}" if typed else words
    else:
        messages.warning(request, _("Choose a template first."))
    form = DraftForm(inquiry=inquiry, initial={"text": data.get("text", "")})
    return show_case(request, page, form=form)


def _onwards(request: HttpRequest, number: str, actor: Actor, name: str) -> HttpResponse:
    """Back to the case, or home if it is no longer this person's to see."""
    submitted = name == "draft" and SUBMIT_TOO in request.POST
    said = DONE["submit_for_review" if submitted else name]
    messages.success(request, f"{number}: {said}")
    if find_case(number, actor, clock.now()) is None:
        return redirect("desk:home")
    return redirect(f"{reverse('desk:case', args=[number])}?done={name}")
