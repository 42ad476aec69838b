"""The page on the background work, for supervisors, auditors and administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation import clock
from sla.engine.advice import Limits, Signs, troubles
from sla.engine.facts import Facts, facts
from sla.engine.wording import ADVICE, HAPPENINGS, JOBS, span
from sla.models.policy import TARGET_LABELS
from sla.supervision.desk import Desk
from sla.targets import Target


@require_safe
def engine(request: HttpRequest) -> HttpResponse:
    """Last runs, lag, events, letters, figures; and what to do when something is late."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    user = request.user
    if not (user.may_supervise or user.may_administer):
        raise PermissionDenied
    context = shown(facts(clock.now()))
    if user.may_supervise:
        return Desk(request, "engine").render("supervision/engine.html", **context)
    return render(request, "supervision/engine.html", context)


def limits() -> Limits:
    return Limits(run=settings.HEARTBEAT_MAX_AGE, lag=settings.SWEEP_MAX_LAG)


def signs(found: Facts) -> Signs:
    return Signs(
        at=found.at,
        last_sweep=found.runs["sweep"],
        behind=found.lag.behind,
        letters_since=found.letters.since,
        letters_given_up=found.letters.given_up,
        unfolded=found.unfolded.value,
    )


def shown(found: Facts) -> dict[str, Any]:
    """The facts as the page takes them."""
    oldest = found.lag.oldest
    return {
        "facts": found,
        "advice": [ADVICE[trouble] for trouble in troubles(signs(found), limits())],
        "runs": [(JOBS.get(name, name), at, _ago(found, at)) for name, at in found.runs.items()],
        "behind": span(found.lag.behind) if oldest else "",
        "oldest_target": TARGET_LABELS.get(Target(oldest.target), oldest.target) if oldest else "",
        "standstills": [
            (JOBS.get(gap.name, gap.name), gap, span(gap.until - gap.since))
            for gap in found.standstills
        ],
        "happenings": list(HAPPENINGS.values()),
        "waiting_for": span(found.at - found.letters.since) if found.letters.since else "",
        "undelivered_digests": found.letters.digests_waiting + found.letters.digests_given_up,
        "allowed": span(settings.SWEEP_MAX_LAG),
    }


def _ago(found: Facts, at: Any) -> str:
    if at is None:
        return _("never")
    return _("%(span)s ago") % {"span": span(max(found.at - at, timedelta()))}
