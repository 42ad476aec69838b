"""Instants as the rows of lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant on the bureau's clock, for a <time> element."""

    iso: str
    day: str
    minute: str


def moment(at: datetime) -> Moment:
    local = timezone.localtime(at)
    return Moment(local.isoformat(), f"{local:%Y-%m-%d}", f"{local:%Y-%m-%d %H:%M}")
