"""Going through the inquiries of a lot fast: whose rows are what their events made them.

What `inquiries.verification` asks about an inquiry is asked here of plain rows and of events as
they were read, all at once; what depends on few things is asked of it once and remembered. An
inquiry found in order has nothing wrong. Any other one is left to `inquiries.verification`, which
can say what is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from foundation.stamps import from_iso
from inquiries.models import Attachment, ExtensionRequest, FollowUp, Inquiry, Remark, Reply
from inquiries.states import State
from inquiries.verification import (
    EXTENDABLE,
    REDATE,
    STREAM,
    UNSAID,
    live_in,
    step_fault,
    wrong_owner,
)
from inquiries.workflow.step import CASE_FACTS, INQUIRY_FACTS
from ledger.swift import Told
from sla.figures.measures import Counted, CountedSurvey, occurrences
from sla.proving.sifting import Lot
from sla.proving.tally import Tally
from sla.targets import Target

FACTS = (*(f"case.{name}" for name in CASE_FACTS), *(f"inquiry.{name}" for name in INQUIRY_FACTS))
DATED = tuple(name for name in FACTS if name.endswith("_at"))
COLUMNS = ("case_id", "version", "title", "text", *INQUIRY_FACTS)
ORDINARY = frozenset(
    {"changes", "salt", "shown", "due", "drafter", "public_round", "comment_round"}
)
"""Entries of an event's data that say nothing of their own."""

step_fault_of = lru_cache(maxsize=4096)(step_fault)
live_targets_in = lru_cache(maxsize=1024)(live_in)
wrong_owner_of = lru_cache(maxsize=1024)(wrong_owner)


