"""The citizen's rating, what supervision makes of a low one, and showing its words.

What a citizen says of an answer is for supervision: neither level nor words reach the department
that is judged, except words the citizen agreed to have shown with the published answer.
"""

from __future__ import annotations

from accounts.actors import SYSTEM, Role
from inquiries.errors import InvalidInput
from inquiries.models import FollowUp, Remark, Reply
from inquiries.states import LOW_RATING, Outcome, State
from inquiries.workflow.engine import handles
from inquiries.workflow.step import Step
from ledger.chain import digest_text
from sla.models import Survey
from sla.targets import Target


@handles("rate")
def rate(step: Step, *, rating: int, comment: str = "", may_show: bool = False) -> None:
    """Rate a round's answer, 5 非常满意 to 1 非常不满意, or change the rating within its time.

    A low rating needs a reason. `may_show`: the comment may be shown with the public answer.
    """
    if rating not in range(1, 6):
        raise InvalidInput("rating", "not_a_rating")
    if rating <= LOW_RATING and not comment.strip():
        raise InvalidInput("comment", "low_rating_needs_reason")
    survey = step.record.survey(step.case.round)
    reply = step.inquiry.present_reply()
    assert survey is not None
    assert reply is not None
    if survey.rating == rating and _said(step, survey) == comment:
        raise InvalidInput("rating", "rated_so_already")
    before = step.record.vote(survey, rating, step.at)
    step.data["rating"] = rating
    if before is not None:
        step.data["rating_before"] = before
    _take_back(step, reply)
    reply.comment_consented = may_show and bool(comment.strip())
    reply.save(update_fields=["comment_consented"])
    step.say(comment, Remark.Audience.SURVEY)
    _follow(step, rating)
    if step.inquiry.state == State.REPLIED:
        step.then = ("close", SYSTEM)


def _said(step: Step, survey: Survey) -> str:
    """The words that came with the present rating."""
    voted_at = survey.changed_at or survey.rated_at
    assert voted_at is not None
    said = step.inquiry.remarks.filter(move="rate", at=voted_at)
    return said.values_list("text", flat=True).last() or ""


def _follow(step: Step, rating: int) -> None:
    """Open a supervisor's task for a low rating; end it when the rating is no longer low."""
    if rating > LOW_RATING:
        end_follow_up(step, Outcome.CHANGED)
        step.clocks.cancel(Target.FOLLOW_UP)
        return
    step.tell_staff("low_rating", role=Role.SUPERVISOR, rating=rating)
    if step.clocks.get(Target.FOLLOW_UP) is None:
        FollowUp.objects.create(inquiry=step.inquiry, round=step.case.round, opened_at=step.at)
        step.data["follow_up"] = ""
        step.clocks.start(Target.FOLLOW_UP)


def end_follow_up(step: Step, outcome: Outcome) -> None:
    """End the open task of the case, if there is one; its clock is the caller's."""
    if step.clocks.get(Target.FOLLOW_UP) is None:
        return
    task = step.inquiry.follow_ups.get(outcome="")
    task.outcome, task.done_at, task.done_by_id = outcome, step.at, step.by.user_id
    task.save(update_fields=["outcome", "done_at", "done_by"])
    step.data["follow_up"] = str(outcome)


@handles("follow_up")
def follow_up(step: Step, *, outcome: Outcome, note: str) -> None:
    """Say what came of a low rating: the citizen was called back, or there is no ground."""
    if not note.strip():
        raise InvalidInput("note", "required")
    end_follow_up(step, outcome)
    step.say(note, Remark.Audience.SUPERVISOR)


@handles("show_comment")
def show_comment(step: Step, *, text: str) -> None:
    """Show the citizen's words with the published answer, as the supervisor has checked them."""
    if not text.strip():
        raise InvalidInput("text", "required")
    reply = published_reply(step)
    reply.public_comment = text
    reply.comment_shown_at, reply.comment_shown_by_id = step.at, step.by.user_id
    _save_comment(step, reply)


@handles("hide_comment")
def hide_comment(step: Step, *, reason: str) -> None:
    """Take the citizen's words off the public page."""
    if not reason.strip():
        raise InvalidInput("reason", "required")
    _take_back(step, published_reply(step))
    step.say(reason, Remark.Audience.SUPERVISOR)


def _take_back(step: Step, reply: Reply) -> None:
    if reply.comment_shown_at is not None:
        reply.public_comment = ""
        reply.comment_shown_at, reply.comment_shown_by = None, None
        _save_comment(step, reply)


def _save_comment(step: Step, reply: Reply) -> None:
    reply.save(update_fields=["public_comment", "comment_shown_at", "comment_shown_by"])
    step.data["comment_round"] = reply.round
    step.data["comment"] = digest_text(reply.public_comment) if reply.public_comment else ""


def published_reply(step: Step) -> Reply:
    """The reply everybody can read."""
    reply = step.inquiry.published_reply()
    assert reply is not None
    return reply
