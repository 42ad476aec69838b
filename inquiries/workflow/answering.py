"""From draft to reply and publication: two people, and a privacy check."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.actors import Role
from inquiries.codes import survey_digest
from inquiries.errors import InvalidInput
from inquiries.files import NewFile
from inquiries.models import Attachment, Remark, Reply
from inquiries.search import index_for_public, remove_from_public
from inquiries.workflow.engine import handles
from inquiries.workflow.step import Step
from ledger.chain import digest_text
from sla.calendars import compiled
from sla.models import Survey
from sla.targets import Target


@handles("draft")
def draft(step: Step, *, text: str) -> None:
    """Keep the answer under way; whoever drafted last is its drafter."""
    _require("text", text)
    assert step.by.user_id is not None
    reply = step.inquiry.present_reply()
    if reply is None:
        reply = step.inquiry.begin_reply()
    reply.text, reply.drafted_by_id = text, step.by.user_id
    reply.drafted_at, reply.submitted_at = step.at, None
    reply.save()
    step.data["draft"] = digest_text(text)


@handles("submit_for_review")
def submit_for_review(step: Step, *, note: str = "") -> None:
    """Give the draft to a second person."""
    reply = current_reply(step)
    reply.submitted_at = step.at
    reply.save(update_fields=["submitted_at"])
    step.data["draft"] = digest_text(reply.text)
    step.say(note)
    step.tell_staff("to_review", department_id=step.case.department_id, role=Role.REVIEWER)


@handles("send_back")
def send_back(step: Step, *, reason: str) -> None:
    """Have the draft changed."""
    _require("reason", reason)
    step.say(reason)
    step.tell_staff("sent_back", user_id=step.inquiry.handler_id)


@handles("reply")
def reply(step: Step, *, note: str = "", files: Sequence[NewFile] = ()) -> None:
    """Approve the draft and send it: the verdict is frozen and the survey begins."""
    answer = current_reply(step)
    answer.approved_by_id = step.by.user_id
    answer.approved_at = step.at
    answer.save(update_fields=["approved_by", "approved_at"])
    step.data["reply"] = digest_text(answer.text)
    step.data["drafter"] = answer.drafted_by_id
    case = step.case
    if case.replied_at is None:
        case.replied_at = step.at
        case.answer_days = _working_days(step)
    case.ended_at = step.at
    step.contacted()
    step.record.ask(
        Survey(
            case=case,
            round=case.round,
            asked_at=step.at,
            department_id=case.department_id,
            handler_id=step.inquiry.handler_id,
            # Nobody was sent a link to what is played in from the past.
            token=None if step.held.history else survey_digest(case.number, case.round),
        )
    )
    step.say(note)
    step.attach(files, Attachment.Origin.REPLY)
    step.tell_citizen("replied", round=case.round)
    for merged in step.inquiry.merged.select_related("case"):
        step.tell_citizen("replied_merged", inquiry=merged)


def _working_days(step: Step) -> int:
    clock = step.clocks.get(Target.REPLY)
    assert clock is not None
    calendar = compiled(clock.calendar)
    return calendar.working_days_between(step.case.received_at, step.at)


@handles("publish")
def publish(step: Step, *, title: str, question: str, text: str) -> None:
    """Show the answer to everybody, in exactly the words the privacy check confirmed."""
    for field, value in (("title", title), ("question", question), ("text", text)):
        _require(field, value)
    answer = step.inquiry.present_reply()
    if answer is None or answer.approved_at is None:
        # The second handling ended without an answer; the first one's stands.
        answer = step.inquiry.replies.filter(approved_at__isnull=False).latest("round")
    _take_off(step)
    answer.public_title, answer.public_question, answer.public_text = title, question, text
    answer.published_at = step.at
    answer.published_by_id = step.by.user_id
    answer.save(
        update_fields=[
            "public_title",
            "public_question",
            "public_text",
            "published_at",
            "published_by",
        ]
    )
    # Of two answers the second takes the first one's place; the case has long been counted.
    step.case.published_at = step.case.published_at or step.at
    step.data["public_round"] = answer.round
    step.data["public"] = digest_text(f"{title}\n{question}\n{text}")
    # Nothing of it is public by now.
    index_for_public(answer, new=True)


@handles("unpublish")
def unpublish(step: Step, *, reason: str) -> None:
    """Take the answer off the public pages; the citizen still has it."""
    _require("reason", reason)
    _take_off(step)
    step.case.published_at = None
    step.say(reason, Remark.Audience.STAFF)


def _take_off(step: Step) -> None:
    if step.case.published_at is None:
        return
    public = step.inquiry.replies.filter(published_at__isnull=False)
    public.update(published_at=None, published_by=None)
    remove_from_public(step.inquiry)


def current_reply(step: Step) -> Reply:
    """The present round's reply."""
    reply = step.inquiry.present_reply()
    assert reply is not None
    return reply


def _require(field: str, text: str) -> None:
    if not text.strip():
        raise InvalidInput(field, "required")
