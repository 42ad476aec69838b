"""What a citizen sees of their own case: where it stands, what is asked, what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import CITIZEN
from foundation.masking import IN_ANSWERS, mask
from inquiries.facts import facts_of
from inquiries.labels import GROUNDS, KINDS, RATINGS, SENTENCES, STATES, WHERE_TO_GO
from inquiries.models import Attachment, Inquiry, Remark, Reply
from inquiries.policy import RATING_CHANGEABLE, refusal
from inquiries.queries.clocks import grants_of
from inquiries.queries.steps import Step, steps_of
from inquiries.states import ANSWERED, OPEN, Exclusion, State
from ledger.proof import fingerprint
from sla.explaining.explanation import Explanation, explanation_of, newest
from sla.models import Case, Clock
from sla.standing import Horizon, Standing, horizon, standing_of_clock
from sla.targets import Target

CITIZEN_MOVES = ("supply", "withdraw", "rate", "request_reopen")
SHOWN_CLOCKS = (Target.REPLY, Target.SUPPLEMENT, Target.SURVEY)

ANSWERED_AND_CLOSED = _("Your matter has been answered and is closed. The reply is below.")
LAPSED = _(
    "This matter was closed because nothing was supplied in time. You may write to us again."
)
SECOND_TIME = _("Your matter is being handled a second time.")
LATE = _(
    "The promised date has passed and you have no answer yet. We apologise. Supervisors have been"
    " told automatically and the delay is counted."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One round's reply as the citizen received it."""

    round: int
    text: str
    department: str
    at: datetime
    files: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything the page of one case shows."""

    inquiry: Inquiry
    sentence: str | Promise
    apology: str | Promise
    state: str | Promise
    kind: str | Promise
    standing: Standing
    due_at: datetime | None
    days_left: int
    provisional: bool
    explanation: Explanation | None
    steps: list[Step]
    asked: str
    supplement_due: datetime | None
    rate_until: datetime | None
    answers: list[Answer]
    merged_answer: Answer | None
    files: list[Attachment]
    moves: frozenset[str]
    rating: str | Promise
    ground: str | Promise
    where_to_go: str | Promise
    proof: str

    @property
    def latest(self) -> Answer | None:
        return self.answers[-1] if self.answers else None

    @property
    def earlier(self) -> list[Answer]:
        return self.answers[:-1]


def find_case(number: str) -> Inquiry | None:
    """An inquiry with all that its page needs in one row."""
    rows = Inquiry.objects.select_related(
        "case__department", "topic", "district", "merged_into__case__department"
    )
    return rows.filter(case__number=number).first()


def case_page(inquiry: Inquiry, now: datetime) -> CasePage:
    """The page of a case the visitor has opened."""
    case = inquiry.case
    clocks = _clocks(case)
    seen_from = horizon(now)
    reply = newest(clocks, Target.REPLY)
    standing = _standing(inquiry, reply, seen_from)
    attachments = list(inquiry.attachments.exclude(origin=Attachment.Origin.STAFF))
    due_at = reply.due_at if reply and standing != Standing.NONE else None
    running = standing in (Standing.ON_TIME, Standing.DUE_SOON)
    told = reply if standing != Standing.NONE else None
    survey = newest(clocks, Target.SURVEY)
    supplement = newest(clocks, Target.SUPPLEMENT)
    return CasePage(
        inquiry=inquiry,
        sentence=sentence_of(inquiry),
        apology=LATE if standing == Standing.OVERDUE and inquiry.state in OPEN else "",
        state=STATES[inquiry.state],
        kind=KINDS.get(case.kind, case.kind),
        standing=standing,
        due_at=due_at,
        days_left=seen_from.days_left(due_at) if due_at and running else 0,
        provisional=bool(due_at and reply and reply.provisional and inquiry.state in OPEN),
        explanation=explanation_of(told, now, grants_of(inquiry)) if told else None,
        steps=steps_of(inquiry),
        asked=_asked(inquiry),
        supplement_due=supplement.due_at if supplement and supplement.live else None,
        rate_until=_rate_until(case, survey),
        answers=_answers(inquiry, attachments),
        merged_answer=_merged_answer(inquiry),
        files=[file for file in attachments if file.origin == Attachment.Origin.CITIZEN],
        moves=moves_of(inquiry, now),
        rating=_rating(inquiry),
        ground=GROUNDS.get(inquiry.ground, ""),
        where_to_go=WHERE_TO_GO.get(inquiry.ground, ""),
        proof=fingerprint(case.number),
    )


def sentence_of(inquiry: Inquiry) -> str | Promise:
    """Where the case stands, in words everybody understands."""
    if inquiry.case.exclusion == Exclusion.LAPSED:
        return LAPSED
    if inquiry.state == State.CLOSED:
        return ANSWERED_AND_CLOSED
    if inquiry.state == State.IN_PROGRESS and inquiry.case.round > 1:
        return SECOND_TIME
    return SENTENCES[inquiry.state]


def moves_of(inquiry: Inquiry, now: datetime) -> frozenset[str]:
    """What the citizen may do now."""
    facts = facts_of(inquiry, now, moves=CITIZEN_MOVES)
    return frozenset(move for move in CITIZEN_MOVES if refusal(CITIZEN, move, facts) is None)


def _clocks(case: Case) -> list[Clock]:
    clocks = case.clocks.filter(target__in=SHOWN_CLOCKS)
    return list(clocks.select_related("policy", "calendar").prefetch_related("pauses"))


def _standing(inquiry: Inquiry, reply: Clock | None, seen_from: Horizon) -> Standing:
    if reply is None or inquiry.case.excluded_at is not None:
        return Standing.NONE
    found = standing_of_clock(reply, seen_from)
    return Standing.NONE if found == Standing.CANCELLED else found


def _asked(inquiry: Inquiry) -> str:
    """What the citizen is asked to supply; empty unless the case waits for it."""
    if inquiry.state != State.AWAITING_CITIZEN:
        return ""
    asked = inquiry.remarks.filter(move="ask_supplement", audience=Remark.Audience.CITIZEN)
    return asked.values_list("text", flat=True).last() or ""


def _answers(inquiry: Inquiry, attachments: list[Attachment]) -> list[Answer]:
    if inquiry.case.replied_at is None:
        return []
    replies = list(inquiry.replies.filter(approved_at__isnull=False).order_by("round"))
    department = inquiry.case.department
    found = []
    for reply in replies:
        assert reply.approved_at is not None
        files = [
            file
            for file in attachments
            if file.origin == Attachment.Origin.REPLY and file.at == reply.approved_at
        ]
        label = department.label if department else ""
        found.append(Answer(reply.round, reply.text, label, reply.approved_at, files))
    return found


def _merged_answer(inquiry: Inquiry) -> Answer | None:
    """The answer of the case this one was merged into, without the other citizen's data."""
    survivor = inquiry.merged_into
    if survivor is None or survivor.state not in ANSWERED or survivor.case.replied_at is None:
        return None
    rows = Reply.objects.filter(inquiry=survivor, approved_at__isnull=False)
    reply = rows.order_by("-round").first()
    if reply is None or reply.approved_at is None:
        return None
    text = mask(reply.text, names=[survivor.name], kinds=IN_ANSWERS)
    department = survivor.case.department
    label = department.label if department else ""
    return Answer(reply.round, text, label, reply.approved_at)


def _rate_until(case: Case, window: Clock | None) -> datetime | None:
    """Until when the answer can be rated, or the rating changed."""
    given = case.surveys.filter(round=case.round, rated_at__isnull=False)
    if (rated_at := given.values_list("rated_at", flat=True).first()) is not None:
        return rated_at + RATING_CHANGEABLE
    return window.due_at if window and window.live else None


def _rating(inquiry: Inquiry) -> str | Promise:
    """The rating of the present round, once given."""
    rated = inquiry.case.surveys.filter(round=inquiry.case.round, rating__isnull=False)
    value = rated.values_list("rating", flat=True).first()
    return RATINGS[value] if value is not None else ""
