"""What the receipt of a new matter says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inquiries.models import Inquiry
from ledger.proof import fingerprint
from sla.explaining.explanation import Explanation, explanation_of, newest
from sla.models import Clock
from sla.targets import Target


@dataclass(frozen=True, slots=True)
class Receipt:
    """The matter as it was taken in; `proof` is the hash of its first ledger event."""

    inquiry: Inquiry
    acceptance: Clock | None
    reply: Explanation | None
    files: int
    proof: str


def receipt_of(number: str, now: datetime) -> Receipt | None:
    """The receipt of a matter, or None if there is no such number."""
    inquiry = (
        Inquiry.objects.select_related("case", "topic", "district")
        .filter(case__number=number)
        .first()
    )
    if inquiry is None:
        return None
    clocks = list(
        inquiry.case.clocks.filter(target__in=[Target.ACCEPTANCE, Target.REPLY])
        .select_related("policy", "calendar")
        .prefetch_related("pauses")
    )
    reply = newest(clocks, Target.REPLY)
    return Receipt(
        inquiry=inquiry,
        acceptance=newest(clocks, Target.ACCEPTANCE),
        reply=explanation_of(reply, now) if reply else None,
        files=inquiry.attachments.filter(event_seq=1).count(),
        proof=fingerprint(number),
    )
