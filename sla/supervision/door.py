"""Who comes in to the pages that supervisors and administrators share, and what stands around."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import SUPERVISING, Role
from sla.supervision.desk import Desk, actor_of

LOOKING = SUPERVISING | {Role.ADMINISTRATOR}
"""Who may read calendars, rules and their changes; only administrators decide on them."""

View = Callable[..., HttpResponse]


def for_roles(*roles: Role) -> Callable[[View], View]:
    """Let people with one of these roles in, send others who have signed in away with 403."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not actor_of(request).has(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def shown(
    request: HttpRequest, template: str, current: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page with the side bar of its reader: administrators have no board."""
    actor = actor_of(request)
    if actor.has(*SUPERVISING):
        nav = Desk(request, current).nav()
    else:
        pages = (
            ("policies", _("Time rules")),
            ("simulation", _("Simulation")),
            ("calendars", _("Calendars")),
            ("changes", _("Changes")),
        )
        nav = [
            {
                "url": reverse(f"supervision:{name}"),
                "label": label,
                "count": None,
                "current": name == current,
            }
            for name, label in pages
        ]
    shared = {
        "queue_nav": nav,
        "nav_title": _("Supervision") if actor.has(*SUPERVISING) else _("Calendars and rules"),
        "may_change": actor.has(Role.ADMINISTRATOR),
        "may_see_cases": actor.has(*SUPERVISING),
    }
    return render(request, template, shared | context, status=status)
