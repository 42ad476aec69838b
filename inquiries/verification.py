"""Proving that inquiries agree with their case lines, their clocks and the ledger.

Run by `manage.py verify` after the checks of figures and clocks. The ledger is replayed: every
change of state must be an edge of the graph, and what the events say became of each fact must be
what the rows say now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from inquiries.models import Attachment, ExtensionRequest, FollowUp, Inquiry, Remark, Reply
from inquiries.retelling import Retelling
from inquiries.states import MOVES, RESUMABLE, RETURNS_TO_SOURCE, State
from inquiries.workflow.step import CASE_FACTS, INQUIRY_FACTS
from ledger.chain import Link, digest_text
from sla.figures.measures import measures
from sla.figures.recording import line_of
from sla.models import Clock, Survey
from sla.policies import NoPolicy, book_of
from sla.proving.tally import Tally
from sla.proving.verification import Batch, Difference
from sla.targets import Target

LIVE: dict[str, frozenset[str]] = {
    State.SUBMITTED: frozenset({Target.ACCEPTANCE, Target.REPLY}),
    State.ACCEPTED: frozenset({Target.DISPATCH, Target.REPLY}),
    State.ASSIGNED: frozenset({Target.SIGN_FOR, Target.DEPARTMENT, Target.REPLY}),
    State.IN_PROGRESS: frozenset({Target.DEPARTMENT, Target.REPLY}),
    State.IN_REVIEW: frozenset({Target.REVIEW, Target.DEPARTMENT, Target.REPLY}),
    State.REPLIED: frozenset({Target.SURVEY}),
}
"""The clocks that run in a state. While the citizen is asked to supplement, those of the state
the case will return to are live as well as the supplement's."""

EXTENDABLE = frozenset({State.IN_PROGRESS, State.IN_REVIEW, State.AWAITING_CITIZEN})
"""States in which, or after which, a request for an extension can still be decided on."""

REDATE = "redate"
"""An event that is no move: a changed calendar or rule has moved dates. Open forms stay good."""

SWEPT = frozenset({"case.verdict", "case.verdict_at"})
"""Facts the sweep writes without an event; they follow from the clocks."""


UNSAID = {"case.district": ""}
"""What a fact is where no event ever said anything of it."""


def live_in(state: str, resume_state: str) -> frozenset[str]:
    """The clocks that must be live in a state; `resume_state` is where a case returns to."""
    if state == State.AWAITING_CITIZEN:
        return LIVE.get(resume_state, frozenset()) | {Target.SUPPLEMENT}
    return LIVE.get(state, frozenset())


def live_targets(inquiry: Inquiry) -> frozenset[str]:
    """The clocks that must be live in the state an inquiry is in."""
    return live_in(inquiry.state, inquiry.resume_state)


@dataclass(slots=True)
class Rows:
    """What hangs on one inquiry."""

    events: Sequence[Link] = ()
    clocks: Sequence[Clock] = ()
    surveys: Sequence[Survey] = ()
    follow_ups: list[FollowUp] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    extension_pending: bool = False


STREAM = "inquiry"


def check(batch: Batch, retold: Tally) -> Iterator[Difference]:
    """All differences of a batch's inquiries. What each counts as after the ledger is added to
    `retold`."""
    cases = {case.pk: case for case in batch.cases if case.stream == STREAM}
    inquiries = {row.case_id: row for row in Inquiry.objects.filter(case_id__in=cases)}
    found = _rows(batch, list(inquiries.values()))
    for pk, case in cases.items():
        inquiry = inquiries.get(pk)
        if inquiry is None:
            yield Difference("states", case.number, "no inquiry goes with the case line")
            continue
        inquiry.case = case
        for name, detail in faults(inquiry, found[inquiry.pk], retold):
            yield Difference(name, case.number, detail)


