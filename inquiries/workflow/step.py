"""What one move gathers, and the one place it is all written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from accounts.actors import Actor, Role
from inquiries.files import NewFile
from inquiries.labels import STEPS
from inquiries.letters import letters_to
from inquiries.models import Attachment, Inquiry, Remark
from inquiries.states import Exclusion, State
from inquiries.workflow.holding import Held
from ledger.chain import digest_text
from ledger.writing import record
from notices.models import InboxItem, Outbox
from sla.models import Case

CASE_FACTS = tuple(
    f.attname for f in Case._meta.concrete_fields if f.attname not in {"id", "title", "number"}
)
INQUIRY_FACTS = (
    "state",
    "topic_id",
    "district_id",
    "wants_public",
    "handler_id",
    "resume_state",
    "merged_into_id",
    "ground",
)
SHOWN = ("content", "due", "reply", "public", "rating")
"""Entries of an event's data that the citizen may be given: digests of words they know, the date
they were promised, their own rating."""


class Step:
    """A move under way on a locked case."""

    def __init__(
        self,
        move: str,
        held: Held,
        by: Actor,
        at: datetime,
        *,
        new: bool = False,
    ) -> None:
        self.move, self.held, self.by, self.at = move, held, by, at
        self.inquiry, self.case = held.inquiry, held.inquiry.case
        self.record, self.clocks = held.record, held.clocks
        self._new = new
        self._facts = self._snapshot() if not new else {}
        # After the snapshot: an overdue case is judged here, which is already a change.
        self.clocks.advance(at)
        self.data: dict[str, Any] = {}
        self.then: tuple[str, Actor] | None = None
        self._remarks: list[Remark] = []
        self._files: list[tuple[str, NewFile]] = []
        self._letters: list[tuple[Inquiry, str, dict[str, Any]]] = []
        self._inbox: list[InboxItem] = []

    def _snapshot(self) -> dict[str, Any]:
        facts = {f"case.{name}": getattr(self.case, name) for name in CASE_FACTS}
        return facts | {f"inquiry.{name}": getattr(self.inquiry, name) for name in INQUIRY_FACTS}

    def say(self, text: str, audience: str = Remark.Audience.STAFF) -> None:
        """Keep words of this step; the ledger keeps their digest."""
        if text:
            self._remarks.append(
                Remark(
                    inquiry=self.inquiry,
                    move=self.move,
                    audience=audience,
                    text=text,
                    at=self.at,
                    author_label=self.by.label,
                )
            )

    def attach(self, files: Sequence[NewFile], origin: str) -> None:
        self._files += [(origin, file) for file in files]

    def tell_citizen(self, kind: str, *, inquiry: Inquiry | None = None, **context: Any) -> None:
        """Write to the citizen by the ways they gave us."""
        self._letters.append((inquiry or self.inquiry, kind, context))

    def tell_staff(
        self,
        kind: str,
        *,
        department_id: int | None = None,
        role: Role | None = None,
        user_id: int | None = None,
        **context: Any,
    ) -> None:
        """Put a notice on the desk of a person, or of a role (in a department)."""
        self._inbox.append(
            InboxItem(
                kind=kind,
                case_number=self.case.number,
                department_id=department_id,
                role=role or "",
                user_id=user_id,
                context=context,
                created_at=self.at,
            )
        )

    def exclude(self, exclusion: Exclusion) -> None:
        """Leave the case out of the rates from now on, on this ground.

        A case answered before (and reopened since) stays counted as what it was.
        """
        self.case.ended_at = self.at
        if self.case.replied_at is None:
            self.case.excluded_at, self.case.exclusion = self.at, exclusion

    def contacted(self) -> None:
        """The house has spoken to the citizen, for the first time if it had not before."""
        if self.case.first_contact_at is None:
            self.case.first_contact_at = self.at

    def write(self) -> None:
        """Write the case with its event, words and notices; history is written by its holder."""
        self.case.stage = State(self.inquiry.state)
        self.case.handler_id = self.inquiry.handler_id
        if self._new:
            self.held.insert()
        else:
            self.inquiry.version += 1
        data = self._event_data()
        shown = [name for name in SHOWN if name in data]
        head = record(
            self.case.number,
            after=self.held.head,
            at=self.at,
            by=self.by,
            move=self.move,
            data=data,
            into=self.held.events,
            shown=["move", *shown] if self.move in STEPS else shown,
        )
        self.held.head = head
        self._write_words_and_files(head.seq)
        if not self.held.history:
            self.held.write()
            self._write_notices(head.seq)

    def _write_notices(self, seq: int) -> None:
        outbox = [
            letter
            for inquiry, kind, context in self._letters
            for letter in letters_to(
                inquiry, kind, context, key=f"{self.case.number}:{seq}", at=self.at
            )
        ]
        if outbox:
            Outbox.objects.bulk_create(outbox)
        if self._inbox:
            InboxItem.objects.bulk_create(self._inbox)

    def _event_data(self) -> dict[str, Any]:
        changes = {
            name: [_plain(self._facts.get(name)), _plain(value)]
            for name, value in self._snapshot().items()
            if self._facts.get(name) != value
        }
        data = {"changes": changes, **self.data}
        if "case.due_at" in changes:
            data["due"] = changes["case.due_at"][1]
        if self._remarks:
            data["words"] = [digest_text(remark.text) for remark in self._remarks]
        if self._files:
            data["files"] = [file.sha256 for _, file in self._files]
        return data

    def _write_words_and_files(self, seq: int) -> None:
        for remark in self._remarks:
            remark.event_seq = seq
        if self._remarks:
            Remark.objects.bulk_create(self._remarks)
        for origin, file in self._files:
            Attachment.objects.create(
                inquiry=self.inquiry,
                origin=origin,
                event_seq=seq,
                file=file.as_django_file(),
                name=file.name,
                mime=file.mime,
                size=file.size,
                sha256=file.sha256,
                at=self.at,
            )


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, State | Exclusion) else value
