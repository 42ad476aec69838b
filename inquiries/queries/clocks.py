"""Why every clock of a case is due when it is, for staff and for its citizen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inquiries.models import Inquiry
from inquiries.queries.promises import WHO
from sla.explaining.explanation import Explanation, Grant, explanation_of
from sla.models import Clock
from sla.models.policy import TARGET_LABELS
from sla.standing import Horizon, Standing, left_until, standing_of_clock
from sla.targets import PROMISES, WINDOWS, Target

FOR_CITIZENS: dict[Target, str | Promise] = {**WHO, Target.REPLY: _("We answer you")}
OF_CITIZENS = PROMISES | WINDOWS
"""What is promised to the citizen, and the time the citizen has; the rest is the house's."""


@dataclass(frozen=True, slots=True)
class ClockTold:
    """A clock with its explanation, which is None when the years concerned are beyond reach."""

    clock: Clock
    label: str | Promise
    standing: Standing
    left: str
    explanation: Explanation | None

    @property
    def target(self) -> str:
        return self.clock.target

    @property
    def department(self) -> str:
        return self.clock.department.label if self.clock.department else ""


def clocks_for_staff(inquiry: Inquiry, seen_from: Horizon) -> list[ClockTold]:
    """All clocks, the latest round and the citizen's deadlines first. Three queries."""
    return _told(inquiry, seen_from, TARGET_LABELS, for_staff=True)


def clocks_for_citizen(inquiry: Inquiry, seen_from: Horizon) -> list[ClockTold]:
    """The promises to the citizen and the citizen's own windows; no names of staff."""
    return _told(inquiry, seen_from, FOR_CITIZENS, for_staff=False)


def _told(
    inquiry: Inquiry,
    seen_from: Horizon,
    labels: Mapping[Target, str | Promise],
    *,
    for_staff: bool,
) -> list[ClockTold]:
    rows = inquiry.case.clocks.select_related("policy", "calendar", "department")
    if not for_staff:
        rows = rows.filter(target__in=OF_CITIZENS)
    clocks = sorted(
        rows.prefetch_related("pauses"),
        key=lambda clock: (-clock.round, clock.target not in OF_CITIZENS, clock.pk),
    )
    grants = grants_of(inquiry)
    found = []
    for clock in clocks:
        standing = standing_of_clock(clock, seen_from)
        found.append(
            ClockTold(
                clock=clock,
                label=labels[Target(clock.target)],
                standing=standing,
                left=left_until(clock.due_at, standing, seen_from),
                explanation=explanation_of(clock, seen_from.at, grants, for_staff=for_staff),
            )
        )
    return found


def grants_of(inquiry: Inquiry) -> list[Grant]:
    """The extensions granted in a case, oldest first."""
    return list(_grants(inquiry)) if inquiry.case.extensions else []


def _grants(inquiry: Inquiry) -> Iterable[Grant]:
    asked = inquiry.extension_requests.filter(granted=True).select_related("decided_by")
    for request in asked:
        if request.decided_at is not None:
            by = request.decided_by.display_name if request.decided_by else ""
            yield Grant(request.amount, request.decided_at, by)
