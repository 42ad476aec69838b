"""Moves of the department: signing for, returning, asking the citizen, asking for time."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.actors import Role
from inquiries.errors import InvalidInput
from inquiries.files import NewFile
from inquiries.models import Attachment, ExtensionRequest, Remark
from inquiries.workflow.engine import handles
from inquiries.workflow.step import Step
from sla.clocks import ExtensionRefused

AWAITING_CITIZEN = "awaiting_citizen"


@handles("sign_for")
def sign_for(step: Step) -> None:
    """The department has received the matter; who signs, handles."""
    step.inquiry.handler_id = step.by.user_id
    step.inquiry.signed_at = step.at


@handles("return")
def return_to_intake(step: Step, *, reason: str) -> None:
    """Hand the matter back as not this department's; the citizen's clock runs on."""
    _require("reason", reason)
    step.data["returned_by"] = step.case.department_id
    step.case.department = None
    step.case.returns += 1
    step.inquiry.handler = None
    step.inquiry.signed_at = None
    step.inquiry.assigned_at = None
    step.say(reason)
    step.tell_staff("returned", role=Role.INTAKE)


@handles("ask_supplement")
def ask_supplement(step: Step, *, request: str) -> None:
    """Ask the citizen, in one go, for all that is missing; the house's clocks stand still."""
    _require("request", request)
    step.inquiry.supplement_asked = True
    step.case.supplements += 1
    step.contacted()
    step.clocks.pause(AWAITING_CITIZEN, step.by.label)
    step.say(request, Remark.Audience.CITIZEN)
    step.tell_citizen("supplement_asked", request=request)


@handles("note")
def note(step: Step, *, text: str, files: Sequence[NewFile] = ()) -> None:
    """An internal note; never seen by the citizen, never stops a clock."""
    _require("text", text)
    step.say(text)
    step.attach(files, Attachment.Origin.STAFF)


@handles("contribute")
def contribute(step: Step, *, text: str) -> None:
    """A supporting department's part of the answer, for the lead to use."""
    _require("text", text)
    assert step.by.department_id is not None
    support = step.inquiry.supports.get(department_id=step.by.department_id)
    support.contribution = text
    support.contributed_at = step.at
    support.contributed_by_id = step.by.user_id
    support.save(update_fields=["contribution", "contributed_at", "contributed_by"])
    step.say(text)
    step.tell_staff("contributed", department_id=step.case.department_id, role=Role.HANDLER)


@handles("request_extension")
def request_extension(step: Step, *, amount: int, reason: str) -> None:
    """Ask a supervisor for more working days; nothing moves until it is granted."""
    _require("reason", reason)
    room = step.clocks.room_for_extension()
    if not 0 < amount <= room:
        raise InvalidInput("amount", "over_the_cap", most=room)
    assert step.by.user_id is not None
    ExtensionRequest.objects.create(
        inquiry=step.inquiry,
        amount=amount,
        reason=reason,
        requested_at=step.at,
        requested_by_id=step.by.user_id,
    )
    step.data["amount"] = amount
    step.say(reason)
    step.tell_staff("extension_requested", role=Role.SUPERVISOR, amount=amount)


@handles("grant_extension")
def grant_extension(step: Step, *, note: str = "") -> None:
    """Move the due dates, within the cap, and tell the citizen the new one and why."""
    request = _decide(step, granted=True)
    try:
        step.clocks.extend(request.amount)
    except ExtensionRefused as refused:
        raise InvalidInput("amount", "over_the_cap", most=refused.most) from refused
    step.case.extensions += 1
    step.data["amount"] = request.amount
    step.say(note)
    due = step.case.due_at
    step.tell_citizen(
        "extended",
        reason=request.reason,
        due=due.isoformat() if due else "",
        provisional=step.case.due_provisional,
        days=request.amount,
    )
    _tell_asker(step, request, "extension_granted")


@handles("deny_extension")
def deny_extension(step: Step, *, note: str) -> None:
    """The due dates stay."""
    _require("note", note)
    request = _decide(step, granted=False)
    step.say(note)
    _tell_asker(step, request, "extension_denied")


def _decide(step: Step, *, granted: bool) -> ExtensionRequest:
    request = step.inquiry.extension_requests.get(granted__isnull=True)
    request.granted = granted
    request.decided_by_id = step.by.user_id
    request.decided_at = step.at
    request.save(update_fields=["granted", "decided_by", "decided_at"])
    return request


def _tell_asker(step: Step, request: ExtensionRequest, kind: str) -> None:
    step.tell_staff(kind, user_id=request.requested_by_id, amount=request.amount)


def _require(field: str, text: str) -> None:
    if not text.strip():
        raise InvalidInput(field, "required")
