"""Coming in: who is at the desk, which case they may open, and what stands around every page.

How the pages of the desk answer, everywhere: 404 for a case that does not exist or may not be
seen; 403 for a page the role does not include; 409 for a move the case does not allow now, or
made for a case that has moved on; 422 for a field that is wrong. In the last two the page is
shown again with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from foundation import clock
from inquiries.models import Inquiry
from inquiries.queries.case_page import find_case
from inquiries.queries.inbox import unread
from inquiries.queries.queues import counts_of, queues_of, shown_count
from inquiries.queries.visible import works_in_department
from sla.standing import Horizon, horizon

View = Callable[..., HttpResponseBase]


def staff(view: View) -> View:
    """Let only people in who have signed in; the others come back here after doing so."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        query = urlencode({"next": _back_to(request, kwargs)})
        return redirect(f"{resolve_url('accounts:login')}?{query}")

    return guarded


def _back_to(request: HttpRequest, kwargs: dict[str, Any]) -> str:
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    if "number" in kwargs:
        return reverse("desk:case", args=[kwargs["number"]])
    return reverse("desk:home")


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def actor_of(request: HttpRequest) -> Actor:
    """The person at the desk, as policies know them."""
    return user_of(request).as_actor()


def the_case(number: str, actor: Actor, seen_from: Horizon) -> Inquiry:
    """The inquiry, if this person may see it; else 404, as for one that does not exist."""
    inquiry = find_case(number, actor, seen_from.at)
    if inquiry is None:
        raise Http404
    return inquiry


def look_now() -> Horizon:
    return horizon(clock.now())


def frame(request: HttpRequest, seen_from: Horizon, current: str = "") -> dict[str, Any]:
    """The queues at the side with their counts, and the unread notices. One counting query."""
    user = user_of(request)
    actor = user.as_actor()
    queues = queues_of(actor)
    counted = [queue for queue in queues if queue.counted]
    selected = [queue.select(actor, seen_from) for queue in counted]
    counts = counts_of([*selected, *unread(actor, user.notices_seen_at)])
    by_name = {queue.name: shown_count(n) for queue, n in zip(counted, counts, strict=False)}
    fresh = shown_count(sum(counts[len(counted) :]))
    nav: list[dict[str, Any]] = [
        {
            "name": queue.name,
            "url": reverse("desk:queue", args=[queue.name]),
            "label": queue.label,
            "count": by_name.get(queue.name),
            "current": queue.name == current,
            "tone": queue.tone,
        }
        for queue in queues
    ]
    notices = {
        "name": "notices",
        "url": reverse("desk:notices"),
        "label": _("Notices"),
        "count": fresh,
        "current": current == "notices",
        "tone": "warn",
    }
    own = {
        "name": "ratings",
        "url": reverse("desk:ratings"),
        "label": _("Ratings of my answers"),
        "count": None,
        "current": current == "ratings",
        "tone": "",
    }
    shown = [*nav, own, notices] if works_in_department(actor) else [*nav, notices]
    return {"actor": actor, "queue_nav": shown, "unread": fresh}