def _rows(batch: Batch, inquiries: Sequence[Inquiry]) -> dict[int, Rows]:
    """Everything the checks of a few inquiries read, in five statements more."""
    numbers = {case.pk: case.number for case in batch.cases}
    found = {
        inquiry.pk: Rows(
            events=batch.chains.get(numbers[inquiry.case_id], ()),
            clocks=[c for c in batch.clocks.get(inquiry.case_id, ()) if c.finished_at is None],
            surveys=batch.surveys.get(inquiry.case_id, ()),
        )
        for inquiry in inquiries
    }
    for task in FollowUp.objects.filter(inquiry_id__in=found).order_by("pk"):
        found[task.inquiry_id].follow_ups.append(task)
    for reply in Reply.objects.filter(inquiry_id__in=found):
        found[reply.inquiry_id].replies.append(reply)
    for remark in Remark.objects.filter(inquiry_id__in=found).order_by("pk"):
        found[remark.inquiry_id].remarks.append(remark)
    asked = ExtensionRequest.objects.filter(inquiry_id__in=found, granted__isnull=True)
    for inquiry_id in asked.values_list("inquiry_id", flat=True):
        found[inquiry_id].extension_pending = True
    for file in Attachment.objects.filter(inquiry_id__in=found).order_by("pk"):
        found[file.inquiry_id].files.append(file)
    return found


Fault = tuple[str, str]
"""The check that saw it, and what it is."""


def faults(inquiry: Inquiry, rows: Rows, retold: Tally) -> Iterator[Fault]:
    """What is wrong with one inquiry."""
    yield from _states(inquiry, rows)
    yield from _owner(inquiry)
    yield from _requests(inquiry, rows)
    story = Story(inquiry)
    for event in rows.events:
        story.read(event)
    for detail in story.wrong:
        yield "graph", detail
    yield from _outcome(inquiry, rows, story)
    yield from _words(inquiry, rows, story)
    yield from _counts(inquiry, rows, retold)


def _counts(inquiry: Inquiry, rows: Rows, retold: Tally) -> Iterator[Fault]:
    """Whether the case line counts as its events say; `measures` defines what is counted."""
    told = Retelling()
    try:
        for event in rows.events:
            told.read(event.move, event.at, event.data)
        line = told.line(swept=bool(inquiry.case.verdict))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        yield "recount", f"its events cannot be counted: {error}"
        return
    must = measures(line)
    retold.add(must)
    written = replace(line_of(inquiry.case, rows.surveys), due_at=None, paused_at=None)
    if written == line:
        return
    has = measures(written)
    for cell in sorted({*must, *has}):
        if must[cell] != has[cell]:
            key = cell.key
            found = f"{cell.measure} of {key.day} ({key.basis}) is {has[cell]}"
            yield "recount", f"{found}, its events say {must[cell]}"


def _states(inquiry: Inquiry, rows: Rows) -> Iterator[Fault]:
    case = inquiry.case
    if case.stage != inquiry.state:
        yield "states", f"the inquiry is {inquiry.state}, its case line says {case.stage}"
    if case.title != inquiry.title:
        yield "states", "the case line has another title"
    live = {clock.target for clock in rows.clocks}
    waiting = Target.FOLLOW_UP in live
    if waiting != any(not task.outcome for task in rows.follow_ups):
        yield "states", f"a low rating to follow up, its clock is {'live' if waiting else 'over'}"
    live.discard(Target.FOLLOW_UP)
    if live != live_targets(inquiry) and not _review_untimed(inquiry, rows, live):
        wanted = ", ".join(sorted(live_targets(inquiry))) or "none"
        yield "states", f"{inquiry.state} with live clocks {sorted(live)}, not {wanted}"
    ended = not live - {Target.SURVEY}
    if (case.ended_at is not None) != ended:
        yield "states", f"{inquiry.state}, ended {case.ended_at}"


def _review_untimed(inquiry: Inquiry, rows: Rows, live: set[str]) -> bool:
    """Whether only the review's clock is missing, and there was no rule for it on submission."""
    if live | {Target.REVIEW} != live_targets(inquiry):
        return False
    case = inquiry.case
    reply = next((r for r in rows.replies if r.round == case.round), None)
    if reply is None or reply.submitted_at is None:
        return False
    try:
        book_of(case.stream).find(
            Target.REVIEW,
            case.kind,
            reply.submitted_at,
            category=case.category,
            department_id=case.department_id,
        )
    except NoPolicy:
        return True
    return False


