"""The privacy check: what everybody would read, with personal data hidden and pointed out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.masking import IN_ANSWERS, KINDS, Finding, Kind, find, mask
from inquiries.models import Inquiry, Reply

KIND_LABELS: dict[Kind, Promise] = {
    "email": _("e-mail address"),
    "id_card": _("identity number"),
    "bank_card": _("bank card or long number"),
    "mobile": _("mobile number"),
    "landline": _("landline number"),
    "account": _("WeChat or QQ account"),
    "plate": _("number plate"),
    "address": _("address"),
    "name": _("person's name"),
}


@dataclass(frozen=True, slots=True)
class PublicWords:
    """Exactly what everybody will be able to read."""

    title: str
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `finding` names the personal data in it, if it is some."""

    text: str
    finding: Promise | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The words in pieces, personal data marked, and how many of each kind were found."""

    title: list[Piece]
    question: list[Piece]
    text: list[Piece]
    counts: list[tuple[Promise, int]]


def people_of(inquiry: Inquiry) -> list[str]:
    """The citizens whose names belong to the matter: its own, and those of cases merged into it."""
    return [inquiry.name, *(other.name for other in inquiry.merged.all())]


def proposed(inquiry: Inquiry, reply: Reply, names: Iterable[str]) -> PublicWords:
    """The citizen's and the department's words with personal data hidden."""
    known = list(names)
    return PublicWords(
        title=mask(inquiry.title, known),
        question=mask(inquiry.text, known),
        text=mask(reply.text, known, kinds=IN_ANSWERS),
    )


def proposed_comment(inquiry: Inquiry) -> str:
    """What the citizen said of the published answer when rating it, personal data hidden."""
    reply = inquiry.published_reply()
    if reply is None or reply.approved_at is None:
        return ""
    said = inquiry.remarks.filter(move="rate", at__gte=reply.approved_at)
    later = inquiry.replies.filter(round__gt=reply.round, approved_at__isnull=False).first()
    if later is not None and later.approved_at is not None:
        said = said.filter(at__lt=later.approved_at)
    return mask(said.values_list("text", flat=True).last() or "", people_of(inquiry))


def checked(words: PublicWords, names: Iterable[str]) -> Checked:
    """Point out the personal data in some words."""
    known = list(names)
    counts: Counter[Kind] = Counter()

    def pieces(text: str, kinds: Collection[Kind] = KINDS) -> list[Piece]:
        found = find(text, known, kinds=kinds)
        counts.update(finding.kind for finding in found)
        return _cut(text, found)

    return Checked(
        pieces(words.title),
        pieces(words.question),
        pieces(words.text, IN_ANSWERS),
        [(KIND_LABELS[kind], counts[kind]) for kind in KINDS if counts[kind]],
    )


def _cut(text: str, findings: Iterable[Finding]) -> list[Piece]:
    pieces, end = [], 0
    for finding in findings:
        if finding.start > end:
            pieces.append(Piece(text[end : finding.start]))
        pieces.append(Piece(text[finding.start : finding.end], KIND_LABELS[finding.kind]))
        end = finding.end
    return [*pieces, Piece(text[end:])] if end < len(text) else pieces
