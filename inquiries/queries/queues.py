"""The queues of the desk: which cases, for whom, in what order, and how many.

A case that waits for the citizen stands in its own queue and in "all", and nowhere else: its
clock stands still, so it has no due date to be sorted by. Every other open case has one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Role
from inquiries.models import ExtensionRequest, FollowUp, ReopenRequest
from inquiries.queries.visible import (
    HOUSE,
    led_by_own,
    own_department,
    sees_house,
    works_in_department,
)
from inquiries.search import DESK, matching
from inquiries.states import ANSWERED, Kind, State
from sla.models import Case, Survey
from sla.standing import Horizon

Cases = QuerySet[Case]
PUBLISH_WITHIN = timedelta(days=30)
"""How long an answer the citizen agreed to publish is offered to reviewers."""

COUNT_CAP = 99
WITH_DUE = ("due", "oldest", "newest")
BY_RECEIPT = ("oldest", "newest")
NEWEST_FIRST = ("newest", "oldest")
ORDERS = {"due": "due_at", "oldest": "received_at", "newest": "-received_at"}


@dataclass(frozen=True)
class Queue:
    """A named list of cases. `sorts` are the orders it offers, the first by default."""

    name: str
    label: Promise
    about: Promise
    roles: tuple[Role, ...]
    select: Callable[[Actor, Horizon], Cases]
    sorts: tuple[str, ...] = WITH_DUE
    tone: str = ""
    counted: bool = True
    mixed: bool = False
    """Whether cases of several states can stand in it."""

    def open_to(self, actor: Actor) -> bool:
        if not actor.has(*self.roles):
            return False
        return sees_house(actor) or works_in_department(actor)


def _open(actor: Actor) -> Cases:
    return led_by_own(actor).filter(ended_at__isnull=True)


def _running(actor: Actor) -> Cases:
    return _open(actor).filter(due_at__isnull=False)


def _at(*stages: State) -> Callable[[Actor, Horizon], Cases]:
    """Open cases with a due date, in these states."""

    def select(actor: Actor, seen_from: Horizon) -> Cases:
        return _running(actor).filter(stage__in=stages)

    return select


def _at_own(*stages: State) -> Callable[[Actor, Horizon], Cases]:
    """The same of the actor's department, for roles held in a department."""

    def select(actor: Actor, seen_from: Horizon) -> Cases:
        return _running(actor).filter(stage__in=stages, department_id=own_department(actor))

    return select


def _mine(actor: Actor, seen_from: Horizon) -> Cases:
    return _running(actor).filter(inquiry__handler_id=actor.user_id)


def _department(actor: Actor, seen_from: Horizon) -> Cases:
    return _running(actor).filter(department_id=own_department(actor))


def _supporting(actor: Actor, seen_from: Horizon) -> Cases:
    return Case.objects.filter(
        ended_at__isnull=True,
        due_at__isnull=False,
        inquiry__supports__department_id=own_department(actor),
    )


def _to_publish(actor: Actor, seen_from: Horizon) -> Cases:
    return led_by_own(actor).filter(
        department_id=own_department(actor),
        stage__in=ANSWERED,
        published_at__isnull=True,
        replied_at__gte=seen_from.at - PUBLISH_WITHIN,
        inquiry__wants_public=True,
    )


def _overdue(actor: Actor, seen_from: Horizon) -> Cases:
    return _open(actor).filter(due_at__lt=seen_from.at)


def _due_soon(actor: Actor, seen_from: Horizon) -> Cases:
    return _open(actor).filter(due_at__gte=seen_from.at, due_at__lte=seen_from.soon_until)


def _waiting(actor: Actor, seen_from: Horizon) -> Cases:
    return _open(actor).filter(stage=State.AWAITING_CITIZEN)


def _extensions(actor: Actor, seen_from: Horizon) -> Cases:
    # A request left undecided when the reply went to review can no longer be granted.
    asked = ExtensionRequest.objects.filter(granted__isnull=True)
    return _running(actor).filter(stage=State.IN_PROGRESS, pk__in=asked.values("inquiry__case_id"))


def _reopenings(actor: Actor, seen_from: Horizon) -> Cases:
    asked = ReopenRequest.objects.filter(granted__isnull=True)
    return led_by_own(actor).filter(stage__in=ANSWERED, pk__in=asked.values("inquiry__case_id"))


def _low_ratings(*, done: bool) -> Callable[[Actor, Horizon], Cases]:
    def select(actor: Actor, seen_from: Horizon) -> Cases:
        open_ = FollowUp.objects.filter(outcome="").values("inquiry__case_id")
        tasks = FollowUp.objects.exclude(outcome="").values("inquiry__case_id")
        # Nobody is shown what citizens said of their own answers.
        own = Survey.objects.filter(handler_id=actor.user_id).values("case_id")
        cases = led_by_own(actor).exclude(pk__in=own)
        return cases.filter(pk__in=tasks) if done else cases.filter(pk__in=open_)

    return select


def _all(actor: Actor, seen_from: Horizon) -> Cases:
    return led_by_own(actor)


_WORKERS = (Role.HANDLER, Role.REVIEWER)
_EVERYBODY = (*HOUSE, *_WORKERS)