def _requests(inquiry: Inquiry, rows: Rows) -> Iterator[Fault]:
    """Whether somebody can still decide on every request for an extension."""
    if rows.extension_pending and inquiry.state not in EXTENDABLE:
        yield "states", f"{inquiry.state} with an extension still asked for"


def _owner(inquiry: Inquiry) -> Iterator[Fault]:
    department, handler = inquiry.case.department_id, inquiry.handler_id
    if wrong_owner(inquiry.state, inquiry.resume_state, department is None, handler is None):
        state = f"{inquiry.state}, to return to {inquiry.resume_state or 'nothing'},"
        yield "states", f"{state} with department {department} and handler {handler}"


def wrong_owner(state: str, resume_state: str, no_department: bool, no_handler: bool) -> bool:
    """Every state has one owner: intake, a department, or an officer of it. A case that waits for
    the citizen has that of the state it returns to."""
    if state == State.AWAITING_CITIZEN and resume_state not in RESUMABLE:
        return True
    match resume_state if state == State.AWAITING_CITIZEN else state:
        case State.SUBMITTED | State.ACCEPTED:
            return not (no_department and no_handler)
        case State.ASSIGNED:
            return no_department or not no_handler
        case State.IN_PROGRESS | State.IN_REVIEW | State.REPLIED:
            return no_department or no_handler
    return False


def step_fault(
    move: str, before: str | None, old: str | None, new: str | None, resume_state: str | None
) -> str:
    """What is wrong with a move that says it led from `old` to `new`, of a case that was in
    `before`: nothing, if it is an edge of the graph."""
    known = MOVES.get(move)
    if known is None:
        return "there is no such move"
    if old != before:
        return f"leaves {old}, the case was {before}"
    if before not in (known.sources or (None,)):
        return f"is no move out of {before}"
    if new != (known.target or (resume_state if move == RETURNS_TO_SOURCE else before)):
        return f"does not lead from {before} to {new}"
    return ""


