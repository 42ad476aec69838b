"""The survey a link leads to, as far as whoever has the link may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from accounts.actors import CITIZEN
from inquiries.codes import token_digest
from inquiries.facts import facts_of
from inquiries.labels import RATINGS
from inquiries.models import Inquiry
from inquiries.policy import RATING_CHANGEABLE, refusal
from sla.models import Survey
from sla.targets import Target


@dataclass(frozen=True, slots=True)
class Asked:
    """The question put to the citizen, and the answer so far. `open`: a vote is taken now."""

    inquiry: Inquiry
    asked_at: datetime
    rating: str | Promise
    until: datetime | None
    open: bool


def asked_by(token: str, now: datetime) -> Asked | None:
    """The survey of a link; None if there is no such link, or its time was over unanswered.

    A rating once given is still shown after it can no longer be changed, until the answer is
    handled anew.
    """
    survey = Survey.objects.filter(token=token_digest(token)).first()
    if survey is None:
        return None
    inquiry = Inquiry.objects.select_related("case__department").get(case_id=survey.case_id)
    if survey.round != inquiry.case.round:
        return None
    open_ = refusal(CITIZEN, "rate", facts_of(inquiry, now, moves=["rate"])) is None
    if survey.rated_at is None:
        return Asked(inquiry, survey.asked_at, "", _window_end(survey), open_) if open_ else None
    rating = RATINGS[survey.rating or 0]
    until = survey.rated_at + RATING_CHANGEABLE
    return Asked(inquiry, survey.asked_at, rating, until, open_)


def _window_end(survey: Survey) -> datetime | None:
    clocks = survey.case.clocks.filter(target=Target.SURVEY, round=survey.round)
    return clocks.values_list("due_at", flat=True).first()
