"""Everything the case page shows, read with a fixed number of queries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import override

from accounts.actors import Actor, Role
from accounts.models import Department
from accounts.models.user import ROLE_LABELS
from foundation.templatetags.huiying import local_date
from inquiries.consequences import Outlook
from inquiries.facts import facts_of
from inquiries.models import (
    Attachment,
    ExtensionRequest,
    FollowUp,
    Inquiry,
    Remark,
    ReopenRequest,
    Reply,
    ReplyTemplate,
    Support,
)
from inquiries.policy import Facts, allowed_moves, may_read_ratings, may_see
from inquiries.queries.timeline import OF_SUPERVISION, Step, departments_in, timeline
from inquiries.queries.visible import sees_house
from inquiries.states import MOVES, State
from ledger.models import Event
from sla.models import Clock, ClockPause, Survey
from sla.standing import (
    Horizon,
    Standing,
    left_until,
    standing_of,
    standing_of_clock,
    time_left,
)
from sla.targets import ClockState, Target

Row = TypeVar("Row", bound=Model)

NAMED = ("title", "case__number", "case__department")
"""What is shown of another case."""

EARLIER = 5
"""How many earlier cases of the same person are listed; more are only said to exist."""

FOR_SUPERVISION = (Remark.Audience.SURVEY, Remark.Audience.SUPERVISOR)
RELATED = ("case__department", "topic", "district", "handler")
SELDOM = {
    "has_files": Attachment.objects.filter(inquiry=OuterRef("pk")),
    "has_supports": Support.objects.filter(inquiry=OuterRef("pk")),
    "has_extensions": ExtensionRequest.objects.filter(inquiry=OuterRef("pk")),
    "has_merged": Inquiry.objects.filter(merged_into=OuterRef("pk")),
}
"""What most cases have nothing of: one query tells, and spares one for each."""


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock as the page shows it."""

    clock: Clock
    standing: Standing
    left: str
    paused_since: datetime | None

    @property
    def label(self) -> str:
        return self.clock.get_target_display()


@dataclass(frozen=True, slots=True)
class Other:
    """A case this one has to do with; its title is shown only if the reader may open it."""

    inquiry: Inquiry
    openable: bool


@dataclass
class CasePage:
    """What the page shows of one case to one person at one instant."""

    inquiry: Inquiry
    actor: Actor
    seen_from: Horizon
    facts: Facts
    moves: list[str]
    outlook: Outlook
    events: list[Event]
    steps: list[Step]
    reads_ratings: bool
    notes: list[Remark]
    clocks: list[ClockLine]
    files: list[Attachment]
    supports: list[Support]
    replies: list[Reply]
    extensions: list[ExtensionRequest]
    reopenings: list[ReopenRequest]
    surveys: list[Survey]
    follow_ups: list[FollowUp]
    survivor: Other | None
    merged: list[Other]
    earlier: list[Other]
    more_earlier: bool
    templates: list[ReplyTemplate] = field(default_factory=list)

    @property
    def standing(self) -> Standing:
        return standing_of(self.inquiry.case, self.seen_from)

    @property
    def left(self) -> str:
        return time_left(self.inquiry.case, self.standing, self.seen_from)

    @property
    def draft(self) -> Reply | None:
        """The reply under way in this round, not yet sent."""
        current = [r for r in self.replies if r.round == self.inquiry.case.round]
        return current[0] if current and current[0].approved_at is None else None

    @property
    def sent(self) -> list[Reply]:
        return [reply for reply in self.replies if reply.approved_at is not None]

    @property
    def rating(self) -> int | None:
        """The last rating, for those who may read it."""
        return self.inquiry.case.rating if self.reads_ratings else None

    @property
    def pending_extension(self) -> ExtensionRequest | None:
        return next((r for r in self.extensions if r.granted is None), None)

    @property
    def pending_reopening(self) -> ReopenRequest | None:
        return next((r for r in self.reopenings if r.granted is None), None)


def find_case(number: str, actor: Actor, at: datetime) -> Inquiry | None:
    """The inquiry with this number, if the actor may see it."""
    inquiries = Inquiry.objects.select_related(*RELATED).filter(case__number=number)
    inquiry = inquiries.annotate(**{name: Exists(rows) for name, rows in SELDOM.items()}).first()
    if inquiry is None:
        return None
    seen = may_see(actor, inquiry.basic_facts())
    if not seen:  # perhaps as a supporting department, which takes a query to know
        seen = may_see(actor, facts_of(inquiry, at, moves=["note"]))
    return inquiry if seen else None


