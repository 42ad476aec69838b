"""Moves of the intake desk: taking up, turning away, merging, dispatching."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.actors import Role
from accounts.models import Department
from inquiries.errors import InvalidInput
from inquiries.models import Inquiry, Remark, Support, Topic
from inquiries.states import BEFORE_REPLY, Exclusion, Ground, Kind
from inquiries.workflow.engine import handles
from inquiries.workflow.holding import load
from inquiries.workflow.step import Step
from sla.models import Case


@handles("accept")
def accept(step: Step, *, kind: Kind | None = None, topic: Topic | None = None) -> None:
    """Take the matter up, correcting kind and topic; a correction never lengthens the promise."""
    before = step.case.kind, step.case.category
    if topic is not None:
        step.inquiry.topic, step.case.category = topic, topic.code
    if kind is not None:
        step.case.kind = kind
    if (step.case.kind, step.case.category) != before:
        step.clocks.rekind()
    step.contacted()
    step.tell_citizen("accepted")


@handles("reject")
def reject(step: Step, *, ground: Ground, explanation: str) -> None:
    """Turn the matter away on a legal ground, saying where it belongs instead."""
    _require("explanation", explanation)
    step.inquiry.ground = ground
    step.exclude(Exclusion.SPAM if ground == Ground.SPAM else Exclusion.REJECTED)
    step.contacted()
    step.say(explanation, Remark.Audience.CITIZEN)
    if ground != Ground.SPAM:
        step.tell_citizen("rejected")


@handles("refer")
def refer(step: Step, *, referred_to: str, explanation: str) -> None:
    """Pass the matter on to the organ competent for it, and tell the citizen which."""
    _require("referred_to", referred_to)
    _require("explanation", explanation)
    step.inquiry.referred_to = referred_to
    step.exclude(Exclusion.REFERRED)
    step.contacted()
    step.say(explanation, Remark.Audience.CITIZEN)
    step.tell_citizen("referred", referred_to=referred_to)


@handles("merge")
def merge(step: Step, *, into: Case | None, explanation: str) -> None:
    """Have an earlier, open case answer this one too. The engine has locked both."""
    _require("explanation", explanation)
    if into is None:
        raise InvalidInput("into", "no_such_case")
    if into.pk == step.case.pk:
        raise InvalidInput("into", "same_case")
    survivor = load(into)
    if survivor.state not in BEFORE_REPLY:
        raise InvalidInput("into", "not_open")
    step.inquiry.merged_into = survivor
    step.inquiry.merged.update(merged_into=survivor)
    step.exclude(Exclusion.MERGED)
    step.contacted()
    step.data["into"] = into.number
    step.say(explanation, Remark.Audience.CITIZEN)
    step.tell_citizen("merged")


@handles("release")
def release(step: Step) -> None:
    """Take the matter up again by itself: the case it was merged into ends without an answer."""
    survivor = step.inquiry.merged_into
    assert survivor is not None
    step.inquiry.merged_into = None
    step.inquiry.handler = None
    step.inquiry.signed_at = None
    step.inquiry.assigned_at = None
    case = step.case
    case.department = None
    case.excluded_at, case.exclusion, case.ended_at = None, "", None
    step.data["survivor"] = survivor.number
    step.tell_citizen("released")
    step.tell_staff("released", role=Role.INTAKE)


@handles("assign")
def assign(
    step: Step,
    *,
    department: Department,
    supporting: Sequence[Department] = (),
    instruction: str = "",
) -> None:
    """Dispatch to the lead department, and ask others to support it."""
    _hand_to(step, department)
    support(step, supporting)
    step.say(instruction)
    step.tell_staff("assigned", department_id=department.pk, role=Role.HANDLER)


@handles("reassign")
def reassign(step: Step, *, department: Department, reason: str) -> None:
    """Move the matter to another department; the citizen's clock runs on."""
    _require("reason", reason)
    if department.pk == step.case.department_id:
        raise InvalidInput("department", "same_department")
    before = step.case.department_id
    _hand_to(step, department)
    step.case.reassignments += 1
    step.say(reason)
    step.tell_staff("assigned", department_id=department.pk, role=Role.HANDLER)
    step.tell_staff("taken_away", department_id=before, role=Role.HANDLER)


def _hand_to(step: Step, department: Department) -> None:
    if not department.is_active:
        raise InvalidInput("department", "department_closed")
    step.case.department = department
    if step.case.dispatched_at is None:
        step.case.dispatched_at = step.at
    step.inquiry.handler = None
    step.inquiry.signed_at = None
    step.inquiry.assigned_at = step.at
    if step.case.returns or step.move == "reassign":
        # Asked for support before, it leads now.
        Support.objects.filter(inquiry=step.inquiry, department=department).delete()


def support(step: Step, departments: Sequence[Department]) -> None:
    """Ask further departments to contribute; those asked before are left as they are."""
    if not departments:
        return
    known = set(step.inquiry.supports.values_list("department_id", flat=True))
    for department in departments:
        if department.pk == step.case.department_id:
            raise InvalidInput("supporting", "lead_supports_itself")
        if department.pk not in known:
            known.add(department.pk)
            Support.objects.create(inquiry=step.inquiry, department=department, asked_at=step.at)
            step.tell_staff("support_asked", department_id=department.pk, role=Role.HANDLER)
    step.data["supporting"] = [department.code for department in departments]


def _require(field: str, text: str) -> None:
    if not text.strip():
        raise InvalidInput(field, "required")


def candidates_for_merge(inquiry: Inquiry) -> list[Inquiry]:
    """Open cases that came by the same phone or e-mail, newest first, to merge into."""
    ways = Inquiry.objects.none()
    for field in ("phone", "email"):
        if value := getattr(inquiry, field):
            ways = ways | Inquiry.objects.filter(**{field: value})
    found = ways.filter(state__in=[s.value for s in BEFORE_REPLY]).exclude(pk=inquiry.pk)
    return list(found.select_related("case").order_by("-pk")[:5])
