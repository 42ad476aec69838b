"""What inquiries do when the sweep sees something happen to their clocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from accounts.actors import SYSTEM, Role
from inquiries.reminders import at_once
from inquiries.reminders.people import IN_DEPARTMENT
from inquiries.survey_reminders import remind
from notices.models import InboxItem
from sla import listeners
from sla.alarms import read_name, steps_of
from sla.listeners import Happened
from sla.models import Clock
from sla.targets import ClockState, Happening, Target

STREAM = "inquiry"
OWNERS = {
    Target.ACCEPTANCE: Role.INTAKE,
    Target.DISPATCH: Role.INTAKE,
    Target.REVIEW: Role.REVIEWER,
    Target.FOLLOW_UP: Role.SUPERVISOR,
}
"""Whose allowance a clock is; any other is the handlers' of the department."""

PROMISED = (Target.REPLY, Target.DEPARTMENT)
"""Clocks whose misses supervisors are told of."""


KNOWN = frozenset(Role)


def connect() -> None:
    listeners.register(STREAM, hear)


def hear(happened: Sequence[Happened], now: datetime) -> None:
    """Warn the owner, tell those an escalation step names, and play the clockwork's own moves."""
    items: list[InboxItem] = []
    raised: list[at_once.Raised] = []
    reminders: list[Happened] = []
    for event in happened:
        match event.clock.target:
            case Target.SUPPLEMENT:
                _play("lapse", event)
            case Target.SURVEY if event.kind == Happening.WARNING:
                reminders.append(event)
            case Target.SURVEY:
                _play("close", event)
            case _ if _still_matters(event, now):
                happening, index = read_name(event.kind)
                roles = _roles(event.clock, happening, index)
                items += _notices(event, now, happening, index, roles)
                if happening == Happening.ESCALATION:
                    raised.append(at_once.Raised(event, frozenset(roles)))
    InboxItem.objects.bulk_create(items)
    at_once.write(raised, now)
    if reminders:
        remind(reminders, now)


def _play(move: str, event: Happened) -> None:
    from inquiries.errors import MoveRefused
    from inquiries.workflow import perform

    try:
        perform(move, event.clock.case.number, by=SYSTEM, at=event.at)
    except MoveRefused:
        # Rated and closed, or answered, between the due instant and a late sweep.
        return


def _still_matters(event: Happened, now: datetime) -> bool:
    """Not what is done or stands still, nor a warning of a time that is over already."""
    clock = event.clock
    if clock.finished_at is not None or clock.state == ClockState.PAUSED:
        return False
    overdue = clock.due_at is not None and clock.due_at < now
    return not (overdue and read_name(event.kind)[0] == Happening.WARNING)


def _roles(clock: Clock, happening: Happening, index: int) -> list[Role]:
    """The owner first, then whom the rule names: each role once."""
    owner = OWNERS.get(Target(clock.target), Role.HANDLER)
    roles = [owner if clock.case.department_id else Role.INTAKE]
    if happening == Happening.DUE and clock.target in PROMISED:
        roles.append(Role.SUPERVISOR)
    if happening == Happening.ESCALATION:
        # A rule exchanged since may have fewer steps than the one that set this event's instant.
        for step in steps_of(clock.policy.escalation)[index : index + 1]:
            roles += [Role(name) for name in step.to if name in KNOWN]
    return list(dict.fromkeys(roles))


def _notices(
    event: Happened, now: datetime, happening: Happening, index: int, roles: Iterable[Role]
) -> list[InboxItem]:
    clock, case = event.clock, event.clock.case
    return [
        InboxItem(
            kind=f"clock_{happening}",
            case_number=case.number,
            department_id=case.department_id if role in IN_DEPARTMENT else None,
            role=role,
            context={
                "target": clock.target,
                "due": clock.due_at.isoformat() if clock.due_at else "",
                "at": event.at.isoformat(),
                "step": index + 1,
            },
            # When it came to the desk, so that a late sweep's notice is not taken for a read one.
            created_at=now,
        )
        for role in roles
    ]
