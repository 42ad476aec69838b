"""Playing imported messages through the real moves, at the times they really happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_hex

from django.db import transaction

from accounts.actors import SYSTEM, Role
from accounts.models import Department, RoleGrant, User
from foundation.masking import mask
from inquiries.importing.sheet import Message
from inquiries.models import Inquiry
from inquiries.states import Channel
from inquiries.workflow import NewInquiry
from inquiries.workflow.engine import make
from inquiries.workflow.holding import Held
from inquiries.workflow.submission import draw_number, open_case
from sla.models import Case
from sla.targets import Target
from sla.timing import AFTER_DUE


@dataclass(frozen=True, slots=True)
class Office:
    """The importing department and its two people: nobody approves their own draft."""

    department: Department
    handler: User
    reviewer: User


def office(code: str, name: str) -> Office:
    """The department under whose name imported answers stand; made if it does not exist.

    Its staff are accounts nobody can sign in to.
    """
    department, _ = Department.objects.get_or_create(code=code, defaults={"name": name})
    return Office(
        department,
        _clerk(department, "handler", "导入承办", (Role.INTAKE, Role.HANDLER)),
        _clerk(department, "reviewer", "导入审核", (Role.REVIEWER,)),
    )


def _clerk(department: Department, part: str, name: str, roles: tuple[Role, ...]) -> User:
    user, created = User.objects.get_or_create(
        username=f"import-{department.code}-{part}",
        defaults={"full_name": name, "department": department, "is_active": False},
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    for role in roles:
        RoleGrant.objects.get_or_create(user=user, role=role)
    return user


def already_there(prefix: str) -> set[str]:
    """References of messages imported before."""
    refs = Inquiry.objects.filter(source_ref__startswith=prefix).values_list(
        "source_ref", flat=True
    )
    return {ref for ref in refs if ref}


class Player:
    """Plays messages for one office."""

    def __init__(self, desk: Office, now: datetime) -> None:
        self.desk, self.now = desk, now
        self.handler = desk.handler.as_actor()
        self.reviewer = desk.reviewer.as_actor()

    @transaction.atomic
    def play(self, message: Message, ref: str) -> None:
        """One message, whole or not at all: to its closed end, or open if it has no reply."""
        held = open_case(
            NewInquiry(
                kind=message.kind,
                title=message.title,
                text=message.text,
                name=message.author,
                wants_public=True,
                channel=Channel.IMPORT,
                source_ref=ref,
            ),
            free_number(message.sent_at),
            key=token_hex(16),
            by=SYSTEM,
            at=message.sent_at,
            history=True,
        )
        act = partial(make, held, by=self.handler, at=message.sent_at)
        act("accept")
        act("assign", department=self.desk.department)
        act("sign_for")
        if message.answered_at is not None:
            self._answer(message, held, partial(act, at=message.answered_at))
        held.write()

    def _answer(self, message: Message, held: Held, act: partial[Inquiry]) -> None:
        act("draft", text=message.answer)
        act("submit_for_review")
        act("reply", by=self.reviewer)
        act(
            "publish",
            by=self.reviewer,
            title=mask(message.title),
            question=mask(message.text),
            text=mask(message.answer),
        )
        window = held.clocks.get(Target.SURVEY)
        assert window is not None
        assert window.due_at is not None
        ends = window.due_at + AFTER_DUE
        if ends <= self.now:
            act("close", at=ends, by=SYSTEM)


def free_number(at: datetime) -> str:
    """A number of the day nobody has; only one importer runs at a time."""
    while Case.objects.filter(number=(number := draw_number(at))).exists():
        continue
    return number
