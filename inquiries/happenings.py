"""What inquiries do when the sweep sees something happen to their clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.actors import SYSTEM, Role
from inquiries.reminders import remind
from notices.models import InboxItem
from sla import listeners
from sla.listeners import Happened
from sla.targets import ClockState, Happening, Target

STREAM = "inquiry"
OWNERS = {
    Target.ACCEPTANCE: Role.INTAKE,
    Target.DISPATCH: Role.INTAKE,
    Target.SIGN_FOR: Role.HANDLER,
    Target.DEPARTMENT: Role.HANDLER,
    Target.REPLY: Role.HANDLER,
    Target.FOLLOW_UP: Role.SUPERVISOR,
}


def connect() -> None:
    listeners.register(STREAM, hear)


def hear(happened: Sequence[Happened], now: datetime) -> None:
    """Warn the owner, tell supervisors of misses, and play the clockwork's own moves."""
    items: list[InboxItem] = []
    reminders: list[Happened] = []
    for event in happened:
        match event.clock.target:
            case Target.SUPPLEMENT:
                _play("lapse", event)
            case Target.SURVEY if event.kind == Happening.WARNING:
                reminders.append(event)
            case Target.SURVEY:
                _play("close", event)
            case _:
                items += _alarms(event, now)
    InboxItem.objects.bulk_create(items)
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


def _alarms(event: Happened, now: datetime) -> list[InboxItem]:
    clock = event.clock
    if clock.finished_at is not None or clock.state == ClockState.PAUSED:
        return []
    overdue = clock.due_at is not None and clock.due_at < now
    if event.kind == Happening.WARNING and overdue:
        return []
    case = clock.case
    role = OWNERS[Target(clock.target)] if case.department_id else Role.INTAKE
    roles: list[tuple[Role, int | None]] = [(role, case.department_id)]
    if event.kind != Happening.WARNING and clock.target in (Target.REPLY, Target.DEPARTMENT):
        roles.append((Role.SUPERVISOR, None))
    return [
        InboxItem(
            kind=f"clock_{event.kind}",
            case_number=case.number,
            department_id=department_id if wanted == Role.HANDLER else None,
            role=wanted,
            context={
                "target": clock.target,
                "due": clock.due_at.isoformat() if clock.due_at else "",
            },
            created_at=event.at,
        )
        for wanted, department_id in roles
    ]
