"""What supervision is told about inquiries: the words for their codes, and their own checks."""

from __future__ import annotations

from inquiries import labels, verification
from inquiries.models import District, Topic
from sla import streams


def _topics() -> dict[str, str]:
    return {topic.code: topic.label for topic in Topic.objects.all()}


def _districts() -> dict[str, str]:
    return {district.code: district.label for district in District.objects.all()}


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
            topics=_topics,
            districts=_districts,
            check=verification.check,
        )
    )
