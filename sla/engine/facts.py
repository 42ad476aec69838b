"""How the background work stands at an instant: read from what it leaves in the tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDay, TruncHour

from foundation.keyset import CappedCount, capped_count
from notices.models import Digest, Outbox
from sla import background
from sla.alarms import read_name
from sla.figures.measures import ZONE
from sla.models import Clock, ClockEvent, Delta, Heartbeat, Standstill
from sla.targets import Happening

COUNTED_TO = 10_000
DAYS, HOURS = 14, 24
GIVEN_UP_SHOWN = 10
STANDSTILLS_SHOWN = 20
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Lag:
    """What should have been written by now and is not; `oldest` None when nothing waits."""

    oldest: Clock | None
    behind: timedelta

    @property
    def seconds(self) -> int:
        return int(self.behind.total_seconds())


def lag(now: datetime, *, beyond: int = 0) -> Lag:
    """How far the sweep is behind, leaving the `beyond` oldest alarms aside.

    One query, on the index the sweep itself walks.
    """
    waiting = _unfired(now).select_related("case").order_by("next_event_at", "id")
    oldest = next(iter(waiting[beyond : beyond + 1]), None)
    if oldest is None or oldest.next_event_at is None:
        return Lag(None, timedelta())
    return Lag(oldest, now - oldest.next_event_at)


def _unfired(now: datetime) -> Any:
    return Clock.objects.filter(next_event_at__lte=now)


@dataclass(frozen=True, slots=True)
class Letters:
    """The outbox: `waiting` should have gone out since `since`; `later` are held for an opening
    or another try; `given_up` are dead."""

    waiting: int
    since: datetime | None
    later: int
    given_up: int
    digests_waiting: int
    digests_given_up: int
    last_given_up: list[Outbox] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slot:
    """Events written in a day or an hour, by what they were."""

    at: datetime
    counts: Counter[Happening]

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def cells(self) -> list[int]:
        return [self.counts[happening] for happening in Happening]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page on the background work shows."""

    at: datetime
    runs: dict[str, datetime | None]
    standstills: list[Standstill]
    lag: Lag
    unfired: CappedCount
    days: list[Slot]
    hours: list[Slot]
    letters: Letters
    digests_today: int
    unfolded: CappedCount


def facts(now: datetime) -> Facts:
    """Read everything. A fixed number of queries, each on a small index."""
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    return Facts(
        at=now,
        runs={name: beats.get(name) for name in background.jobs()},
        standstills=list(Standstill.objects.order_by("-until")[:STANDSTILLS_SHOWN]),
        lag=lag(now),
        unfired=capped_count(_unfired(now), COUNTED_TO),
        days=_events(now - timedelta(days=DAYS), TruncDay("swept_at", tzinfo=ZONE)),
        hours=_events(now - timedelta(hours=HOURS), TruncHour("swept_at", tzinfo=ZONE)),
        letters=letters(now),
        digests_today=Digest.objects.filter(day=_today(now), cases__gt=0).count(),
        unfolded=unfolded(),
    )


def _today(now: datetime) -> date:
    return now.astimezone(ZONE).date()


def unfolded() -> CappedCount:
    """Changes of figures not yet folded."""
    return capped_count(Delta.objects.all(), COUNTED_TO)


def letters(now: datetime) -> Letters:
    """How the outbox stands. Three queries."""
    due, digest = Q(next_try_at__lte=now), Q(kind=DIGEST)
    pending: dict[str, Any] = Outbox.objects.filter(state=Outbox.State.PENDING).aggregate(
        waiting=Count("pk", filter=due),
        since=Min("next_try_at", filter=due),
        later=Count("pk", filter=~due),
        digests=Count("pk", filter=digest & due),
    )
    dead = Outbox.objects.filter(state=Outbox.State.DEAD)
    given_up: dict[str, Any] = dead.aggregate(n=Count("pk"), digests=Count("pk", filter=digest))
    return Letters(
        waiting=pending["waiting"],
        since=pending["since"],
        later=pending["later"],
        given_up=given_up["n"],
        digests_waiting=pending["digests"],
        digests_given_up=given_up["digests"],
        last_given_up=list(dead.order_by("-created_at", "-id")[:GIVEN_UP_SHOWN]),
    )


def _events(since: datetime, slot: Any) -> list[Slot]:
    """Events written since an instant by slot, the newest first."""
    rows = (
        ClockEvent.objects.filter(swept_at__gte=since)
        .annotate(slot=slot)
        .values_list("slot", "kind")
        .annotate(n=Count("pk"))
    )
    found: dict[datetime, Counter[Happening]] = {}
    for at, kind, n in rows:
        found.setdefault(at, Counter())[read_name(kind)[0]] += n
    return [Slot(at, found[at]) for at in sorted(found, reverse=True)]
