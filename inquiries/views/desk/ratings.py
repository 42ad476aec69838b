"""How one's own answers were rated, in groups that tell of nobody."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inquiries.queries.own_ratings import GROUP, of_department, of_handler
from inquiries.queries.visible import works_in_department
from inquiries.views.desk.door import frame, look_now, staff


@require_safe
@staff
def ratings(request: HttpRequest) -> HttpResponse:
    seen_from = look_now()
    context = frame(request, seen_from, current="ratings")
    actor = context["actor"]
    if not works_in_department(actor):
        raise PermissionDenied
    context |= {
        "mine": of_handler(actor, seen_from.at),
        "department": of_department(actor, seen_from.at),
        "group": GROUP,
    }
    return render(request, "desk/ratings.html", context)
