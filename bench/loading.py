"""Filling a scratch database: a few hundred lives through the real moves, then multiplied."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.actors import Role
from accounts.models import Department, RoleGrant, User
from bench import copies, rollups
from bench.chains import seal_days
from bench.copies import Desk
from bench.multiplying import MULTIPLIED, PROVED, SUPERVISED, multiply
from inquiries.demo import bureau
from inquiries.demo.lives import live
from inquiries.states import State
from sla.figures.folding import fold
from sla.figures.measures import civil_day
from sla.sweep import sweep

DEPARTMENTS = 40
TEMPLATES = 240
TRUE_TEMPLATES = 720
"""More of them where copies are not spread over the years, so that their days are many."""
FATES = ("closed", "rejected", "referred", "withdrawn", "lapsed", "late")
WEIGHTS = (83, 3, 3, 2, 2, 7)

STANDING = (
    (State.SUBMITTED, 0.3),
    (State.SUBMITTED, 0.8),
    (State.ACCEPTED, 1),
    (State.ASSIGNED, 1.5),
    (State.IN_PROGRESS, 2),
    (State.IN_PROGRESS, 4),
    (State.IN_PROGRESS, 6),
    (State.IN_PROGRESS, 14),
    (State.AWAITING_CITIZEN, 2),
    (State.IN_REVIEW, 4),
    (State.IN_REVIEW, 5),
    (State.IN_REVIEW, 6),
    (State.IN_REVIEW, 4.5),
    (State.IN_REVIEW, 5.5),
    (State.REPLIED, 8),
    (State.REPLIED, 10),
    (State.REPLIED, 12),
)
"""Open and lately answered lives, by how many days ago they began."""

Say = Callable[[str], None]


def load(wanted: int, *, now: datetime, say: Say = print, true: bool = False) -> None:
    """Fill an empty, migrated database to `wanted` inquiries (at least 100).

    Of more than a million only what supervision reads is made, see `bench.multiplying`. True
    copies happen at their template's instants, so that their clocks follow from their rules, and
    have chains and seals of their own: `verify` finds nothing wrong with them.
    """
    whole = wanted <= copies.WHOLE
    watch = _Watch(say)
    desks = _desks()
    made = min(TRUE_TEMPLATES if true else TEMPLATES, wanted // 4)
    _play(made, now)
    sweep(now)
    watch(f"{made} lives played")
    with transaction.atomic():
        copies.write(copies.copies(copies.templates(), desks, wanted, true=true))
    watch("copies drawn")
    tables = PROVED if true else MULTIPLIED if whole else SUPERVISED
    for table in multiply(tables, true=true):
        watch(table)
    copies.drop()
    watch("indexes")
    rollups.rebuild(parts=whole)
    watch("figures")
    sweep(now)
    fold()
    if true:
        seal_days(civil_day(now) - timedelta(days=1))
        watch("seals")
    settle()
    watch("sweep, statistics")


def settle() -> None:
    """What the database's own housekeeping would have done by now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _play(wanted: int, now: datetime) -> None:
    staff = bureau.build()
    rng = random.Random(40)
    for until, days in STANDING:
        live(staff, rng, received_at=now - timedelta(days=days), now=now, until=until, quiet=False)
    for _ in range(wanted - len(STANDING)):
        received = now - timedelta(days=rng.uniform(60, 360))
        fate = rng.choices(FATES, WEIGHTS)[0]
        live(staff, rng, received_at=received, now=now, until=fate, quiet=False)


def _desks() -> list[Desk]:
    """Forty departments, each with somebody who drafts and somebody who approves."""
    bureau.build()
    for i in range(DEPARTMENTS - Department.objects.count()):
        Department.objects.create(code=f"bench-{i}", name=f"第{i}科", name_en=f"Section {i}")
    found = []
    for department in Department.objects.all():
        people = [_person(role, department) for role in (Role.HANDLER, Role.REVIEWER)]
        found.append(Desk(department.pk, *people))
    return found


def _person(role: Role, department: Department) -> int:
    user = User.objects.create(
        username=f"bench-{role}-{department.code}",
        full_name=f"{department.name}{role}",
        department=department,
    )
    RoleGrant.objects.create(user=user, role=role)
    return user.pk


class _Watch:
    """Says what was done and how long it took."""

    def __init__(self, say: Say) -> None:
        self._say, self._began = say, time.perf_counter()
        self._last = self._began

    def __call__(self, what: str) -> None:
        now = time.perf_counter()
        self._say(f"  {now - self._began:7.1f} s  {what} ({now - self._last:.1f} s)")
        self._last = now