class Story:
    """What a case's events, read in order, say became of it."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.facts: dict[str, Any] = {}
        self.round = 1
        self.drafts: dict[int, str] = {}
        self.ratings: dict[int, int] = {}
        self.outcomes: list[str] = []
        self.comments: dict[int, str] = {}
        self.public: tuple[int, str] | None = None
        self.content = ""
        self.words: dict[int, list[str]] = {}
        self.files: dict[int, list[str]] = {}
        self.wrong: list[str] = []
        self.last = self.moves = 0

    def read(self, event: Link) -> None:
        """Follow one event; one that cannot be followed is noted as wrong."""
        try:
            self._read(event, event.data)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            self.wrong.append(f"event {event.seq}, {event.move}: cannot be read: {error}")

    def _read(self, event: Link, data: dict[str, Any]) -> None:
        if event.move != REDATE:
            self._step(event)
            self.moves += 1
        self.facts |= {name: change[1] for name, change in data.get("changes", {}).items()}
        self._later_facts(event)
        self.round = self.facts.get("case.round", 1)
        for name in ("draft", "reply"):
            if name in data:
                self.drafts[self.round] = data[name]
        if "rating" in data:
            self.ratings[self.round] = data["rating"]
        if "follow_up" in data:
            self.outcomes[-1 if data["follow_up"] else len(self.outcomes) :] = [data["follow_up"]]
        if "comment" in data:
            self.comments[data["comment_round"]] = data["comment"]
        if "public" in data:
            self.public = (data.get("public_round", self.round), data["public"])
        self.content = data.get("content", self.content)
        self.words[event.seq] = data.get("words", [])
        self.files[event.seq] = data.get("files", [])
        self.last = event.seq

    def _later_facts(self, event: Link) -> None:
        """Facts the case line came to keep later: what older events, which do not mention them,
        make of them."""
        if event.move == "assign":
            self.facts.setdefault("case.dispatched_at", event.at.isoformat())
        changes = event.data.get("changes", {})
        if "inquiry.handler_id" in changes and "case.handler_id" not in changes:
            self.facts["case.handler_id"] = changes["inquiry.handler_id"][1]

    def _step(self, event: Link) -> None:
        """Note a change of state that is no edge of the graph."""
        before = self.facts.get("inquiry.state")
        old, new = event.data.get("changes", {}).get("inquiry.state", (before, before))
        fault = step_fault(event.move, before, old, new, self.facts.get("inquiry.resume_state"))
        if fault:
            self.wrong.append(f"event {event.seq}, {event.move}: {fault}")


def _outcome(inquiry: Inquiry, rows: Rows, story: Story) -> Iterator[Fault]:
    """Whether the rows are what the events made them."""
    if inquiry.version != story.moves:
        ends = f"the ledger ends with event {story.last}, {story.moves} of them moves"
        yield "ledger", f"version {inquiry.version}, {ends}"
    names = [f"case.{name}" for name in CASE_FACTS] + [f"inquiry.{name}" for name in INQUIRY_FACTS]
    for name in names:
        owner, attribute = name.split(".")
        has = getattr(inquiry.case if owner == "case" else inquiry, attribute)
        must = story.facts.get(name, UNSAID.get(name))
        if name not in SWEPT and not _same(name, has, must):
            yield "ledger", f"{name} is {has}, the ledger says {must}"
    ratings = {s.round: s.rating for s in rows.surveys if s.rating is not None}
    if ratings != story.ratings:
        yield "ledger", f"rated {ratings}, the ledger says {story.ratings}"
    outcomes = [task.outcome for task in rows.follow_ups]
    if outcomes != story.outcomes:
        yield "ledger", f"low ratings followed up {outcomes}, the ledger says {story.outcomes}"


def _same(name: str, has: Any, must: Any) -> bool:
    if isinstance(has, datetime):
        try:
            return datetime.fromisoformat(must) == has
        except (TypeError, ValueError):
            return False
    if name == "inquiry.merged_into_id":
        # A survivor that is merged itself hands its own on to the next.
        return (has is None) == (must is None)
    return has == must


def _words(inquiry: Inquiry, rows: Rows, story: Story) -> Iterator[Fault]:
    """Whether the words kept beside the ledger are those it vouches for."""
    if digest_text(f"{inquiry.title}\n{inquiry.text}") != story.content:
        yield "words", "the citizen's words were changed"
    drafts = {reply.round: digest_text(reply.text) for reply in rows.replies}
    if drafts != story.drafts:
        yield "words", f"the reply of round {_first_other(drafts, story.drafts)} was changed"
    yield from _public_words(rows, story)
    said: dict[int, list[str]] = defaultdict(list)
    for remark in rows.remarks:
        said[remark.event_seq].append(digest_text(remark.text))
    filed: dict[int, list[str]] = defaultdict(list)
    for file in rows.files:
        filed[file.event_seq].append(file.sha256)
    for seq in range(1, max([story.last, *said, *filed], default=0) + 1):
        if said.get(seq, []) != story.words.get(seq, []):
            yield "words", f"the words of event {seq} were changed"
        if filed.get(seq, []) != story.files.get(seq, []):
            yield "words", f"the files of event {seq} were changed"


def _public_words(rows: Rows, story: Story) -> Iterator[Fault]:
    """Whether what everybody can read is what was checked."""
    if story.public is not None:
        public = {r.round: r for r in rows.replies if r.public_text}.get(story.public[0])
        shown = (
            f"{public.public_title}\n{public.public_question}\n{public.public_text}"
            if public
            else ""
        )
        if digest_text(shown) != story.public[1]:
            yield "words", "the published words were changed"
    comments = {r.round: digest_text(r.public_comment) for r in rows.replies if r.public_comment}
    if comments != {round_: made for round_, made in story.comments.items() if made}:
        yield "words", "the comment that is shown was changed"


def _first_other(one: dict[int, str], other: dict[int, str]) -> int:
    return next(key for key in sorted({*one, *other}) if one.get(key) != other.get(key))
