"""/metrics for Prometheus: how the background work stands and what lies open.

There is such a page only where METRICS_TOKEN is set, and only for those who show it
(`Authorization: Bearer …`). It names no person and no case.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation import clock
from foundation.exposition import CONTENT_TYPE, Metric, Sample, exposition
from sla import background
from sla.engine.facts import lag, letters, unfolded
from sla.figures.stock import stock
from sla.models import Heartbeat
from sla.standing import horizon


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without a token in the settings, 401 without the same one in the request."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    known = constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if scheme.lower() != "bearer" or not known:
        refused = HttpResponse("a token is needed\n", status=401, content_type="text/plain")
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    return HttpResponse(exposition(_measured()), content_type=CONTENT_TYPE)


def _measured() -> list[Metric]:
    now = clock.now()
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    runs = tuple(
        Sample(beats[name].timestamp(), {"job": name})
        for name in background.jobs()
        if name in beats
    )
    post = letters(now)
    waited = (now - post.since).total_seconds() if post.since else 0
    lying = stock(horizon(now)).total
    return [
        _one("huiying_up", "1 while the database answers.", 1),
        Metric("huiying_job_last_run_timestamp_seconds", "When a job last came round.", runs),
        _one(
            "huiying_sweep_lag_seconds",
            "How late the oldest alarm not yet written is.",
            lag(now).seconds,
        ),
        Metric(
            "huiying_outbox_letters",
            "Letters by state: waiting (should have gone out), later (held), given_up.",
            (
                Sample(post.waiting, {"state": "waiting"}),
                Sample(post.later, {"state": "later"}),
                Sample(post.given_up, {"state": "given_up"}),
            ),
        ),
        _one("huiying_outbox_oldest_seconds", "How long the oldest such letter waits.", waited),
        _one(
            "huiying_digests_undelivered",
            "Morning digests waiting or given up.",
            post.digests_waiting + post.digests_given_up,
        ),
        _one(
            "huiying_deltas_unfolded",
            "Changes of figures not yet folded, counted to 10000.",
            unfolded().value,
        ),
        Metric(
            "huiying_cases",
            "Open cases now, by how they stand.",
            tuple(Sample(n, {"stock": name}) for name, n in lying.items()),
        ),
    ]


def _one(name: str, text: str, value: float) -> Metric:
    return Metric(name, text, (Sample(value),))