def case_page(inquiry: Inquiry, actor: Actor, seen_from: Horizon) -> CasePage:
    """Read all of a case that its page shows."""
    case = inquiry.case
    facts = facts_of(inquiry, seen_from.at, moves=_conceivable(inquiry, actor))
    moves = allowed_moves(actor, facts)
    surveys = list(case.surveys.order_by("round")) if case.replied_at else []
    reads_ratings = may_read_ratings(actor, [survey.handler_id for survey in surveys])
    events = list(Event.objects.filter(case_number=case.number).order_by("seq"))
    remarks = list(inquiry.remarks.all())
    if not reads_ratings:
        events = [event for event in events if event.move not in OF_SUPERVISION]
        remarks = [remark for remark in remarks if remark.audience not in FOR_SUPERVISION]
    names = {d.pk: d.label for d in Department.objects.filter(pk__in=departments_in(events))}
    clocks = _clocks(inquiry, seen_from, reads_ratings=reads_ratings)
    dispatched = bool(case.department_id or case.returns or case.replied_at)
    asked = inquiry.extension_requests.select_related("requested_by")
    extensions = _rows(inquiry, "has_extensions", asked)
    supports = inquiry.supports.select_related("department", "contributed_by")
    merged = inquiry.merged.select_related("case").only(*NAMED)
    replies = inquiry.replies.select_related(
        "drafted_by", "approved_by", "published_by", "comment_shown_by"
    )
    found = _earlier(inquiry)
    return CasePage(
        inquiry=inquiry,
        actor=actor,
        seen_from=seen_from,
        facts=facts,
        moves=moves,
        outlook=_outlook(inquiry, seen_from, clocks, extensions, facts),
        events=events,
        steps=timeline(events, remarks, names),
        notes=[remark for remark in remarks if remark.move == "note"],
        clocks=clocks,
        files=_rows(inquiry, "has_files", inquiry.attachments.all()),
        supports=_rows(inquiry, "has_supports", supports),
        replies=list(replies) if dispatched else [],
        extensions=extensions,
        reopenings=list(inquiry.reopen_requests.select_related("decided_by"))
        if case.replied_at
        else [],
        reads_ratings=reads_ratings,
        surveys=surveys if reads_ratings else [],
        follow_ups=list(inquiry.follow_ups.select_related("done_by"))
        if reads_ratings and case.rating
        else [],
        survivor=_other(actor, inquiry.merged_into) if inquiry.merged_into else None,
        merged=[_other(actor, other) for other in _rows(inquiry, "has_merged", merged)],
        earlier=[_other(actor, other) for other in found[:EARLIER]],
        more_earlier=len(found) > EARLIER,
        templates=templates_for(inquiry) if "draft" in moves else [],
    )


def _rows(inquiry: Inquiry, name: str, rows: QuerySet[Row]) -> list[Row]:
    """The rows, unless `find_case` has seen that there are none."""
    return list(rows) if getattr(inquiry, name, True) else []


def templates_for(inquiry: Inquiry) -> list[ReplyTemplate]:
    """Reply templates of the case's topic first, then those for every topic."""
    wanted = Q(topic__isnull=True)
    if inquiry.topic_id is not None:
        wanted |= Q(topic_id=inquiry.topic_id)
    found = ReplyTemplate.objects.filter(wanted).select_related("topic")
    return sorted(found, key=lambda template: template.topic_id is None)


def filled_in(template: ReplyTemplate, inquiry: Inquiry) -> str:
    """A template's words with {name}, {number}, {title}, {date} of receipt and {department}."""
    department = inquiry.case.department
    with override(inquiry.language):
        received = local_date(inquiry.case.received_at)
    values = {
        "{date}": received,
        "{name}": inquiry.name,
        "{number}": inquiry.number,
        "{title}": inquiry.title,
        "{department}": department.name if department else "",
    }
    return re.sub(r"\{\w+\}", lambda mark: values.get(mark[0], mark[0]), template.text)


def events_since(page: CasePage, seen: int) -> list[Step]:
    """The steps made after version `seen`: every step raises the version by one."""
    departments: dict[int, str] = {}
    return timeline([event for event in page.events if event.seq > seen], (), departments)


def _conceivable(inquiry: Inquiry, actor: Actor) -> Iterable[str]:
    """Moves that state and role do not rule out, so that facts are gathered for no others."""
    return [
        name
        for name, move in MOVES.items()
        if State(inquiry.state) in move.sources
        and any(isinstance(who, Role) and who in actor.roles for who in move.who)
    ]


def _clocks(inquiry: Inquiry, seen_from: Horizon, *, reads_ratings: bool) -> list[ClockLine]:
    rows = inquiry.case.clocks.select_related("department")
    if not reads_ratings:
        rows = rows.exclude(target=Target.FOLLOW_UP)
    clocks = sorted(rows.order_by("id"), key=lambda clock: not clock.live)
    stand_still = [clock.pk for clock in clocks if clock.state == ClockState.PAUSED]
    since: dict[int, datetime] = {}
    if stand_still:
        pauses = ClockPause.objects.filter(clock__in=stand_still, until__isnull=True)
        since = dict(pauses.values_list("clock_id", "since"))
    standings = [(clock, standing_of_clock(clock, seen_from)) for clock in clocks]
    return [
        ClockLine(
            clock, standing, left_until(clock.due_at, standing, seen_from), since.get(clock.pk)
        )
        for clock, standing in standings
    ]


def _earlier(inquiry: Inquiry) -> list[Inquiry]:
    same = Q()
    if inquiry.phone:
        same |= Q(phone=inquiry.phone)
    if inquiry.email:
        same |= Q(email=inquiry.email)
    if not same:
        return []
    found = Inquiry.objects.filter(same).exclude(pk=inquiry.pk).select_related("case")
    return list(found.only(*NAMED).order_by("-pk")[: EARLIER + 1])


def _other(actor: Actor, other: Inquiry) -> Other:
    return Other(other, sees_house(actor) or other.case.department_id == actor.department_id)


def _outlook(
    inquiry: Inquiry,
    seen_from: Horizon,
    clocks: list[ClockLine],
    extensions: list[ExtensionRequest],
    facts: Facts,
) -> Outlook:
    case = inquiry.case
    standing = standing_of(case, seen_from)
    owner = str(ROLE_LABELS[Role.INTAKE])
    if inquiry.handler is not None:
        owner = inquiry.handler.display_name
    elif case.department is not None:
        owner = case.department.label
    pending = [request.amount for request in extensions if request.granted is None]
    return Outlook(
        stream=case.stream,
        kind=case.kind,
        category=case.category,
        at=seen_from.at,
        due_at=case.due_at,
        left=time_left(case, standing, seen_from),
        late=standing == Standing.OVERDUE,
        owner=owner,
        days_asked=pending[0] if pending else 0,
        room=facts.extension_room,
    )
