"""Moves of the citizen after submitting: supplying, withdrawing, asking again."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.actors import Role
from inquiries.errors import InvalidInput
from inquiries.files import NewFile
from inquiries.models import Attachment, Remark, ReopenRequest
from inquiries.search import index_for_desk
from inquiries.states import Exclusion, State
from inquiries.workflow.engine import handles
from inquiries.workflow.step import Step


@handles("supply")
def supply(step: Step, *, text: str, files: Sequence[NewFile] = ()) -> None:
    """Give what was asked for; the clocks run on from where they stood."""
    if not text.strip() and not files:
        raise InvalidInput("text", "required")
    step.say(text, Remark.Audience.CITIZEN)
    step.attach(files, Attachment.Origin.CITIZEN)
    index_for_desk(step.inquiry, extra=text)
    if step.inquiry.resume_state == State.IN_PROGRESS:
        step.tell_staff("supplied", user_id=step.inquiry.handler_id)
    else:
        step.tell_staff("supplied", role=Role.INTAKE)


@handles("withdraw")
def withdraw(step: Step, *, reason: str = "") -> None:
    """Take the matter back before it is answered."""
    step.exclude(Exclusion.WITHDRAWN)
    step.say(reason, Remark.Audience.CITIZEN)
    if step.case.department_id is not None:
        step.tell_staff("withdrawn", department_id=step.case.department_id, role=Role.HANDLER)


@handles("request_reopen")
def request_reopen(step: Step, *, reason: str) -> None:
    """Ask for the matter to be handled once more; a supervisor judges the reason."""
    if not reason.strip():
        raise InvalidInput("reason", "required")
    ReopenRequest.objects.create(inquiry=step.inquiry, reason=reason, requested_at=step.at)
    step.say(reason, Remark.Audience.CITIZEN)
    step.tell_staff("reopen_requested", role=Role.SUPERVISOR)
