"""The deadlines in force, each with what it rests on, for the page that explains them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inquiries.labels import KINDS
from inquiries.states import Kind
from sla.explaining.explanation import length
from sla.models import Policy
from sla.policies import NoPolicy, book_of
from sla.targets import Target

STREAM = "inquiry"
WHO: dict[Target, str | Promise] = {
    Target.ACCEPTANCE: gettext_lazy("We tell you whether your matter is taken up"),
    Target.SUPPLEMENT: gettext_lazy("You supply what you were asked for"),
    Target.SURVEY: gettext_lazy("You can rate the answer"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One deadline: what for, how long, the most with extensions, and its basis."""

    what: str
    policy: Policy

    @property
    def length(self) -> str:
        return length(self.policy.amount, self.policy.unit)

    @property
    def most(self) -> str:
        cap = self.policy.cap
        return "" if cap is None else length(cap, self.policy.unit)


def promises(now: datetime) -> list[Line]:
    """Acceptance, the reply for each kind, then what the citizen has time for. One query."""
    book = book_of(STREAM)
    found: list[Line] = []

    def add(what: str, target: Target, kind: str = "") -> None:
        try:
            found.append(Line(what, book.find(target, kind, now)))
        except NoPolicy:
            return

    add(str(WHO[Target.ACCEPTANCE]), Target.ACCEPTANCE)
    for kind in Kind:
        add(_("We answer: %(kind)s") % {"kind": KINDS[kind]}, Target.REPLY, kind)
    for target in (Target.SUPPLEMENT, Target.SURVEY):
        add(str(WHO[target]), target)
    return found