@dataclass(slots=True)
class Hanging:
    """What hangs on one inquiry."""

    drafts: dict[int, str] = field(default_factory=dict)
    public: dict[int, str] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    words: list[tuple[int, str]] = field(default_factory=list)
    files: list[tuple[int, str]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    extension_pending: bool = False


def sift(lot: Lot, retold: Tally) -> Iterator[int]:
    """The keys of a lot's inquiries that must be looked at. What the others count as after the
    ledger is added to `retold`."""
    cases = {pk: case for pk, case in lot.cases.items() if case["stream"] == STREAM}
    rows = {row[0]: row for row in _of(Inquiry.objects.all(), cases, "case_id", *COLUMNS[1:])}
    hanging = _hanging(cases)
    for pk, case in cases.items():
        row = rows.get(pk)
        try:
            if row is None or not _in_order(pk, case, row, hanging[pk], lot, retold):
                yield pk
        except (AttributeError, LookupError, TypeError, ValueError):
            # Events that cannot be followed; the close look says which.
            yield pk


def _of(rows: QuerySet[Any], cases: dict[int, Any], path: str, *columns: str) -> list[Any]:
    """Columns of the rows that hang on cases of a lot, the case's key first."""
    if not cases:
        return []
    within = {f"{path}__gte": min(cases), f"{path}__lte": max(cases)}
    found = rows.filter(**within).order_by().values_list(path, *columns)
    return [row for row in found.iterator(chunk_size=10_000) if row[0] in cases]


def _hanging(cases: dict[int, Any]) -> dict[int, Hanging]:
    found: dict[int, Hanging] = defaultdict(Hanging)
    path = "inquiry__case_id"
    shown = ("public_title", "public_question", "public_text", "public_comment")
    for pk, round_, text, title, question, public, comment in _of(
        Reply.objects.all(), cases, path, "round", "text", *shown
    ):
        own = found[pk]
        own.drafts[round_] = _digest(text)
        if public:
            own.public[round_] = _digest(f"{title}\n{question}\n{public}")
        if comment:
            own.comments[round_] = _digest(comment)
    for pk, _, seq, text in sorted(
        _of(Remark.objects.all(), cases, path, "pk", "event_seq", "text")
    ):
        found[pk].words.append((seq, _digest(text)))
    for pk, _, seq, digest in sorted(
        _of(Attachment.objects.all(), cases, path, "pk", "event_seq", "sha256")
    ):
        found[pk].files.append((seq, digest))
    for pk, _, outcome in sorted(_of(FollowUp.objects.all(), cases, path, "pk", "outcome")):
        found[pk].outcomes.append(outcome)
    asked = ExtensionRequest.objects.filter(granted__isnull=True)
    for pk, _ in _of(asked, cases, path, "pk"):
        found[pk].extension_pending = True
    return found


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class Account:
    """What a case's events, read once in order, say became of it."""

    __slots__ = (
        "_tail",
        "comments",
        "content",
        "drafts",
        "facts",
        "files",
        "moves",
        "outcomes",
        "public",
        "surveys",
        "verdict",
        "words",
    )

    def __init__(self, tail: str) -> None:
        self._tail = tail
        self.facts: dict[str, Any] = dict(UNSAID)
        self.moves = 0
        self.content = ""
        self.drafts: dict[int, str] = {}
        self.surveys: dict[int, tuple[str, int | None, str | None]] = {}
        self.outcomes: list[str] = []
        self.comments: dict[int, str] = {}
        self.public: tuple[int, str] | None = None
        self.words: list[tuple[int, str]] = []
        self.files: list[tuple[int, str]] = []
        self.verdict: tuple[str, str | None] = ("", None)

    def due(self) -> str | None:
        """The promised instant, while it can still be missed."""
        get = self.facts.get
        if get("case.paused_at") or get("case.replied_at") or get("case.excluded_at"):
            return None
        due = get("case.due_at")
        return from_iso(due, self._tail) if due else None

    def read(self, event: Told) -> bool:
        """Follow an event; False if it cannot have happened, or says too little."""
        seq, at, move, data = event
        facts = self.facts
        self._miss_before(at)
        changes = data.get("changes") or NO_CHANGES
        if move != REDATE:
            before = facts.get("inquiry.state")
            old, new = changes.get("inquiry.state", (before, before))
            if step_fault_of(move, before, old, new, facts.get("inquiry.resume_state")):
                return False
            self.moves += 1
        answered = facts.get("case.replied_at")
        for name, (_, value) in changes.items():
            facts[name] = value
        if answered is None and not self.verdict[0] and facts.get("case.replied_at"):
            self.verdict = ("met", from_iso(facts["case.replied_at"], self._tail))
        round_ = facts.get("case.round", 1)
        if move == "reply":
            self.surveys[round_] = (at, None, None)
        for name in data:
            if name not in ORDINARY:
                self._said(name, data, seq, at, round_)
        return _says_enough(move, changes, facts)

    def _miss_before(self, at: str) -> None:
        """Judge a promise whose date passed before this instant without a reply."""
        if not self.verdict[0]:
            due = self.due()
            if due is not None and due < at:
                self.verdict = ("missed", due)

    def _said(self, name: str, data: dict[str, Any], seq: int, at: str, round_: int) -> None:
        value = data[name]
        match name:
            case "draft" | "reply":
                # An event that has both is answered with what it says last.
                self.drafts[round_] = data.get("reply", value)
            case "content":
                self.content = value
            case "rating":
                asked, _, rated = self.surveys[round_]
                # A vote changed within its day counts on the day it was first given.
                self.surveys[round_] = (asked, value, rated or at)
            case "words":
                self.words += [(seq, digest) for digest in value]
            case "files":
                self.files += [(seq, digest) for digest in value]
            case "public":
                self.public = (data.get("public_round", round_), value)
            case "comment":
                self.comments[data["comment_round"]] = value
            case "follow_up":
                self.outcomes[-1 if value else len(self.outcomes) :] = [value]


NO_CHANGES: dict[str, Any] = {}


def _says_enough(move: str, changes: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Whether an event mentions all facts it brings about; some older ones do not."""
    if move == "assign" and "case.dispatched_at" not in facts:
        return False
    return "inquiry.handler_id" not in changes or "case.handler_id" in changes


def _in_order(
    pk: int, case: dict[str, Any], row: Sequence[Any], own: Hanging, lot: Lot, retold: Tally
) -> bool:
    """Whether nothing is wrong with an inquiry; if so it is counted."""
    account = Account(lot.tail)
    for event in lot.chains[pk]:
        if not account.read(event):
            return False
    facts = account.facts
    if case["verdict"] and not account.verdict[0] and (due := account.due()) is not None:
        # The sweep has judged what fell due after the last event.
        account.verdict = ("missed", due)
    for name in DATED:
        if facts.get(name):
            facts[name] = from_iso(facts[name], lot.tail)
    facts["case.verdict"], facts["case.verdict_at"] = account.verdict
    _, version, title, text, *current = row
    surveys = [(s.round, (s.asked_at, s.rating, s.rated_at)) for s in lot.surveys.get(pk, ())]
    fits = (
        [facts.get(name) for name in FACTS] == [*(case[name] for name in CASE_FACTS), *current]
        and version == account.moves
        and case["title"] == title
        and account.content == _digest(f"{title}\n{text}")
        and surveys == sorted(account.surveys.items())
        and own.drafts == account.drafts
        and own.words == account.words
        and own.files == account.files
        and own.outcomes == account.outcomes
        and own.comments == {round_: made for round_, made in account.comments.items() if made}
        and _public_fits(account, own)
        and _stands(pk, case, current, own, lot)
    )
    if fits:
        _count(facts, account, lot, retold)
    return fits


EMPTY = _digest("")


def _public_fits(account: Account, own: Hanging) -> bool:
    if account.public is None:
        return True
    round_, digest = account.public
    return own.public.get(round_, EMPTY) == digest


def _stands(pk: int, case: dict[str, Any], current: Sequence[Any], own: Hanging, lot: Lot) -> bool:
    """Whether state, owner and live clocks go together."""
    now = dict(zip(INQUIRY_FACTS, current, strict=True))
    state, resume = now["state"], now["resume_state"]
    if case["stage"] != state:
        return False
    live = {clock.target for clock in lot.clocks.get(pk, ()) if clock.finished_at is None}
    if (Target.FOLLOW_UP in live) != any(not outcome for outcome in own.outcomes):
        return False
    live.discard(Target.FOLLOW_UP)
    if live != live_targets_in(state, resume):
        return False
    if (case["ended_at"] is not None) != (not live - {Target.SURVEY}):
        return False
    if own.extension_pending and state not in EXTENDABLE:
        return False
    without = (case["department_id"] is None, now["handler_id"] is None)
    return not wrong_owner_of(State(state), resume, *without)


def _count(facts: dict[str, Any], account: Account, lot: Lot, retold: Tally) -> None:
    """Count a case as its events tell it."""
    day = lot.days.of

    def on(name: str) -> date | None:
        return day(facts[name]) if facts.get(name) else None

    line = Counted(
        received_at=day(facts["case.received_at"]),
        dispatched_at=on("case.dispatched_at"),
        replied_at=on("case.replied_at"),
        verdict=facts["case.verdict"],
        verdict_at=on("case.verdict_at"),
        published_at=on("case.published_at"),
        excluded_at=on("case.excluded_at"),
        surveys=[
            CountedSurvey(day(asked), rating, day(rated) if rated else None)
            for asked, rating, rated in account.surveys.values()
        ],
    )
    place = (facts.get("case.department_id") or 0, facts["case.kind"], facts["case.channel"])
    retold.count(place, line.received_at, occurrences(line))
