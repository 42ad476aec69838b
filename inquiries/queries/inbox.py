"""Notices on somebody's desk: their own, their roles' and their department's.

Each address is read by its own index and the few newest are merged here: one query with OR would
read every notice of a role before it could sort them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from itertools import chain

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from foundation.keyset import CursorError
from inquiries.queries.visible import visible
from notices.models import InboxItem
from sla.models.policy import TARGET_LABELS

PAGE = 30
SIGNER = Signer(salt="inquiries.inbox")

SENTENCES: dict[str, Promise] = {
    "submitted": _("A new matter has come in"),
    "assigned": _("Given to your department"),
    "taken_away": _("Moved from your department to another"),
    "returned": _("Returned by a department; to be dispatched again"),
    "support_asked": _("Your department is asked to support this case"),
    "contributed": _("A supporting department has contributed"),
    "supplied": _("The citizen has supplemented; the clock runs on"),
    "withdrawn": _("The citizen has withdrawn this matter"),
    "merged": _("Merged into another case"),
    "released": _("No longer merged: the other case ended unanswered; to be dispatched"),
    "to_review": _("A reply is waiting for your review"),
    "sent_back": _("Your draft was sent back for changes"),
    "extension_requested": _("An extension is asked for"),
    "extension_granted": _("The extension you asked for is granted"),
    "extension_denied": _("The extension you asked for is denied"),
    "low_rating": _("A citizen is not satisfied with the answer"),
    "reopen_requested": _("A citizen asks for a second handling"),
    "reopened": _("To be handled a second time"),
    "urged": _("You are urged to act"),
    "year_unconfirmed": _("A year's calendar is not confirmed: its holiday notice is missing"),
    "clock_warning": _("Time is running out"),
    "clock_due": _("The time is over"),
    "attention_quiet_soon": _("No new answer has been published for more than six weeks"),
    "attention_quiet": _("No new answer has been published for two months"),
    "attention_consultation_old": _("A consultation has waited for two months"),
    "attention_consultation_grave": _("A consultation has waited for nearly three months"),
    "attention_form_broken": _("The public form failed its self-test"),
    "clock_escalation": _("Still not done; the supervisor has been told"),
}
URGENT = frozenset(
    {
        "urged",
        "clock_due",
        "clock_escalation",
        "low_rating",
        "attention_quiet",
        "attention_consultation_grave",
        "attention_form_broken",
    }
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice as it is shown. `title` is empty if the reader may no longer see the case."""

    item: InboxItem
    sentence: str
    about: str
    title: str
    urgent: bool
    unread: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of notices, newest first; `older` is the cursor of the next one."""

    notices: list[Notice]
    older: str | None


def addressed_to(actor: Actor) -> list[QuerySet[InboxItem]]:
    """The notices an actor gets, by address; no notice is in two of them."""
    addresses = [Q(user_id=actor.user_id)]
    if actor.department_id is not None:
        # One role at a time: the newest of several are not together in any index.
        addresses += [
            Q(department_id=actor.department_id, role=role, user__isnull=True)
            for role in ("", *sorted(actor.roles))
        ]
    addresses += [
        Q(role=role, department__isnull=True, user__isnull=True) for role in sorted(actor.roles)
    ]
    return [InboxItem.objects.filter(address) for address in addresses]


def unread(actor: Actor, seen_at: datetime | None) -> list[QuerySet[InboxItem]]:
    """What has come since `seen_at`, by address, to be counted."""
    if seen_at is None:
        return addressed_to(actor)
    return [items.filter(created_at__gt=seen_at) for items in addressed_to(actor)]


def inbox_of(
    actor: Actor, seen_at: datetime | None, cursor: str | None = None, size: int = PAGE
) -> Inbox:
    """The newest notices, or those before the cursor. Raises CursorError for a foreign one."""
    before = _read(cursor) if cursor else None
    found = nlargest(
        size + 1,
        chain.from_iterable(_newest(items, before, size + 1) for items in addressed_to(actor)),
        key=lambda item: (item.created_at, item.pk),
    )
    older = _written(found[size - 1]) if len(found) > size else None
    return Inbox(_shown(found[:size], actor, seen_at), older)


def _newest(
    items: QuerySet[InboxItem], before: tuple[datetime, int] | None, limit: int
) -> Iterable[InboxItem]:
    if before is not None:
        at, pk = before
        items = items.filter(created_at__lte=at).filter(Q(created_at__lt=at) | Q(pk__lt=pk))
    return items.order_by("-created_at", "-pk")[:limit]


def _shown(items: list[InboxItem], actor: Actor, seen_at: datetime | None) -> list[Notice]:
    numbers = {item.case_number for item in items}
    titles = dict(visible(actor).filter(number__in=numbers).values_list("number", "title"))
    return [
        Notice(
            item=item,
            sentence=str(SENTENCES.get(item.kind, item.kind)),
            about=str(TARGET_LABELS.get(item.context.get("target", ""), ""))
            or str(item.context.get("year", "")),
            title=titles.get(item.case_number, ""),
            urgent=item.kind in URGENT,
            unread=seen_at is None or item.created_at > seen_at,
        )
        for item in items
    ]


def _written(item: InboxItem) -> str:
    return SIGNER.sign_object([item.created_at.isoformat(), item.pk])


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        at, pk = SIGNER.unsign_object(cursor)
        return datetime.fromisoformat(at), int(pk)
    except (BadSignature, ValueError, TypeError):
        raise CursorError("This cursor does not belong to this list.") from None
