"""Cases as lines of a list: with who handles them and how they stand.

Lists are the pages people look at most, and a template is slow at looking things up: each line is
told here in the words and figures its row shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from foundation.moments import Moment, moment
from inquiries.labels import CHANNELS, KINDS, STATES
from inquiries.models import Inquiry
from sla.models import Case
from sla.standing import LABELS, Horizon, Standing, standing_of, time_left


@dataclass(frozen=True, slots=True)
class Line:
    """One case in a list; the words are in the reader's language."""

    case: Case
    number: str
    url: str
    title: str
    about: str
    stage: str
    state: str
    department: str
    handler: str
    topic: str
    received: Moment
    due: Moment | None
    standing: Standing
    stands: str
    left: str
    provisional: bool


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
    # One address is looked up; the others differ by their number only.
    address = reverse("desk:case", args=["NUMBER"])
    return [_line(case, known[case.pk], seen_from, address) for case in cases]


def _line(case: Case, inquiry: Inquiry, seen_from: Horizon, address: str) -> Line:
    standing = standing_of(case, seen_from)
    topic = inquiry.topic.label if inquiry.topic else ""
    about = [str(KINDS[case.kind]), str(CHANNELS[case.channel]), topic]
    return Line(
        case=case,
        number=case.number,
        url=address.replace("NUMBER", case.number),
        title=case.title,
        about=" · ".join(word for word in about if word),
        stage=case.stage,
        state=str(STATES[case.stage]),
        department=case.department.label if case.department else "",
        handler=inquiry.handler.display_name if inquiry.handler else "",
        topic=topic,
        received=moment(case.received_at),
        due=moment(case.due_at) if case.due_at else None,
        standing=standing,
        stands=str(LABELS.get(standing, "")),
        left=time_left(case, standing, seen_from),
        provisional=case.due_provisional,
    )
