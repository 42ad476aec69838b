"""Four real sweepers, killed at random points, and everything down for days: nothing twice,
nothing lost, and every miss dated to the instant at which it was due."""

from __future__ import annotations

import random
import signal
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.actors import Role
from inquiries.models import Inquiry
from inquiries.workflow import perform
from notices.models import Digest, InboxItem, Outbox, Wishes
from sla.alarms import read_name
from sla.background import tick
from sla.models import Clock, ClockEvent, Policy
from sla.proving.verification import verify
from sla.targets import Happening, Target
from tests.factories import MONDAY, Cast, UserFactory, advance, china, make_inquiry
from tests.services import processes

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
]

CASES = 24
DEADLY = (1, 2, 4, 7, 12, 20, 33, 50)
"""Steps after which a sweeper dies; every one of them takes at least the first."""

SEEDS = (20260302, 7)
SWEEPER = """
import os, random, signal
from datetime import datetime
from django.db import transaction
from inquiries.reminders import mornings
from sla import background, sweep
from sla.background import tick

chance = random.Random({seed})
deadline = {deadly}
steps = 0

def maybe_die():
    global steps
    steps += 1
    if steps == deadline:
        os.kill(os.getpid(), signal.SIGKILL)

def before_and_after(module, name):
    real = getattr(module, name)
    def wrapped(*args, **kwargs):
        maybe_die()
        done = real(*args, **kwargs)
        maybe_die()
        return done
    setattr(module, name, wrapped)

for module, name in ((sweep, "tell"), (sweep, "write"), (sweep, "schedule"), (sweep, "claim"),
                     (mornings, "claim"), (mornings, "readers"), (background, "fold")):
    before_and_after(module, name)
sweep.sweep.__kwdefaults__["batch"] = 3
mornings.write_digests.__kwdefaults__["batch"] = 2
tick(datetime.fromisoformat("{now}"))
"""
"""Dies after a random number of steps, in transactions and between them."""


def house_with_addresses(cast: Cast) -> None:
    for user in (cast.intake, cast.handler, cast.reviewer, cast.supervisor):
        user.email = f"{user.username}@example.org"
        user.save(update_fields=["email"])
    for n in range(5):
        UserFactory.create(
            email=f"more-{n}@example.org", department=cast.tech, roles=[Role.HANDLER]
        )
    Wishes.objects.create(user=cast.supervisor, escalations=True)
    steps = [{"after": 1, "to": ["supervisor"]}, {"after": 3, "to": ["supervisor", "handler"]}]
    warnings = [{"share": 0.5}, {"before_days": 1}]
    Policy.objects.filter(target=Target.REPLY).update(escalation=steps, warnings=warnings)


def cases(cast: Cast) -> list[Inquiry]:
    """Some not taken up, some in a department, some waiting, some answered and not yet rated."""
    found = []
    for n in range(CASES):
        inquiry = make_inquiry(MONDAY + timedelta(minutes=n))
        at = inquiry.case.received_at
        if n % 4 == 1:
            advance(inquiry, cast, "sign_for")
        elif n % 4 == 2:
            words: dict[str, Any] = {"request": "请补充"}
            perform("ask_supplement", inquiry.number, by=cast.by("intake"), at=at, **words)
        elif n % 4 == 3:
            advance(inquiry, cast, "reply")
        found.append(inquiry)
    return found


DAYS: tuple[datetime, ...] = (
    china(2026, 3, 3, 9, 30),
    china(2026, 3, 5, 0, 5),
    # Down over a week-end and more.
    china(2026, 3, 10, 10),
    china(2026, 3, 11, 9, 5),
    # Down until the survey windows and the supplements have run out.
    china(2026, 4, 1, 11),
)


def life(env: dict[str, str] | None, seed: int) -> int:
    """The work of a month, by four processes or undisturbed by one; how many of them died."""
    chance, deaths = random.Random(seed), 0
    for now in DAYS:
        if env is not None:
            with ExitStack() as running:
                sweepers = [
                    running.enter_context(
                        processes.python(
                            SWEEPER.format(
                                seed=seed,
                                deadly=chance.choice(DEADLY) if n < 3 else 0,
                                now=now.isoformat(),
                            ),
                            env,
                        )
                    )
                    for n in range(4)
                ]
                for sweeper in sweepers:
                    deaths += sweeper.wait(timeout=processes.PATIENCE) == -signal.SIGKILL
        tick(now)
    return deaths


def events(numbers: list[str]) -> list[Counter[tuple[Any, ...]]]:
    """What happened to each case, to be compared with another life."""
    found: list[Counter[tuple[Any, ...]]] = []
    for number in numbers:
        rows = ClockEvent.objects.filter(clock__case__number=number)
        items = InboxItem.objects.filter(case_number=number)
        letters = Outbox.objects.filter(case_number=number)
        counted: Counter[tuple[Any, ...]] = Counter(rows.values_list("clock__target", "kind", "at"))
        counted.update(
            (item.kind, item.role, item.context.get("target"), item.context.get("step"))
            for item in items
        )
        counted.update(letters.values_list("kind", "channel"))
        found.append(counted)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_every_event_once_whoever_dies(cast: Cast, tmp_path: Path, seed: int) -> None:
    house_with_addresses(cast)
    numbers = [inquiry.number for inquiry in cases(cast)]
    env = processes.environment(tmp_path)
    assert life(env, seed) > 0
    assert not tick(DAYS[-1])

    rows = list(ClockEvent.objects.values_list("clock", "revision", "kind"))
    assert max(Counter(rows).values()) == 1
    kinds = {read_name(kind)[0] for _, _, kind in rows}
    assert kinds == set(Happening)
    assert {"warning_2", "escalation_2"} <= {kind for _, _, kind in rows}
    for clock in Clock.objects.filter(state="missed"):
        assert clock.missed_at == clock.due_at
    for event in ClockEvent.objects.filter(kind=Happening.DUE).select_related("clock"):
        assert event.clock.due_at is not None
        assert event.at == event.clock.due_at + timedelta(seconds=1)
    assert not Clock.objects.filter(next_event_at__lte=DAYS[-1]).exists()
    digests = Digest.objects.values_list("user", "day")
    assert max(Counter(digests).values()) == 1
    assert {str(day) for _, day in digests} == {
        "2026-03-03",
        "2026-03-10",
        "2026-03-11",
        "2026-04-01",
    }
    letters = Outbox.objects.filter(kind="digest").count()
    assert letters == Digest.objects.filter(cases__gt=0).count()
    # Each escalated case stands in exactly one of the supervisor's letters for each time.
    told = Counter(
        (letter.key.rpartition(":")[0], line["number"])
        for letter in Outbox.objects.filter(kind="escalations")
        for part in letter.context["departments"].values()
        for line in part["lines"]
    )
    assert told
    assert max(told.values()) == 1
    lived = events(numbers)
    assert [str(difference) for difference in verify()] == []

    again = [inquiry.number for inquiry in cases(cast)]
    assert life(None, seed) == 0
    assert events(again) == lived
