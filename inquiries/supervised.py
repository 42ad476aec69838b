"""What supervision is told about inquiries: the words for their codes, and their own checks."""

from __future__ import annotations

from inquiries import labels, verification
from inquiries.states import BY_HAND
from sla import streams


def connect() -> None:
    """Register the stream; called once the apps are ready."""
    streams.register(
        streams.Stream(
            code="inquiry",
            kinds=labels.KINDS,
            channels=labels.CHANNELS,
            stages=labels.STATES,
            exclusions=labels.EXCLUSIONS,
            ratings=labels.RATINGS,
            by_hand=frozenset(BY_HAND),
            check=verification.check,
        )
    )
