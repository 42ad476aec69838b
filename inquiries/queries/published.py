"""Published answers: read from their public words alone, never from the private ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.text import Truncator

from accounts.models import Department
from foundation.keyset import Page, paginate
from foundation.masking import Kind as MaskKind
from foundation.masking import mask
from inquiries.labels import KINDS
from inquiries.models import Reply, Topic
from inquiries.search import PUBLIC, matching
from sla.models import Case

STREAM = "inquiry"
PAGE_SIZE = 20
EXCERPT = 110
LOOKED_AT = 600
"""Characters of a text that a list masks: enough for an excerpt, with nothing cut in half."""

ALWAYS_MASKED: tuple[MaskKind, ...] = ("id_card", "bank_card", "mobile", "name")
"""Hidden once more after the privacy check. Addresses and landlines stay as the reviewer left
them: in answers they are the bureau's own."""

COLUMNS = {
    "number": "inquiry__case__number",
    "kind": "inquiry__case__kind",
    "received_at": "inquiry__case__received_at",
    "answer_days": "inquiry__case__answer_days",
    "department_id": "inquiry__case__department_id",
    "topic_id": "inquiry__topic_id",
    "name": "inquiry__name",
}
PUBLIC_FIELDS = (
    "public_title",
    "public_question",
    "public_text",
    "public_comment",
    "published_at",
    "approved_at",
)


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """One published question and answer, as everybody may read it."""

    number: str
    title: str
    question: str
    text: str
    kind: str
    kind_label: str | Promise
    department: Department | None
    topic: Topic | None
    received_at: datetime
    replied_at: datetime
    published_at: datetime
    answer_days: int | None
    comment: str = ""

    @property
    def excerpt(self) -> str:
        return Truncator(" ".join(self.question.split())).chars(EXCERPT)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader is looking for; empty words mean anything."""

    words: str = ""
    department: Department | None = None
    topic: Topic | None = None
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.department or self.topic or self.kind)


def published_cases(filters: Filters = Filters()) -> models.QuerySet[Case]:
    """The case lines of published answers."""
    cases = Case.objects.filter(stream=STREAM, published_at__isnull=False)
    wanted = Q()
    if filters.department is not None:
        wanted &= Q(department=filters.department)
    if filters.kind:
        wanted &= Q(kind=filters.kind)
    if filters.topic is not None:
        wanted &= Q(inquiry__topic=filters.topic)
    if filters.words:
        wanted &= Q(pk__in=matching(PUBLIC, filters.words).values("case_id"))
    return cases.filter(wanted).only("id", "published_at")


def answers_page(filters: Filters, cursor: str | None = None) -> Page[Case]:
    """One page of case lines, newest publication first; `answers_of` tells the words."""
    return paginate(
        published_cases(filters),
        order="-published_at",
        cursor=cursor,
        size=PAGE_SIZE,
        nulls_excluded=True,
    )


def newest_answers(count: int, filters: Filters = Filters()) -> list[PublicAnswer]:
    """The answers published last."""
    return answers_of(published_cases(filters).order_by("-published_at", "-pk")[:count])


def answers_of(cases: Iterable[Case], *, whole: bool = False) -> list[PublicAnswer]:
    """The published answers of these cases, in their order.

    Lists need only the beginning of the texts; `whole` gives all of them.
    """
    order = {case.pk: place for place, case in enumerate(cases)}
    rows = _rows(Q(inquiry__case__in=list(order)))
    rows.sort(key=lambda row: order[row["inquiry__case_id"]])
    return _read(rows, None if whole else LOOKED_AT)


def public_answer(number: str) -> PublicAnswer | None:
    """One published answer by its number; None if there is none, for whatever reason."""
    found = _read(_rows(Q(inquiry__case__number=number)), None)
    return found[0] if found else None


def _rows(which: Q) -> list[dict[str, Any]]:
    replies = Reply.objects.filter(which, published_at__isnull=False)
    current = replies.filter(inquiry__case__published_at__isnull=False).order_by("round")
    latest = {
        row["inquiry__case_id"]: row
        for row in current.values(*PUBLIC_FIELDS, "inquiry__case_id", *COLUMNS.values())
    }
    return list(latest.values())


def _read(rows: list[dict[str, Any]], length: int | None) -> list[PublicAnswer]:
    if not rows:
        return []
    departments = Department.objects.in_bulk([r[COLUMNS["department_id"]] for r in rows])
    topics = Topic.objects.in_bulk([r[COLUMNS["topic_id"]] for r in rows])
    return [_answer(row, departments, topics, length) for row in rows]


def as_public(text: str, names: Iterable[str]) -> str:
    """A confirmed text as the public pages show it; the privacy check shows it so, too."""
    return mask(text, names=names, kinds=ALWAYS_MASKED)


def _answer(
    row: dict[str, Any],
    departments: dict[int, Department],
    topics: dict[int, Topic],
    length: int | None,
) -> PublicAnswer:
    facts = {name: row[column] for name, column in COLUMNS.items()}

    def shown(text: str) -> str:
        return as_public(text[:length], [facts["name"]])

    return PublicAnswer(
        number=facts["number"],
        title=shown(row["public_title"]),
        question=shown(row["public_question"]),
        text=shown(row["public_text"]),
        kind=facts["kind"],
        kind_label=KINDS.get(facts["kind"], facts["kind"]),
        department=departments.get(facts["department_id"]),
        topic=topics.get(facts["topic_id"]),
        received_at=facts["received_at"],
        replied_at=row["approved_at"],
        published_at=row["published_at"],
        answer_days=facts["answer_days"],
        comment=shown(row["public_comment"]),
    )
