"""The first page after signing in: what is waiting for me."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.actors import Role
from inquiries.queries.inbox import inbox_of
from inquiries.queries.lines import lines_of
from inquiries.queries.queues import queues_of
from inquiries.views.desk.door import frame, look_now, staff, user_of

SHOWN = 8


@require_safe
@staff
def home(request: HttpRequest) -> HttpResponse:
    seen_from = look_now()
    user = user_of(request)
    context = frame(request, seen_from, current="home")
    actor = context["actor"]
    queues = [queue for queue in queues_of(actor) if "due" in queue.sorts]
    first = queues[0] if queues else None
    cases = []
    if first is not None:
        waiting = first.select(actor, seen_from).select_related("department")
        cases = list(waiting.order_by("due_at", "pk")[:SHOWN])
    tiles = [
        {**item, "tone": item["tone"] if item["count"] else ""}
        for item in context["queue_nav"]
        if item["count"] is not None and item["name"] != "notices"
    ]
    context |= {
        "tiles": tiles,
        "first": first,
        "lines": lines_of(cases, seen_from) if cases else [],
        "notices": inbox_of(actor, user.notices_seen_at, size=5).notices,
        "may_enter": actor.has(Role.INTAKE),
    }
    return render(request, "desk/home.html", context)
