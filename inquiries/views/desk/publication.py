"""Before an answer becomes public: the privacy check, which shows exactly what will be read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inquiries.forms.desk import FORMS, MoveForm, PublishForm
from inquiries.labels import KINDS, REFUSALS
from inquiries.policy import refusal
from inquiries.publication import PublicWords, checked, people_of, proposed
from inquiries.queries.case_page import CasePage, case_page
from inquiries.queries.published import as_public
from inquiries.views.desk.door import actor_of, frame, look_now, staff, the_case
from inquiries.views.desk.panel import Trouble

WORDS = ("title", "question", "text")


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def publication(request: HttpRequest, number: str) -> HttpResponse:
    """Show the words as they would be published; POST shows other words and publishes nothing."""
    actor, seen_from = actor_of(request), look_now()
    page = case_page(the_case(number, actor, seen_from), actor, seen_from)
    if "publish" not in page.moves:
        reason = refusal(actor, "publish", page.facts)
        said = REFUSALS[reason] if reason else _("This is not possible now.")
        messages.warning(request, str(said))
        return redirect("desk:case", number)
    if request.method != "POST":
        return show_publication(request, page)
    form = PublishForm({**request.POST.dict(), "confirmed": "on"}, inquiry=page.inquiry)
    faulty = Trouble(status=422, form=form) if not form.is_valid() else None
    return show_publication(request, page, form, faulty)


def show_publication(
    request: HttpRequest,
    page: CasePage,
    form: MoveForm | None = None,
    trouble: Trouble | None = None,
) -> HttpResponse:
    """The check, with the words of the form if there is one, else with those proposed."""
    inquiry, reply = page.inquiry, page.sent[-1]
    names = people_of(inquiry)
    words = _words(form) if form is not None else _cleaned(proposed(inquiry, reply, names))
    words = PublicWords(*(as_public(getattr(words, name), names) for name in WORDS))
    original = PublicWords(inquiry.title, inquiry.text, reply.text)
    if trouble is None or form is None:
        form = FORMS["publish"](inquiry=inquiry, initial={k: getattr(words, k) for k in WORDS})
    context = frame(request, page.seen_from)
    context |= {
        "page": page,
        "inquiry": inquiry,
        "case": inquiry.case,
        "reply": reply,
        "kind_label": KINDS[inquiry.case.kind],
        "form": form,
        "word_fields": [form[name] for name in WORDS],
        "words": words,
        "original": checked(original, names),
        "left": checked(words, names),
        "trouble": trouble,
        "publishable": all(getattr(words, name) for name in WORDS)
        and not any(name in form.errors for name in WORDS),
    }
    status = trouble.status if trouble else 200
    return render(request, "desk/publication.html", context, status=status)


def _words(form: MoveForm) -> PublicWords:
    """The words as they were cleaned, or as typed where they could not be."""
    cleaned = getattr(form, "cleaned_data", {})
    return PublicWords(*(cleaned.get(name) or str(form[name].value() or "") for name in WORDS))


def _cleaned(words: PublicWords) -> PublicWords:
    """The words as the form will read them when they come back, so that none changes then."""
    fields = PublishForm.base_fields
    return PublicWords(*(str(fields[name].to_python(getattr(words, name))) for name in WORDS))
