"""One pass of all background work. A task, a command and the loop call the same functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from notices.delivery import deliver
from sla.folding import fold
from sla.models import Heartbeat
from sla.recalculating import work_off
from sla.sweep import sweep
from sla.unconfirmed import remind


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    events: int
    letters: int
    deltas: int
    clocks: int = 0

    def __bool__(self) -> bool:
        return bool(self.events or self.letters or self.deltas or self.clocks)


def tick(now: datetime) -> Pass:
    """Fire due clocks, reckon clocks anew after a change of calendar or rule, send waiting
    letters, fold figures, and leave a heartbeat."""
    events, clocks = sweep(now), work_off(now)
    remind(now)
    done = Pass(events=events, letters=deliver(now), deltas=fold(), clocks=clocks)
    beat("tick", now)
    return done


def beat(name: str, now: datetime) -> None:
    """Note that a job came round; /readyz looks at this."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
