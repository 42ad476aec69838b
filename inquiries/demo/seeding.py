"""The demonstration's first weeks: a few dozen cases, some in every state."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from inquiries.demo.bureau import Staff
from inquiries.demo.corpus import MATTERS
from inquiries.demo.lives import live
from inquiries.models import Inquiry
from inquiries.states import State

STANDING = (
    (State.SUBMITTED, 0.2),
    (State.SUBMITTED, 0.6),
    (State.ACCEPTED, 1),
    (State.ASSIGNED, 1.5),
    (State.ASSIGNED, 2),
    (State.IN_PROGRESS, 3),
    (State.IN_PROGRESS, 6),
    (State.IN_PROGRESS, 12),
    (State.AWAITING_CITIZEN, 3),
    (State.IN_REVIEW, 5),
    (State.IN_REVIEW, 4),
    (State.REPLIED, 6),
    (State.REPLIED, 8),
    (State.REJECTED, 9),
    (State.REFERRED, 10),
    (State.WITHDRAWN, 7),
)
"""States to be seen, and how many days ago those cases came in."""

EARLIER = 28
"""Further cases over the quarter before, living as chance will have it."""


def seed(staff: Staff, now: datetime) -> int:
    """Make the cases if there are none yet; return how many were made."""
    if Inquiry.objects.exists():
        return 0
    rng = random.Random(2026)  # noqa: S311 - the same demonstration every time
    matters = list(MATTERS)
    made = 0
    for until, days in _cases(rng):
        rng.shuffle(matters)
        matter = matters[made % len(matters)]
        received = now - timedelta(days=days)
        live(staff, rng, received_at=received, now=now, until=until, matter=matter)
        made += 1
    _merge_two(staff, rng, now)
    return made + 2


def _cases(rng: random.Random) -> Iterator[tuple[str, float]]:
    for days in sorted((rng.uniform(14, 90) for _ in range(EARLIER)), reverse=True):
        yield "", days
    yield "reopened", 20
    yield "late", 40
    yield from STANDING


def _merge_two(staff: Staff, rng: random.Random, now: datetime) -> None:
    """The same citizen's second letter about the same thing."""
    from inquiries.workflow import perform

    matter = MATTERS[8]
    first = live(
        staff, rng, received_at=now - timedelta(days=4), now=now, until="in_progress", matter=matter
    )
    again = live(
        staff, rng, received_at=now - timedelta(days=2), now=now, until="submitted", matter=matter
    )
    perform(
        "merge",
        again.number,
        by=staff.intake,
        at=now - timedelta(days=1),
        into=first.number,
        explanation="与您此前提交的同一事项合并办理，一并答复。",
    )