QUEUES: dict[str, Queue] = {
    queue.name: queue
    for queue in (
        Queue(
            "to-accept",
            _("To accept"),
            _("New matters. Take them up, or say where they belong."),
            (Role.INTAKE,),
            _at(State.SUBMITTED),
        ),
        Queue(
            "to-dispatch",
            _("To dispatch"),
            _("Taken up, or returned by a department: choose who answers."),
            (Role.INTAKE,),
            _at(State.ACCEPTED),
        ),
        Queue(
            "to-sign-for",
            _("To sign for"),
            _("Given to your department. Sign for them, or return them in time."),
            (Role.HANDLER,),
            _at_own(State.ASSIGNED),
        ),
        Queue(
            "mine",
            _("My cases"),
            _("Cases you have signed for and that are not answered yet."),
            (Role.HANDLER,),
            _mine,
            mixed=True,
        ),
        Queue(
            "to-review",
            _("To review"),
            _("Replies waiting for a second person. You cannot approve your own."),
            (Role.REVIEWER,),
            _at_own(State.IN_REVIEW),
        ),
        Queue(
            "extensions",
            _("Extension requests"),
            _("Departments ask for more working days."),
            (Role.SUPERVISOR,),
            _extensions,
        ),
        Queue(
            "reopenings",
            _("Requests to reopen"),
            _("Citizens are not satisfied and say why. A second handling is granted only once."),
            (Role.SUPERVISOR,),
            _reopenings,
            sorts=BY_RECEIPT,
            mixed=True,
        ),
        Queue(
            "low-ratings",
            _("Low ratings"),
            _("Citizens are not satisfied with an answer. Call them back, or say what came of it."),
            (Role.SUPERVISOR, Role.AUDITOR),
            _low_ratings(done=False),
            sorts=BY_RECEIPT,
            tone="warn",
            mixed=True,
        ),
        Queue(
            "followed-up",
            _("Low ratings followed up"),
            _("Low ratings and what came of them."),
            (Role.SUPERVISOR, Role.AUDITOR),
            _low_ratings(done=True),
            sorts=NEWEST_FIRST,
            counted=False,
            mixed=True,
        ),
        Queue(
            "overdue",
            _("Overdue"),
            _("The promise to the citizen has been missed and nothing has been sent yet."),
            _EVERYBODY,
            _overdue,
            tone="danger",
            mixed=True,
        ),
        Queue(
            "due-soon",
            _("Due soon"),
            _("Due by the end of the next working day."),
            _EVERYBODY,
            _due_soon,
            tone="warn",
            mixed=True,
        ),
        Queue(
            "waiting",
            _("Waiting for the citizen"),
            _("The citizen was asked to supplement; the clock stands still until they answer."),
            _EVERYBODY,
            _waiting,
            sorts=BY_RECEIPT,
        ),
        Queue(
            "to-publish",
            _("To publish"),
            _("Answered in the last 30 days; the citizen agreed to a public answer."),
            (Role.REVIEWER,),
            _to_publish,
            sorts=NEWEST_FIRST,
            mixed=True,
        ),
        Queue(
            "department",
            _("My department"),
            _("All open cases your department leads."),
            _WORKERS,
            _department,
            mixed=True,
        ),
        Queue(
            "supporting",
            _("Supporting"),
            _("Other departments lead these; yours has been asked to contribute."),
            _WORKERS,
            _supporting,
            mixed=True,
        ),
        Queue(
            "all",
            _("All cases"),
            _("Open and finished cases, the newest first."),
            _EVERYBODY,
            _all,
            sorts=NEWEST_FIRST,
            counted=False,
            mixed=True,
        ),
    )
}


def queues_of(actor: Actor) -> list[Queue]:
    """The queues an actor works from, in order."""
    return [queue for queue in QUEUES.values() if queue.open_to(actor)]


def counts_of(querysets: Sequence[QuerySet], cap: int = COUNT_CAP) -> list[int]:
    """How many rows each has, counting no further than `cap` + 1; one statement for all.

    The ORM cannot put limited subqueries side by side, so the statement is assembled here from
    the ORM's own SQL.
    """
    parts: list[str] = []
    values: list[Any] = []
    for queryset in querysets:
        limited = queryset.order_by().values("pk")[: cap + 1]
        sql, params = limited.query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS q{len(parts)})")  # noqa: S608
        values += params
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    assert row is not None
    return list(row)


def shown_count(count: int, cap: int = COUNT_CAP) -> int | str:
    """The count as it is written: 0 to the cap, then "99+"."""
    return f"{cap}+" if count > cap else count


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader narrows a queue by; empty means everything."""

    kind: str = ""
    channel: str = ""
    state: str = ""
    topic_id: int | None = None
    department_id: int | None = None
    words: str = ""

    def __bool__(self) -> bool:
        return any(
            (self.kind, self.channel, self.state, self.topic_id, self.department_id, self.words)
        )


def narrowed(cases: Cases, filters: Filters) -> Cases:
    """The cases that pass all filters; `words` are looked for in what staff can search."""
    wanted = Q()
    if filters.kind:
        wanted &= Q(kind=Kind(filters.kind))
    if filters.channel:
        wanted &= Q(channel=filters.channel)
    if filters.state:
        wanted &= Q(stage=filters.state)
    if filters.department_id:
        wanted &= Q(department_id=filters.department_id)
    if filters.topic_id:
        wanted &= Q(inquiry__topic_id=filters.topic_id)
    if filters.words:
        wanted &= Q(pk__in=matching(DESK, filters.words).values("case_id"))
    return cases.filter(wanted)
