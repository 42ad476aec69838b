"""Cases as lines of a list: with who handles them and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inquiries.labels import CHANNELS, KINDS, STATES
from inquiries.models import Inquiry
from sla.models import Case
from sla.standing import Horizon, Standing, standing_of, time_left


@dataclass(frozen=True, slots=True)
class Line:
    """One case in a list; the labels are in the reader's language."""

    case: Case
    standing: Standing
    left: str
    handler: str
    topic: str

    @property
    def state(self) -> str:
        return str(STATES[self.case.stage])

    @property
    def kind(self) -> str:
        return str(KINDS[self.case.kind])

    @property
    def channel(self) -> str:
        return str(CHANNELS[self.case.channel])


def lines_of(cases: Sequence[Case], seen_from: Horizon) -> list[Line]:
    """The lines of these cases, in order. One query, however many."""
    with_people = (
        Inquiry.objects.filter(case__in=[case.pk for case in cases])
        .select_related("handler", "topic")
        .only(
            "case_id",
            "handler__username",
            "handler__full_name",
            "topic__name",
            "topic__name_en",
        )
        .order_by()
    )
    known = {inquiry.case_id: inquiry for inquiry in with_people}
    return [_line(case, known[case.pk], seen_from) for case in cases]


def _line(case: Case, inquiry: Inquiry, seen_from: Horizon) -> Line:
    standing = standing_of(case, seen_from)
    return Line(
        case=case,
        standing=standing,
        left=time_left(case, standing, seen_from),
        handler=inquiry.handler.display_name if inquiry.handler else "",
        topic=inquiry.topic.label if inquiry.topic else "",
    )
