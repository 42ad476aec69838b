"""The first move: a citizen's matter comes in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.actors import Actor, ActorKind, Role
from foundation.numbers import SERIALS, make_number
from inquiries.codes import code_digest, code_for, key_digest
from inquiries.errors import MoveRefused
from inquiries.files import NewFile
from inquiries.models import Attachment, District, Inquiry, Topic
from inquiries.policy import Refusal
from inquiries.search import index_for_desk
from inquiries.states import Channel, Kind
from inquiries.workflow.engine import finish
from inquiries.workflow.holding import Held, hold_new
from inquiries.workflow.step import Step
from ledger.chain import digest_text
from sla.figures.measures import civil_day
from sla.models import Case

TRIES = 8
"""Serials are drawn at random; with 10,000 cases a day one draw in a hundred is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInquiry:
    """What is known of a matter when it comes in. Validated by the form, API or importer."""

    kind: Kind
    title: str
    text: str
    name: str
    phone: str = ""
    email: str = ""
    topic: Topic | None = None
    district: District | None = None
    wants_public: bool = False
    consented: bool = True
    language: str = "zh-hans"
    channel: Channel = Channel.PORTAL
    files: Sequence[NewFile] = ()
    source_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """The inquiry, its query code, and whether it was made now (False: a repeated click)."""

    inquiry: Inquiry
    code: str
    created: bool


def submit(new: NewInquiry, *, key: str, by: Actor, at: datetime) -> Submitted:
    """Take a matter in. `key` is the form's secret; the same key makes one inquiry only.

    Raises MoveRefused if a member of staff who is no intake officer types it in.
    """
    if by.kind == ActorKind.STAFF and not by.has(Role.INTAKE):
        raise MoveRefused("submit", Refusal.NOT_YOUR_ROLE)
    for _ in range(TRIES):
        number = draw_number(at)
        try:
            with transaction.atomic():
                held = open_case(new, number, key=key, by=by, at=at)
                return Submitted(held.inquiry, code_for(key), created=True)
        except IntegrityError:
            # Repeated clicks are rare: looking for them first would cost every citizen a query.
            if (known := _known(key_digest(key))) is not None:
                return Submitted(known, code_for(key), created=False)
            if not Case.objects.filter(number=number).exists():
                raise
    raise RuntimeError(f"no free number found for {civil_day(at)} in {TRIES} draws")


def draw_number(at: datetime) -> str:
    """A number of the day, drawn so that numbers do not tell how many cases came in."""
    return make_number(civil_day(at), secrets.randbelow(SERIALS))


def _known(stored_key: str) -> Inquiry | None:
    return Inquiry.objects.select_related("case").filter(submission_key=stored_key).first()


def open_case(
    new: NewInquiry, number: str, *, key: str, by: Actor, at: datetime, history: bool = False
) -> Held:
    """Make the case under a number, within the caller's transaction, and hold it.

    With `history` the caller goes on to play what happened to it since, and then calls the held
    case's `write`. Raises IntegrityError when the number or the key is taken.
    """
    at = at.replace(microsecond=0)
    case = Case(
        number=number,
        title=new.title,
        kind=new.kind,
        category=new.topic.code if new.topic else "",
        district=new.district.code if new.district else "",
        channel=new.channel,
        received_at=at,
    )
    inquiry = Inquiry(
        case=case,
        title=new.title,
        text=new.text,
        topic=new.topic,
        district=new.district,
        name=new.name,
        phone=new.phone,
        email=new.email,
        wants_public=new.wants_public,
        consented_at=at if new.consented else None,
        language=new.language,
        code_digest=code_digest(number, code_for(key)),
        submission_key=key_digest(key),
        source_ref=new.source_ref,
        entered_by_id=by.user_id,
    )
    held = hold_new(inquiry, history=history)
    step = Step("submit", held, by, at, new=True)
    step.data["content"] = digest_text(f"{new.title}\n{new.text}")
    step.attach(new.files, Attachment.Origin.CITIZEN)
    step.tell_citizen("received")
    step.tell_staff("submitted", role=Role.INTAKE)
    finish(step)
    index_for_desk(inquiry, new=True)
    return held
