"""Typing in a matter on a citizen's behalf, and the slip to hand over."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actors import Role
from foundation import clock
from inquiries import pending
from inquiries.form_keys import FormKey, new_key, read_key
from inquiries.forms.entry import EntryForm
from inquiries.views.desk.door import actor_of, frame, look_now, staff
from inquiries.workflow import Submitted, submit


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def new(request: HttpRequest) -> HttpResponse:
    """The form, and after it the slip. A second press gives the same slip again."""
    if not actor_of(request).has(Role.INTAKE):
        raise PermissionDenied(_("Matters are typed in by intake officers."))
    now = clock.now()
    if request.method != "POST":
        form = EntryForm(initial={"received_at": now, "channel": "phone"})
        return _show(request, form, new_key(now))
    pending.clear(now)
    key = read_key(request.POST.get("key", ""), now)
    form = EntryForm(
        request.POST, request.FILES, kept=pending.kept(key.secret) if key is not None else []
    )
    valid = form.is_valid()
    if key is None:
        form.add_error(None, _("The form had been open for too long. Please send it once more."))
        return _again(request, form, new_key(now))
    if not valid:
        return _again(request, form, key)
    made = submit(
        form.matter(),
        key=key.secret,
        by=actor_of(request),
        at=form.cleaned_data["received_at"],
    )
    if _another_matter(made, form):
        said = _("This form has been used for %(number)s. Send it once more to take in a new one.")
        form.add_error(None, said % {"number": made.inquiry.number})
        return _again(request, form, new_key(now))
    pending.drop(key.secret)
    context = frame(request, look_now()) | {
        "inquiry": made.inquiry,
        "case": made.inquiry.case,
        "code": made.code,
        "created": made.created,
    }
    return render(request, "desk/entered.html", context)


def _another_matter(made: Submitted, form: EntryForm) -> bool:
    """Whether a form sent before came back with other words, as after the browser's "back"."""
    known, data = made.inquiry, form.cleaned_data
    return not made.created and (known.title, known.text) != (data["title"], data["text"])


def _again(request: HttpRequest, form: EntryForm, key: FormKey) -> HttpResponse:
    """The form with what was typed, its good files kept."""
    if form.taken:
        pending.keep(key.secret, form.taken)
    form.keep_taken()
    return _show(request, form, key, status=422)


def _show(request: HttpRequest, form: EntryForm, key: FormKey, status: int = 200) -> HttpResponse:
    context = frame(request, look_now(), current="new") | {"form": form, "key": key.signed}
    return render(request, "desk/new.html", context, status=status)
