"""What supervision is told about inquiries: the words for their codes, and their own checks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from inquiries import labels, sifting, verification
from inquiries.models import District, Topic
from inquiries.states import BY_HAND
from sla import streams


def _topics() -> dict[str, str]:
    """The topics by their codes, those no longer offered too: rules may still speak of them."""
    return {topic.code: topic.label for topic in Topic.objects.all()}


def _districts() -> dict[str, str]:
    return {district.code: district.label for district in District.objects.all()}


def connect() -> None:
    """Register the stream; called once the apps are ready."""
    streams.register(
        streams.Stream(
            code="inquiry",
            name=_("Inquiries"),
            kinds=labels.KINDS,
            channels=labels.CHANNELS,
            stages=labels.STATES,
            exclusions=labels.EXCLUSIONS,
            ratings=labels.RATINGS,
            topics=_topics,
            by_hand=frozenset(BY_HAND),
            districts=_districts,
            sift=sifting.sift,
            check=verification.check,
        )
    )
