"""Running one move: lock, policy, handler, transition, and everything written at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from foundation.nudge import nudge
from inquiries.errors import MoveRefused, StaleCase
from inquiries.facts import facts_of
from inquiries.models import Inquiry
from inquiries.policy import refusal
from inquiries.workflow.clockwork import TURNS
from inquiries.workflow.holding import Held, hold, hold_number, lock_cases, lock_joined
from inquiries.workflow.requests import settle
from inquiries.workflow.step import Step

Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}

TRANSITIONS: dict[str, Callable[[Inquiry], object]] = {
    "accept": Inquiry.accept,
    "reject": Inquiry.reject,
    "refer": Inquiry.refer,
    "merge": Inquiry.merge,
    "release": Inquiry.release,
    "assign": Inquiry.assign,
    "sign_for": Inquiry.sign_for,
    "return": Inquiry.return_to_intake,
    "reassign": Inquiry.reassign,
    "ask_supplement": Inquiry.ask_supplement,
    "supply": Inquiry.supply,
    "lapse": Inquiry.lapse,
    "submit_for_review": Inquiry.submit_for_review,
    "send_back": Inquiry.send_back,
    "reply": Inquiry.reply,
    "reopen": Inquiry.reopen,
    "close": Inquiry.close,
    "withdraw": Inquiry.withdraw,
}


ENDS_UNANSWERED = frozenset({"reject", "refer", "withdraw", "lapse"})
"""Moves after which the cases merged into this one have nobody left to answer them."""


def handles(move: str) -> Callable[[Handler], Handler]:
    """Register what a move does besides its transition."""

    def register(handler: Handler) -> Handler:
        _handlers[move] = handler
        return handler

    return register


def perform(
    move: str,
    number: str,
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    **inputs: Any,
) -> Inquiry:
    """Make a move on the case with this number.

    `seen` is the version the mover's form was made for. Raises NoSuchCase, StaleCase, MoveRefused
    or InvalidInput, and then nothing has changed.
    """
    with transaction.atomic():
        if move == "merge" and inputs.get("into"):
            cases = lock_cases({number, inputs["into"]})
            inputs["into"] = cases.get(inputs["into"])
        joined = lock_joined(number) if move in ENDS_UNANSWERED else []
        inquiry = make(hold_number(number), move, by=by, at=at, seen=seen, **inputs)
        for case in joined:
            make(hold(case), "release", by=SYSTEM, at=at)
        return inquiry


def make(
    held: Held,
    move: str,
    *,
    by: Actor,
    at: datetime,
    seen: int | None = None,
    **inputs: Any,
) -> Inquiry:
    """Make a move on a case already held, within the holder's transaction.

    Raises as `perform` does; the holder must then roll back.
    """
    inquiry = held.inquiry
    if seen is not None and seen != inquiry.version:
        raise StaleCase(seen, inquiry.version)
    at = held.not_before_the_last(at.replace(microsecond=0), by)
    step = Step(move, held, by, at)
    reason = refusal(by, move, facts_of(inquiry, at, moves=[move], clocks=step.clocks))
    if reason is not None:
        raise MoveRefused(move, reason)
    _handlers[move](step, **inputs)
    finish(step)
    if step.then is not None:
        then, mover = step.then
        make(held, then, by=mover, at=at)
    return inquiry


def finish(step: Step) -> None:
    """Turn state and clocks, settle requests, and write everything the step has gathered."""
    if step.move in TRANSITIONS:
        TRANSITIONS[step.move](step.inquiry)
    settle(step)
    for turn in TURNS.get(step.move, ()):
        turn(step.clocks)
    step.write()
    if not step.held.history:
        nudge("notices.tasks.deliver")
