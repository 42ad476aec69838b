"""One vote a round, changeable for a day; what supervision makes of a low one; who learns of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN, Role
from inquiries.errors import InvalidInput, MoveRefused
from inquiries.models import FollowUp, Inquiry, Remark
from inquiries.policy import Refusal
from inquiries.states import Outcome, State
from inquiries.workflow import perform
from ledger.models import Event
from notices.models import InboxItem, Outbox
from sla.background import tick
from sla.figures.report import report
from sla.figures.scope import Scope
from sla.models import Clock, Survey
from sla.proving.verification import verify
from sla.targets import Target
from tests.factories import CHINA, MONDAY, Cast, UserFactory, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
RATED = MONDAY + DAY


def answered(cast: Cast, until: str = "reply", **over: Any) -> Inquiry:
    return advance(make_inquiry(**over), cast, until)


def vote(inquiry: Inquiry, rating: int, at: Any = RATED, comment: str = "", **more: Any) -> Inquiry:
    return perform(
        "rate", inquiry.number, by=CITIZEN, at=at, rating=rating, comment=comment, **more
    )


def survey_of(inquiry: Inquiry) -> Survey:
    return Survey.objects.get(case_id=inquiry.case_id, round=1)


def counts(now: Any, as_of: Any = None, **scope: Any) -> tuple[int, int, int]:
    made = report(
        MONDAY.date(),
        (MONDAY + 40 * DAY).date(),
        now=now,
        as_of=as_of,
        basis="event",
        scope=Scope(**scope),
    )
    total = made.total.counts
    return total["asked"], total["rated"], total["satisfied"]


def nothing_differs() -> None:
    assert list(verify()) == []


def test_a_rating_closes_the_case_and_can_be_changed_for_a_day(cast: Cast) -> None:
    inquiry = vote(answered(cast), 4)
    assert inquiry.state == State.CLOSED
    changed = vote(inquiry, 2, RATED + 24 * HOUR, "想了想，还是没说清楚")
    assert changed.state == State.CLOSED
    survey = survey_of(inquiry)
    assert (survey.rating, survey.rated_at, survey.changed_at) == (2, RATED, RATED + 24 * HOUR)
    assert changed.case.rating == 2
    with pytest.raises(MoveRefused) as late:
        vote(inquiry, 5, RATED + 24 * HOUR + SECOND)
    assert late.value.reason == Refusal.RATED_ALREADY
    events = Event.objects.filter(case_number=inquiry.number, move="rate").order_by("seq")
    kept = [(event.data["rating"], event.data.get("rating_before")) for event in events]
    assert kept == [(4, None), (2, 4)]
    nothing_differs()


def test_a_change_moves_the_figures_by_the_difference_and_leaves_the_past(cast: Cast) -> None:
    inquiry = vote(answered(cast), 4)
    first = counts(RATED)
    vote(inquiry, 1, RATED + 5 * HOUR, "还是没解决")
    vote(inquiry, 3, RATED + 9 * HOUR)
    now = RATED + 2 * DAY
    assert first == (1, 1, 1)
    told = [counts(now, RATED + n * HOUR)[2] for n in (-1, 0, 4, 5, 8, 9)]
    assert told == [0, 1, 1, 0, 0, 1]
    assert counts(now) == (1, 1, 1)
    nothing_differs()


def test_the_same_vote_again_is_no_change(cast: Cast) -> None:
    inquiry = vote(answered(cast), 2, comment="没有说清楚")
    with pytest.raises(InvalidInput) as same:
        vote(inquiry, 2, RATED + HOUR, "没有说清楚")
    assert same.value.code == "rated_so_already"
    assert survey_of(inquiry).changed_at is None
    vote(inquiry, 2, RATED + HOUR, "没有说清楚时间")
    assert survey_of(inquiry).changed_at == RATED + HOUR


def test_department_and_handler_are_those_of_the_reply(cast: Cast) -> None:
    inquiry = answered(cast)
    Inquiry.objects.filter(pk=inquiry.pk).update(handler=cast.outsider)
    survey = survey_of(vote(inquiry, 5))
    assert (survey.department, survey.handler) == (cast.tech, cast.handler)


def test_a_case_whose_window_is_over_is_closed_and_not_rated(cast: Cast) -> None:
    inquiry = answered(cast)
    tick(MONDAY + 20 * DAY)
    assert Inquiry.objects.get(pk=inquiry.pk).state == State.CLOSED
    with pytest.raises(MoveRefused) as over:
        vote(inquiry, 5, MONDAY + 20 * DAY)
    assert over.value.reason == Refusal.SURVEY_OVER


# -- Following up ----------------------------------------------------------------------------


@pytest.mark.parametrize("rating", [1, 2, 3, 4, 5])
def test_a_low_rating_opens_a_task_with_a_clock_of_its_own(cast: Cast, rating: int) -> None:
    inquiry = vote(answered(cast), rating, comment="没有说清楚")
    low = rating <= 2
    assert inquiry.follow_ups.filter(outcome="").count() == low
    clocks = inquiry.case.clocks.filter(target=Target.FOLLOW_UP)
    # Three working days after Tuesday.
    due = china(2026, 3, 6, 23, 59) + 59 * SECOND
    assert [clock.due_at for clock in clocks] == ([due] if low else [])
    told = InboxItem.objects.filter(kind="low_rating", case_number=inquiry.number)
    assert list(told.values_list("role", flat=True)) == ([Role.SUPERVISOR] if low else [])
    nothing_differs()


@pytest.mark.parametrize("outcome", [Outcome.CALLED_BACK, Outcome.NO_GROUND])
def test_a_supervisor_says_what_came_of_it(cast: Cast, outcome: Outcome) -> None:
    inquiry = vote(answered(cast), 1, comment="没有说清楚")
    by = cast.by("supervisor")
    done = RATED + 2 * HOUR
    with pytest.raises(InvalidInput):
        perform("follow_up", inquiry.number, by=by, at=done, outcome=outcome, note=" ")
    perform("follow_up", inquiry.number, by=by, at=done, outcome=outcome, note="已电话回访")
    task = inquiry.follow_ups.get()
    assert (task.outcome, task.done_at, task.done_by) == (outcome, done, cast.supervisor)
    clock = inquiry.case.clocks.get(target=Target.FOLLOW_UP)
    assert (clock.state, clock.finished_at) == ("met", done)
    note = inquiry.remarks.get(move="follow_up")
    assert (note.text, note.audience) == ("已电话回访", Remark.Audience.SUPERVISOR)
    with pytest.raises(MoveRefused) as again:
        perform("follow_up", inquiry.number, by=by, at=done, outcome=outcome, note="再次")
    assert again.value.reason == Refusal.NO_LOW_RATING
    nothing_differs()


def test_a_task_nobody_does_is_warned_of_missed_and_escalated(cast: Cast) -> None:
    inquiry = vote(answered(cast), 1, comment="没有说清楚")
    for hours in range(0, 8 * 24, 6):
        tick(RATED + hours * HOUR)
    about = InboxItem.objects.filter(context__target="follow_up")
    told: Any = set(about.values_list("kind", "role", "department_id"))
    kinds = ("clock_warning", "clock_due", "clock_escalation")
    assert told == {(kind, Role.SUPERVISOR, None) for kind in kinds}
    clock = inquiry.case.clocks.get(target=Target.FOLLOW_UP)
    assert (clock.state, clock.missed_at) == ("missed", clock.due_at)
    assert inquiry.case.verdict == "met"
    late = RATED + 8 * DAY
    words: dict[str, Any] = {"outcome": Outcome.CALLED_BACK, "note": "已回访"}
    perform("follow_up", inquiry.number, by=cast.by("supervisor"), at=late, **words)
    clock.refresh_from_db()
    assert (clock.state, clock.finished_at) == ("missed", late)
    nothing_differs()


def test_a_better_rating_ends_the_task_and_a_low_one_opens_another(cast: Cast) -> None:
    inquiry = vote(answered(cast), 1, comment="没有说清楚")
    vote(inquiry, 5, RATED + HOUR)
    assert inquiry.follow_ups.get().outcome == Outcome.CHANGED
    assert not Clock.objects.filter(target=Target.FOLLOW_UP, finished_at__isnull=True).exists()
    vote(inquiry, 2, RATED + 2 * HOUR, "还是不清楚")
    vote(inquiry, 1, RATED + 3 * HOUR, "越看越不清楚")
    tasks = list(inquiry.follow_ups.values_list("outcome", flat=True))
    assert tasks == [Outcome.CHANGED, ""]
    nothing_differs()


def test_reopening_ends_the_task(cast: Cast) -> None:
    inquiry = vote(answered(cast), 1, comment="没有说清楚")
    perform("request_reopen", inquiry.number, by=CITIZEN, at=RATED, reason="仍未解决")
    perform("reopen", inquiry.number, by=cast.by("supervisor"), at=RATED + HOUR)
    task = FollowUp.objects.get(inquiry=inquiry)
    assert (task.outcome, task.done_by) == (Outcome.REOPENED, cast.supervisor)
    with pytest.raises(MoveRefused):
        vote(inquiry, 5, RATED + 2 * HOUR)
    nothing_differs()


def test_nobody_follows_up_a_rating_of_their_own_answer(cast: Cast) -> None:
    both = UserFactory.create(department=cast.tech, roles=(Role.HANDLER, Role.SUPERVISOR))
    inquiry = advance(make_inquiry(), cast, "assign")
    perform("sign_for", inquiry.number, by=both.as_actor(), at=MONDAY)
    perform("draft", inquiry.number, by=both.as_actor(), at=MONDAY, text="答复")
    perform("submit_for_review", inquiry.number, by=both.as_actor(), at=MONDAY)
    perform("reply", inquiry.number, by=cast.by("reviewer"), at=MONDAY)
    vote(inquiry, 1, comment="没有说清楚")
    words: dict[str, Any] = {"outcome": Outcome.NO_GROUND, "note": "无"}
    with pytest.raises(MoveRefused) as own:
        perform("follow_up", inquiry.number, by=both.as_actor(), at=RATED, **words)
    assert own.value.reason == Refusal.OWN_ANSWER
    perform("follow_up", inquiry.number, by=cast.by("supervisor"), at=RATED, **words)


# -- Comments --------------------------------------------------------------------------------


def shown(inquiry: Inquiry) -> str:
    return inquiry.replies.get(round=1).public_comment


def test_a_comment_is_shown_only_after_consent_and_a_supervisors_check(cast: Cast) -> None:
    by = cast.by("supervisor")
    inquiry = vote(answered(cast, "publish"), 5, comment="谢谢", may_show=False)
    with pytest.raises(MoveRefused) as private:
        perform("show_comment", inquiry.number, by=by, at=RATED, text="谢谢")
    assert private.value.reason == Refusal.NO_COMMENT_TO_SHOW
    vote(inquiry, 5, RATED + HOUR, "谢谢张科长", may_show=True)
    perform("show_comment", inquiry.number, by=by, at=RATED + HOUR, text="谢谢张某")
    assert shown(inquiry) == "谢谢张某"
    nothing_differs()
    perform("hide_comment", inquiry.number, by=by, at=RATED + 2 * HOUR, reason="误公开")
    assert shown(inquiry) == ""
    nothing_differs()


def test_a_changed_vote_takes_back_what_was_shown(cast: Cast) -> None:
    inquiry = vote(answered(cast, "publish"), 5, comment="谢谢", may_show=True)
    by = cast.by("supervisor")
    perform("show_comment", inquiry.number, by=by, at=RATED, text="谢谢")
    vote(inquiry, 4, RATED + HOUR, "一般")
    assert shown(inquiry) == ""
    nothing_differs()


def test_an_altered_comment_is_found(cast: Cast) -> None:
    inquiry = vote(answered(cast, "publish"), 5, comment="谢谢", may_show=True)
    perform("show_comment", inquiry.number, by=cast.by("supervisor"), at=RATED, text="谢谢")
    inquiry.replies.update(public_comment="非常感谢")
    assert [fault.detail for fault in verify()] == ["the comment that is shown was changed"]


# -- The reminder ----------------------------------------------------------------------------


def reminders(inquiry: Inquiry) -> list[Any]:
    rows = Outbox.objects.filter(kind="survey_reminder", case_number=inquiry.number)
    return list(rows.values_list("next_try_at", flat=True))


def test_one_reminder_half_way_in_working_time(cast: Cast) -> None:
    inquiry = answered(cast)
    # Answered Monday 2 March, 10:00; the window ends with 17 March, half of it on the 10th in the
    # morning's first hour, before the office opens.
    half = china(2026, 3, 10, 4, 59)
    tick(half - DAY)
    assert reminders(inquiry) == []
    for hours in range(0, 24 * 12, 6):
        tick(half + hours * HOUR)
    [sent] = reminders(inquiry)
    assert sent.astimezone(CHINA).date() == half.astimezone(CHINA).date()
    assert 8 <= sent.astimezone(CHINA).hour < 18


def test_who_has_rated_is_not_reminded(cast: Cast) -> None:
    inquiry = vote(answered(cast), 5)
    tick(MONDAY + 12 * DAY)
    assert reminders(inquiry) == []


def test_a_sweep_that_was_down_reminds_nobody_of_what_is_over(cast: Cast) -> None:
    inquiry = answered(cast)
    tick(MONDAY + 30 * DAY)
    assert reminders(inquiry) == []


def test_the_bureau_can_switch_reminders_off(cast: Cast, settings: Any) -> None:
    settings.SURVEY_REMINDER = False
    inquiry = answered(cast)
    tick(MONDAY + 12 * DAY)
    assert reminders(inquiry) == []


# -- Cases typed in by staff ------------------------------------------------------------------


def test_ratings_of_cases_typed_in_by_staff_can_be_left_out(cast: Cast) -> None:
    vote(answered(cast), 5)
    vote(answered(cast, channel="phone"), 1, comment="没有说清楚")
    assert counts(RATED) == (2, 2, 1)
    without = frozenset({"phone", "visit", "letter"})
    assert counts(RATED, unsurveyed=without) == (1, 1, 1)
    assert counts(RATED + DAY, RATED, unsurveyed=without) == (1, 1, 1)
