"""Going through the inquiries of a lot fast: whose rows are what their events made them.

What `inquiries.verification` asks about an inquiry is asked here of plain rows and of events as
they were read; what follows from the outline of a story is asked of it once (`inquiries.outlines`).
An inquiry found in order has nothing wrong. Any other one is left to `inquiries.verification`,
which can say what is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet

from foundation.stamps import from_iso
from inquiries.models import Attachment, ExtensionRequest, FollowUp, Inquiry, Remark, Reply
from inquiries.outlines import FACTS, Changes, Outline, outline_of, sketched
from inquiries.states import State
from inquiries.verification import EXTENDABLE, STREAM, live_in, wrong_owner
from inquiries.workflow.step import CASE_FACTS, INQUIRY_FACTS
from ledger.swift import Told
from sla.proving.sifting import PLACE, CaseRow, Lot
from sla.proving.tally import Tally, counted_in
from sla.targets import Target

COLUMNS = ("case_id", "version", "title", "text", *INQUIRY_FACTS)
OWN = COLUMNS.index(INQUIRY_FACTS[0])
"""Where the facts begin in an inquiry's row."""

facts_of = itemgetter(*(PLACE[name] for name in CASE_FACTS))
"""The facts of a case line."""

AT = {name: place for place, name in enumerate(FACTS)}
COUNTED = tuple(
    AT[f"case.{name}_at"]
    for name in ("received", "dispatched", "replied", "verdict", "published", "excluded")
)
instants_of = itemgetter(*COUNTED)
place_of = itemgetter(AT["case.department_id"], AT["case.kind"], AT["case.channel"])
stand_of = itemgetter(
    AT["inquiry.state"],
    AT["inquiry.resume_state"],
    AT["case.stage"],
    AT["case.ended_at"],
    AT["case.department_id"],
    AT["inquiry.handler_id"],
)
VERDICT, VERDICT_AT = AT["case.verdict"], AT["case.verdict_at"]
STREAM_AT, TITLE_AT = PLACE["stream"], PLACE["title"]

live_targets_in = lru_cache(maxsize=1024)(live_in)
wrong_owner_of = lru_cache(maxsize=1024)(wrong_owner)


class Hanging:
    """What hangs on the inquiries of a lot, by the keys of their cases."""

    def __init__(self) -> None:
        self.drafts: dict[int, dict[int, str]] = defaultdict(dict)
        self.public: dict[int, dict[int, str]] = defaultdict(dict)
        self.comments: dict[int, dict[int, str]] = defaultdict(dict)
        self.words: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self.files: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self.outcomes: dict[int, list[str]] = defaultdict(list)
        self.extension_pending: set[int] = set()


def sift(lot: Lot, retold: Tally) -> Iterator[int]:
    """The keys of a lot's inquiries that must be looked at. What the others count as after the
    ledger is added to `retold`."""
    cases = {pk: case for pk, case in lot.cases.items() if case[STREAM_AT] == STREAM}
    rows = {row[0]: row for row in _of(Inquiry.objects.all(), cases, "case_id", *COLUMNS[1:])}
    hanging = _hanging(cases)
    for pk, case in cases.items():
        row = rows.get(pk)
        try:
            if row is None or not _in_order(pk, case, row, hanging, lot, retold):
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
    return [row for row in found if row[0] in cases]


def _hanging(cases: dict[int, Any]) -> Hanging:
    found = Hanging()
    path = "inquiry__case_id"
    shown = ("public_title", "public_question", "public_text", "public_comment")
    for pk, round_, text, title, question, public, comment in _of(
        Reply.objects.all(), cases, path, "round", "text", *shown
    ):
        found.drafts[pk][round_] = _digest(text)
        if public:
            found.public[pk][round_] = _digest(f"{title}\n{question}\n{public}")
        if comment:
            found.comments[pk][round_] = _digest(comment)
    for pk, _, seq, text in sorted(
        _of(Remark.objects.all(), cases, path, "pk", "event_seq", "text")
    ):
        found.words[pk].append((seq, _digest(text)))
    for pk, _, seq, digest in sorted(
        _of(Attachment.objects.all(), cases, path, "pk", "event_seq", "sha256")
    ):
        found.files[pk].append((seq, digest))
    for pk, _, outcome in sorted(_of(FollowUp.objects.all(), cases, path, "pk", "outcome")):
        found.outcomes[pk].append(outcome)
    asked = ExtensionRequest.objects.filter(granted__isnull=True)
    found.extension_pending.update(pk for pk, _ in _of(asked, cases, path, "pk"))
    return found


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class Said:
    """What a case's events say besides the facts they change."""

    __slots__ = ("comments", "content", "drafts", "files", "outcomes", "public", "surveys", "words")

    def __init__(self, told: Sequence[Told], changed: Sequence[Changes], outline: Outline) -> None:
        self.content = ""
        self.drafts: dict[int, str] = {}
        self.surveys: dict[int, tuple[str, int | None, str | None]] = {}
        self.outcomes: list[str] = []
        self.comments: dict[int, str] = {}
        self.public: tuple[int, str] | None = None
        self.words: list[tuple[int, str]] = []
        self.files: list[tuple[int, str]] = []
        for name, place, by in outline.said:
            self._said(name, told[place], 1 if by is None else changed[by]["case.round"][1])

    def _said(self, name: str | None, event: Told, round_: int) -> None:
        seq, at, _, data = event
        match name:
            case None:
                self.surveys[round_] = (at, None, None)
            case "draft" | "reply":
                # An event that has both is answered with what it says last.
                self.drafts[round_] = data["reply"] if "reply" in data else data["draft"]
            case "content":
                self.content = data[name]
            case "rating":
                asked, _, rated = self.surveys[round_]
                # A vote changed within its day counts on the day it was first given.
                self.surveys[round_] = (asked, data[name], rated or at)
            case "words":
                self.words += [(seq, digest) for digest in data[name]]
            case "files":
                self.files += [(seq, digest) for digest in data[name]]
            case "public":
                self.public = (data.get("public_round", round_), data[name])
            case "comment":
                self.comments[data["comment_round"]] = data[name]
            case "follow_up":
                value = data[name]
                self.outcomes[-1 if value else len(self.outcomes) :] = [value]


