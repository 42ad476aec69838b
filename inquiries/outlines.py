"""What follows from the outline of a case's story, whatever the values in it.

An outline is which moves were made, which facts each of them changed, and through which states it
led. A million cases have some hundred outlines; whether the moves are edges of the graph, which
event has the last word on a fact, and where a promise can have been missed, is found out once for
each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from inquiries.verification import REDATE, SWEPT, UNSAID, step_fault
from inquiries.workflow.step import CASE_FACTS, INQUIRY_FACTS

FACTS = (*(f"case.{name}" for name in CASE_FACTS), *(f"inquiry.{name}" for name in INQUIRY_FACTS))
"""The facts that events tell, in the order in which the rows are read."""

STATE, RESUMES, ROUND = "inquiry.state", "inquiry.resume_state", "case.round"
STANDING = ("case.due_at", "case.paused_at", "case.replied_at", "case.excluded_at")
"""The facts that decide whether a promise can still be missed."""

ORDINARY = frozenset(
    {"changes", "salt", "shown", "due", "drafter", "public_round", "comment_round"}
)
"""Entries of an event's data that say nothing of their own."""

Sketch = tuple[str, tuple[str, ...], tuple[str, ...], Any, Any]
"""Of an event: its move, the names of its data, the names of the facts it changed, the states it
led from and to if it says so, and the state to return to if it says so."""

_new_value = itemgetter(1)

Changes = dict[str, Sequence[Any]]
NO_CHANGES: Changes = {}


class Outline(NamedTuple):
    """What is the same for all cases with one story."""

    moves: int
    plain: tuple[tuple[int, str], ...]
    """The event that has the last word on a fact, and the fact, of all but instants."""
    plain_of: Callable[[Sequence[Any]], tuple[Any, ...]]
    """The same facts of a row."""
    dated: tuple[tuple[int, str, int], ...]
    """The same of instants, with the place of each in a row."""
    unsaid: tuple[Any, ...]
    """What the facts are of which no event says anything."""
    unsaid_of: Callable[[Sequence[Any]], tuple[Any, ...]]
    turns: tuple[tuple[int, tuple[str, ...]], ...]
    """The events that change facts of STANDING, and which of them."""
    said: tuple[tuple[str | None, int, int | None], ...]
    """Other things that are said (None: that the citizen is asked how satisfied they are), by which
    event, and which one told the round at that time."""


def sketched(told: Iterable[tuple[int, str, str, dict[str, Any]]]) -> tuple[list[Changes], Any]:
    """What each event changed, and the sketches of all. Raises for data of another form."""
    changed, sketch = [], []
    for _, _, move, data in told:
        changes = data.get("changes", NO_CHANGES)
        # A change that tells no new value cannot be followed, also if a later one takes its place.
        tuple(map(_new_value, changes.values()))
        changed.append(changes)
        states, resumes = changes.get(STATE), changes.get(RESUMES)
        sketch.append(
            (
                move,
                tuple(data),
                tuple(changes),
                states and tuple(states),
                resumes and resumes[1],
            )
        )
    return changed, tuple(sketch)


@lru_cache(maxsize=4096)
def outline_of(events: tuple[Sketch, ...]) -> Outline | None:
    """What follows; None if it cannot have happened so, or if some event says too little."""
    moves, last = 0, dict[str, int]()
    state = resume_state = None
    turns: list[tuple[int, tuple[str, ...]]] = []
    said: list[tuple[str | None, int, int | None]] = []
    for place, (move, names, changed, states, resumes) in enumerate(events):
        old, new = states if STATE in changed else (state, state)
        if move != REDATE:
            if step_fault(move, state, old, new, resume_state):
                return None
            moves += 1
        state = new
        if RESUMES in changed:
            resume_state = resumes
        last |= dict.fromkeys(changed, place)
        if move == "assign" and "case.dispatched_at" not in last:
            return None
        if "inquiry.handler_id" in changed and "case.handler_id" not in changed:
            return None
        if standing := tuple(name for name in STANDING if name in changed):
            turns.append((place, standing))
        round_ = last.get(ROUND)
        if move == "reply":
            said.append((None, place, round_))
        said += [(name, place, round_) for name in names if name not in ORDINARY]
    known = [(name, at) for at, name in enumerate(FACTS) if name not in SWEPT]
    dated = [(last[n], n, at) for n, at in known if n in last and n.endswith("_at")]
    plain = [(last[n], n, at) for n, at in known if n in last and not n.endswith("_at")]
    unsaid = [(n, at) for n, at in known if n not in last]
    return Outline(
        moves,
        tuple((event, name) for event, name, _ in plain),
        _picker([at for *_, at in plain]),
        tuple(dated),
        tuple(UNSAID.get(name) for name, _ in unsaid),
        _picker([at for _, at in unsaid]),
        tuple(turns),
        tuple(said),
    )


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Takes what stands at some places of a row."""
    if len(places) < 2:
        return lambda row: tuple(row[place] for place in places)
    return itemgetter(*places)
