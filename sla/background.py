"""One pass of all background work. A task, a command and the loop call the same functions."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from ledger.sealing import seal
from notices.delivery import deliver
from sla.almanac.unconfirmed import remind
from sla.attention.watching import watch
from sla.exports.working import work
from sla.figures.folding import fold
from sla.models import Heartbeat, Standstill
from sla.recalculating import work_off
from sla.sweep import sweep

log = logging.getLogger(__name__)

Job = Callable[[datetime], int]
SWEEP, DATES, YEARS = "sweep", "dates", "years"
LETTERS, FIGURES, SEALS = "letters", "figures", "seals"
FILES, WATCH = "files", "watch"
PROMPT = frozenset({SWEEP, DATES, LETTERS, FIGURES})
"""Jobs that come round within a minute, by the loop and by Celery's beat alike; others may rest
for an hour without standing still."""

_chores: dict[str, Job] = {}


def register(name: str, chore: Job) -> None:
    """Have the floors above do something in every pass, between the sweep and the letters.

    `chore(now)` returns how much it did. Doing it twice, late or at once must do nothing twice.
    """
    _chores[name] = chore


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did; `chores` is what the floors above did in it."""

    events: int
    letters: int
    deltas: int
    chores: int = 0
    clocks: int = 0

    def __bool__(self) -> bool:
        return bool(self.events or self.letters or self.deltas or self.chores or self.clocks)


def tick(now: datetime) -> Pass:
    """Fire due clocks, reckon clocks anew after a change of calendar or rule, do the chores, send
    waiting letters, fold figures, seal days, write exports, look for what needs attention, and
    leave heartbeats.

    A job that fails keeps none of the others from being done; the first failure is raised when
    all have had their turn.
    """
    every = _jobs()
    done, failures = dict.fromkeys(every, 0), []
    for name, job in every.items():
        try:
            done[name] = job(now)
        except Exception as error:
            log.exception("The job %s failed; the next pass tries again", name)
            failures.append((name, error))
    beat(*(set(every) - {name for name, _error in failures}), now=now)
    if failures:
        raise failures[0][1]
    chores = sum(done[name] for name in _chores)
    return Pass(done[SWEEP], done[LETTERS], done[FIGURES], chores, done[DATES])


def run(name: str, now: datetime) -> int:
    """Do one job by itself, as Celery's tasks do, and leave its heartbeat; how much it did."""
    done = _jobs()[name](now)
    beat(name, now=now)
    return done


def _jobs() -> dict[str, Job]:
    return {
        SWEEP: sweep,
        DATES: work_off,
        YEARS: remind,
        **_chores,
        LETTERS: deliver,
        FIGURES: lambda now: fold(),
        SEALS: seal,
        FILES: work,
        WATCH: watch,
    }


def beat(*names: str, now: datetime) -> None:
    """Note that jobs came round, and for how long they had not if that was too long.

    /readyz and the page on the background work look at this.
    """
    with transaction.atomic():
        rows = Heartbeat.objects.filter(name__in=names).order_by("name")
        known = {row.name: row.at for row in rows.select_for_update()}
        Standstill.objects.bulk_create(
            Standstill(name=name, since=at, until=now)
            for name, at in known.items()
            if name in PROMPT and now - at > settings.HEARTBEAT_MAX_AGE
        )
        rows.filter(at__lt=now).update(at=now)
        new = [Heartbeat(name=name, at=now) for name in names if name not in known]
        Heartbeat.objects.bulk_create(new, ignore_conflicts=True)


def jobs() -> list[str]:
    """The names of all jobs of a pass, in their order."""
    return list(_jobs())