def _verdict(
    told: Sequence[Told],
    changed: Sequence[Changes],
    outline: Outline,
    tail: str,
    *,
    swept: bool,
) -> tuple[str, str | None]:
    """How a promise was judged by the events: when it was first answered, or when its date had
    passed before the next of them. `swept`: whether what fell due after the last has been judged.
    """
    now: dict[str, Any] = {}
    due = answered = None
    for place, names in outline.turns:
        if due is not None and due < told[place][1]:
            return "missed", due
        for name in names:
            now[name] = changed[place][name][1]
        get = now.get
        replied = get("case.replied_at")
        if answered is None and replied:
            return "met", from_iso(replied, tail)
        answered, due = replied, get("case.due_at")
        if replied or not due or get("case.paused_at") or get("case.excluded_at"):
            due = None
        else:
            due = from_iso(due, tail)
    later = bool(outline.turns) and outline.turns[-1][0] < len(told) - 1
    if due is not None and (swept or (later and due < told[-1][1])):
        return "missed", due
    return "", None


def _in_order(
    pk: int, case: CaseRow, row: Sequence[Any], hanging: Hanging, lot: Lot, retold: Tally
) -> bool:
    """Whether nothing is wrong with an inquiry; if so it is counted."""
    told, tail = lot.chains[pk], lot.tail
    changed, sketch = sketched(told)
    outline = outline_of(sketch)
    if outline is None:
        return False
    line = facts_of(case) + row[OWN:]
    if outline.unsaid_of(line) != outline.unsaid:
        return False
    if outline.plain_of(line) != tuple([changed[at][name][1] for at, name in outline.plain]):
        return False
    for at, name, place in outline.dated:
        must = changed[at][name][1]
        if line[place] != (from_iso(must, tail) if must else must):
            return False
    verdict = _verdict(told, changed, outline, tail, swept=bool(line[VERDICT]))
    if (line[VERDICT], line[VERDICT_AT]) != verdict:
        return False
    _, version, title, text, *_ = row
    said = Said(told, changed, outline)
    surveys = [(own[1], own[2:]) for own in lot.surveys.get(pk, ())]
    fits = (
        version == outline.moves
        and case[TITLE_AT] == title
        and said.content == _digest(f"{title}\n{text}")
        and surveys == sorted(said.surveys.items())
        and hanging.drafts.get(pk, NONE) == said.drafts
        and hanging.words.get(pk, []) == said.words
        and hanging.files.get(pk, []) == said.files
        and hanging.outcomes.get(pk, []) == said.outcomes
        and hanging.comments.get(pk, NONE) == {n: made for n, made in said.comments.items() if made}
        and _public_fits(said, hanging.public.get(pk, NONE))
        and _stands(pk, line, hanging, lot)
    )
    if fits:
        _count(line, said, lot, retold)
    return fits


EMPTY = _digest("")
NONE: dict[int, str] = {}


def _public_fits(said: Said, public: dict[int, str]) -> bool:
    if said.public is None:
        return True
    round_, digest = said.public
    return public.get(round_, EMPTY) == digest


def _stands(pk: int, line: Sequence[Any], hanging: Hanging, lot: Lot) -> bool:
    """Whether state, owner and live clocks go together."""
    state, resume, stage, ended_at, department, handler = stand_of(line)
    if stage != state:
        return False
    live = lot.live.get(pk, NO_CLOCKS)
    outcomes = hanging.outcomes.get(pk, ())
    if (Target.FOLLOW_UP in live) != any(not outcome for outcome in outcomes):
        return False
    live = live - {Target.FOLLOW_UP}
    if live != live_targets_in(state, resume):
        return False
    if (ended_at is not None) != (not live - {Target.SURVEY}):
        return False
    if pk in hanging.extension_pending and state not in EXTENDABLE:
        return False
    return not wrong_owner_of(State(state), resume, department is None, handler is None)


NO_CLOCKS: frozenset[str] = frozenset()


def _count(line: Sequence[Any], said: Said, lot: Lot, retold: Tally) -> None:
    """Count a case, whose line is what its events made it."""
    instants = [*instants_of(line)]
    ratings = []
    for asked, rating, rated in said.surveys.values():
        instants += asked, rated
        ratings.append(rating)
    counts = counted_in(line[VERDICT], tuple(map(bool, instants)), tuple(ratings))
    department, kind, channel = place_of(line)
    retold.count((department or 0, kind, channel), instants, counts, lot.days)
