"""Health pages for load balancers and supervisors of processes.

`/livez` says that this process answers. `/readyz` says that it can do its work: the database
answers, its migrations are applied, the sweep has run lately, and alarms are not written late.
Both are plain JSON, tell no secrets and are answered on any host name Django allows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sla.background import SWEEP
from sla.engine.facts import lag
from sla.models import Heartbeat

log = logging.getLogger(__name__)

ANSWER_WITHIN_MS = 4000
"""With the connection's own time-outs this keeps an answer under five seconds."""


STUCK_ALLOWED = 20
"""Alarms that may be late although the node is ready. A few cases that fail again and again are
the business of the page on the background work; citizens are not to be shut out for them."""


class NotReady(Exception):
    """Why this node should get no requests now."""


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Answers as long as the process does; touches nothing else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every check passes, else 503; the body names each check."""
    results = {name: _outcome(check) for name, check in CHECKS.items()}
    healthy = all(result == "ok" for result in results.values())
    body = {"status": "ok" if healthy else "unavailable", "checks": results}
    return JsonResponse(body, status=200 if healthy else 503)


def _outcome(check: Callable[[], None]) -> str:
    try:
        with transaction.atomic():
            check()
    except NotReady as reason:
        return str(reason)
    except Exception:
        log.exception("A readiness check failed")
        return "failed"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL statement_timeout = %s", [ANSWER_WITHIN_MS])
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotReady("migrations are missing")


def _background() -> None:
    last = Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    if last is None:
        raise NotReady("no background pass has run yet")
    if timezone.now() - last > settings.HEARTBEAT_MAX_AGE:
        raise NotReady(f"the last background pass was at {last.isoformat()}")


def _alarms() -> None:
    behind = lag(timezone.now(), beyond=STUCK_ALLOWED)
    if behind.behind > settings.SWEEP_MAX_LAG:
        raise NotReady(f"alarms are written {behind.seconds} seconds late")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "background": _background,
    "alarms": _alarms,
}
