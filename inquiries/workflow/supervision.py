"""Moves of the supervisor and of the clockwork."""

from __future__ import annotations

from accounts.actors import Role
from inquiries.errors import InvalidInput
from inquiries.models import Remark, ReopenRequest
from inquiries.states import Exclusion, Outcome
from inquiries.workflow.engine import handles
from inquiries.workflow.rating import end_follow_up
from inquiries.workflow.step import Step


@handles("urge")
def urge(step: Step, *, text: str) -> None:
    """Press the owner to act (催办)."""
    if not text.strip():
        raise InvalidInput("text", "required")
    step.say(text)
    if step.inquiry.handler_id is not None:
        step.tell_staff("urged", user_id=step.inquiry.handler_id)
    elif step.case.department_id is not None:
        step.tell_staff("urged", department_id=step.case.department_id, role=Role.HANDLER)
    else:
        step.tell_staff("urged", role=Role.INTAKE)


@handles("reopen")
def reopen(step: Step, *, note: str = "") -> None:
    """Grant a second handling: a new round of clocks; the first verdict stands."""
    _decide(step, granted=True)
    end_follow_up(step, Outcome.REOPENED)
    step.case.round += 1
    step.case.reopened_at = step.at
    step.case.ended_at = None
    step.say(note)
    step.tell_citizen("reopened")
    step.tell_staff("reopened", user_id=step.inquiry.handler_id)


@handles("decline_reopen")
def decline_reopen(step: Step, *, explanation: str) -> None:
    """Let the answer stand, and tell the citizen why."""
    if not explanation.strip():
        raise InvalidInput("explanation", "required")
    _decide(step, granted=False)
    step.say(explanation, Remark.Audience.CITIZEN)
    step.tell_citizen("reopen_declined", explanation=explanation)


def _decide(step: Step, *, granted: bool) -> ReopenRequest:
    request = step.inquiry.reopen_requests.get(granted__isnull=True)
    request.granted = granted
    request.decided_by_id = step.by.user_id
    request.decided_at = step.at
    request.save(update_fields=["granted", "decided_by", "decided_at"])
    return request


@handles("lapse")
def lapse(step: Step) -> None:
    """Nothing was supplied in time: no longer handled, and left out of the rates."""
    step.exclude(Exclusion.LAPSED)
    step.tell_citizen("lapsed")


@handles("close")
def close(step: Step) -> None:
    """The survey window has ended, or the rating is in."""
