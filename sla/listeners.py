"""What the floors above want to do when the sweep sees something happen to their clocks.

The service-level engine knows nothing of inquiries; each stream registers its own ear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.models import Clock


@dataclass(frozen=True, slots=True)
class Happened:
    """An event the sweep has just written, at the instant it fell due."""

    clock: Clock
    kind: str
    at: datetime


Listener = Callable[[Sequence[Happened], datetime], None]
_listeners: dict[str, Listener] = {}


def register(stream: str, listener: Listener) -> None:
    """Have `listener(happened, now)` called within the sweep's transaction."""
    _listeners[stream] = listener


def tell(happened: Sequence[Happened], now: datetime) -> None:
    """Hand each stream its own events."""
    for stream, listener in _listeners.items():
        own = [event for event in happened if event.clock.case.stream == stream]
        if own:
            listener(own, now)
