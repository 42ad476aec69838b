"""Notices to me, my roles and my department."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from foundation import clock
from inquiries.queries.inbox import inbox_of
from inquiries.views.desk.door import frame, look_now, staff, user_of


@require_safe
@staff
def notices(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    context = frame(request, look_now(), current="notices")
    inbox = inbox_of(context["actor"], user.notices_seen_at, request.GET.get("before"))
    newest = inbox.notices[0].item.created_at if inbox.notices else None
    context |= {"inbox": inbox, "newest": newest, "first_page": "before" not in request.GET}
    return render(request, "desk/notices.html", context)


@require_POST
@staff
def seen(request: HttpRequest) -> HttpResponse:
    """Everything up to the newest notice on the page counts as read; what came since does not."""
    user = user_of(request)
    read_until = _instant(request.POST.get("until", ""))
    if read_until is None:
        raise BadRequest
    until = min(read_until, clock.now())
    if user.notices_seen_at is None or until > user.notices_seen_at:
        user.notices_seen_at = until
        user.save(update_fields=["notices_seen_at"])
    return redirect("desk:notices")


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None
