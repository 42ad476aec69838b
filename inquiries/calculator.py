"""The public calculator: what a deadline would be, by the rules and the calendar now in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from inquiries.queries.promises import STREAM
from sla.calendars import compiled
from sla.explaining.explanation import Explanation, imagined
from sla.models import Policy
from sla.policies import NoPolicy, book_of, promise_of
from sla.targets import Target
from sla.worktime import Promise

MOST = 365
"""The longest allowance one can ask for, in any unit."""

FIRST, LAST = date(2000, 1, 1), date(2090, 12, 31)
"""Days one can begin on; the engine's own horizon lies further off."""

NINE = time(9)
"""When a day begins for those who give no time."""


@dataclass(frozen=True, slots=True)
class Question:
    """From when, and either the kind of a matter or `n` units."""

    day: date
    at: time = NINE
    kind: str = ""
    n: int = 1
    unit: str = Policy.Unit.WORKING_DAYS

    @property
    def start(self) -> datetime:
        return datetime.combine(self.day, self.at, timezone.get_current_timezone())


def answer(question: Question, now: datetime) -> Explanation:
    """When it is due and why. Raises NoPolicy where nothing has been set up, HorizonError."""
    book = book_of(STREAM)
    if question.kind:
        policy = book.find(Target.REPLY, question.kind, now)
        calendar = compiled(policy.calendar)
        return imagined(calendar, promise_of(policy), question.start, policy.basis_label)
    newest = book.newest(Target.REPLY, now)
    if newest is None:
        raise NoPolicy(f"{STREAM}/{Target.REPLY}: no policy active at {now}")
    return imagined(compiled(newest.calendar), Promise(question.unit, question.n), question.start)
