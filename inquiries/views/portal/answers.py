"""Published answers: the list and each by its number."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inquiries.forms.answers import AnswersForm
from inquiries.queries.published import (
    Filters,
    answers_of,
    answers_page,
    newest_answers,
    public_answer,
)

MORE = 5


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """The list, newest first, searched and filtered."""
    form = AnswersForm(request.GET)
    filters = form.filters()
    page = answers_page(filters, request.GET.get("cursor") or None)
    context = {
        "form": form,
        "filters": filters,
        "page": page,
        "answers": answers_of(page.items),
        "feed_query": _feed_query(filters),
    }
    return render(request, "portal/answers.html", context, status=400 if form.errors else 200)


@require_safe
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """One question with its answer, and others of the same topic."""
    found = public_answer(number)
    if found is None:
        raise Http404
    others = []
    if found.topic is not None:
        same_topic = newest_answers(MORE + 1, Filters(topic=found.topic))
        others = [other for other in same_topic if other.number != found.number][:MORE]
    return render(request, "portal/answer.html", {"answer": found, "others": others})


def _feed_query(filters: Filters) -> str:
    """The part of the list's address that also narrows the feed."""
    chosen = {"department": filters.department, "topic": filters.topic}
    pairs = [f"{name}={row.code}" for name, row in chosen.items() if row is not None]
    return "?" + "&".join(pairs) if pairs else ""
