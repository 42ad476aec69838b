"""One pass of all background work. A task, a command and the loop call the same functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notices.delivery import deliver
from sla.attention.watching import watch
from sla.exports.working import work
from sla.folding import fold
from sla.models import Heartbeat
from sla.sweep import sweep


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    events: int
    letters: int
    deltas: int

    def __bool__(self) -> bool:
        return bool(self.events or self.letters or self.deltas)


def tick(now: datetime) -> Pass:
    """Fire due clocks, send waiting letters, fold figures, and leave a heartbeat."""
    done = Pass(events=sweep(now), letters=deliver(now), deltas=fold())
    work(now)
    watch(now)
    beat("tick", now)
    return done


def beat(name: str, now: datetime) -> None:
    """Note that a job came round; /readyz looks at this."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
