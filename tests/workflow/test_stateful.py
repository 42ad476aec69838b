"""Random people make random moves at random times; what must always hold, holds after each."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.actors import CITIZEN, SYSTEM, Actor
from inquiries.errors import InvalidInput, MoveRefused, StaleCase
from inquiries.facts import facts_of
from inquiries.models import Inquiry
from inquiries.policy import allowed_moves, refusal
from inquiries.states import MOVES, SAID_BY_SUPERVISOR, Kind, State
from inquiries.workflow import perform
from inquiries.workflow.engine import ENDS_UNANSWERED
from ledger.checking import faults
from ledger.models import Event
from notices.models import Outbox
from sla.background import tick
from sla.figures.measures import MEASURES, Key, measures
from sla.figures.recounting import lines
from sla.models import Case, Clock, ClockEvent, Delta, Rollup
from sla.proving.verification import verify
from sla.targets import ClockState, Target
from tests.factories import MONDAY, Cast, make_inquiry

pytestmark = pytest.mark.django_db

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
MOST_CASES = 3
OPEN = {"submitted", "accepted", "assigned", "in_progress", "awaiting_citizen", "in_review"}
LIVE: dict[str, set[str]] = {
    "submitted": {"acceptance", "reply"},
    "accepted": {"dispatch", "reply"},
    "assigned": {"sign_for", "department", "reply"},
    "in_progress": {"department", "reply"},
    "in_review": {"review", "department", "reply"},
    "replied": {"survey"},
}
steps = st.sampled_from([SECOND, HOUR, 7 * HOUR, DAY, 2 * DAY, 3 * DAY, 9 * DAY, 30 * DAY])
moves = st.sampled_from(sorted(set(MOVES) - {"submit"}))
numbers = st.integers(min_value=0, max_value=999)
beginnings = st.tuples(st.sampled_from(Kind), st.integers(min_value=0, max_value=7))
SAME = "rated_so_already"
USUAL = {
    "submitted": "accept",
    "accepted": "assign",
    "assigned": "sign_for",
    "in_progress": "submit_for_review",
    "awaiting_citizen": "supply",
    "in_review": "reply",
    "replied": "publish",
}


class House(RuleBasedStateMachine):
    """A bureau at work; each run is undone in the end."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        mine = ("intake", "handler", "reviewer", "supervisor", "auditor", "administrator")
        self.people: list[Actor] = [self.cast.by(name) for name in (*mine, "outsider")]
        self.people += [CITIZEN, SYSTEM]
        self.now = MONDAY
        self.numbers: list[str] = []
        self.verdicts: dict[str, tuple[str, datetime | None]] = {}
        self.promised: dict[str, datetime] = {}
        self.swept = MONDAY

    def teardown(self) -> None:
        try:
            self.somebody_verifies()
        finally:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # What happens

    @initialize(brought=st.lists(beginnings, min_size=1, max_size=2))
    def some_are_there(self, brought: list[tuple[Kind, int]]) -> None:
        for kind, far in brought:
            self.comes_in(kind)
            self.goes_the_usual_way(len(self.numbers) - 1, far)

    @precondition(lambda self: len(self.numbers) < MOST_CASES)
    @rule(kind=st.sampled_from(Kind))
    def comes_in(self, kind: Kind) -> None:
        self.numbers.append(make_inquiry(self.now, kind=kind).number)

    @rule(which=numbers, far=st.integers(min_value=1, max_value=6))
    def goes_the_usual_way(self, which: int, far: int) -> None:
        for _ in range(far):
            inquiry = self.case(which)
            held = facts_of(inquiry, self.now)
            move = USUAL.get(inquiry.state, "")
            if move == "submit_for_review" and not held.has_draft:
                move = "draft"
            for actor in self.people if move else ():
                if refusal(actor, move, held) is None:
                    self.make(inquiry, actor, move, 1, offered=True)
                    break

    @rule()
    def somebody_verifies(self) -> None:
        assert [str(difference) for difference in verify()] == []

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.now += step

    @rule(which=numbers, offset=st.sampled_from([-1, 0, 1]))
    def a_due_instant_comes(self, which: int, offset: int) -> None:
        due = Clock.objects.filter(finished_at__isnull=True, due_at__gt=self.now + SECOND)
        instants = sorted(clock.due_at for clock in due if clock.due_at)
        if instants:
            self.now = instants[which % len(instants)] + offset * SECOND

    @rule(again=st.booleans())
    def the_clockwork_comes_round(self, again: bool) -> None:
        tick(self.now)
        self.swept = self.now
        if again:
            before = (Event.objects.count(), ClockEvent.objects.count())
            assert not tick(self.now)
            assert (Event.objects.count(), ClockEvent.objects.count()) == before

    @rule(which=numbers, detail=numbers, times=st.integers(min_value=1, max_value=3))
    def somebody_does_what_is_offered(self, which: int, detail: int, times: int) -> None:
        # Hypothesis likes the same small numbers; all moves are to have their turn.
        chance = Random(f"{detail} {self.now}")
        for _ in range(times):
            inquiry = self.case(which)
            offered = self.offered(inquiry)
            move = chance.choice(sorted(offered))
            actor = chance.choice(offered[move])
            self.make(inquiry, actor, move, chance.randrange(1000), offered=True)

    def offered(self, inquiry: Inquiry) -> dict[str, list[Actor]]:
        held = facts_of(inquiry, self.now)
        found: dict[str, list[Actor]] = {}
        for actor in self.people:
            for move in MOVES:
                if refusal(actor, move, held) is None:
                    found.setdefault(move, []).append(actor)
            assert set(allowed_moves(actor, held)) <= set(found)
        if len(found) > 1:
            found.pop("note", None)  # offered always, and so it would be drawn too often
        return found

    @rule(which=numbers, who=numbers, move=moves, detail=numbers)
    def somebody_tries_something(self, which: int, who: int, move: str, detail: int) -> None:
        actor = self.people[who % len(self.people)]
        self.make(self.case(which), actor, move, detail, offered=False)

    def case(self, which: int) -> Inquiry:
        number = self.numbers[which % len(self.numbers)]
        return Inquiry.objects.select_related("case").get(case__number=number)

    def make(
        self, inquiry: Inquiry, actor: Actor, move: str, detail: int, *, offered: bool
    ) -> None:
        number = inquiry.number
        before, events = inquiry.version, Event.objects.count()
        joined = set(inquiry.merged.values_list("pk", flat=True))
        words = self.inputs(move, inquiry, detail)
        seen = before - 1 if detail % 29 == 7 else before
        try:
            perform(move, number, by=actor, at=self.now, seen=seen, **words)
        except StaleCase:
            assert seen < before
        except (InvalidInput, MoveRefused) as error:
            self.refused(error, move, offered=offered)
        else:
            after = self.case(self.numbers.index(number))
            # A rating closes the case in a move of its own.
            made = 2 if move == "rate" and inquiry.state == State.REPLIED else 1
            assert after.version == before + made
            left = joined - set(inquiry.merged.values_list("pk", flat=True))
            released = len(left) if move in ENDS_UNANSWERED else 0
            assert Event.objects.count() == events + made + released
            return
        assert self.case(self.numbers.index(number)).version == before
        assert Event.objects.count() == events

    def refused(self, error: InvalidInput | MoveRefused, move: str, *, offered: bool) -> None:
        """What was offered can fail over its input only."""
        if isinstance(error, InvalidInput):
            assert error.code in {"no_such_case", "same_case", "not_open", "same_department", SAME}
        else:
            assert not offered, (move, error.reason)

    def inputs(self, move: str, inquiry: Inquiry, detail: int) -> dict[str, Any]:
        departments = [self.cast.tech, self.cast.other]
        department = departments[detail % 5 == 0]
        supporting = [d for d in departments if d != department] if detail % 3 == 0 else []
        words: dict[str, dict[str, Any]] = {
            "accept": {"kind": list(Kind)[detail % 4]} if detail % 3 else {},
            "reject": {"ground": ["spam", "crime"][detail % 2], "explanation": "不予受理"},
            "refer": {"referred_to": "市教育局", "explanation": "属教育局职责"},
            "merge": {"into": self.numbers[detail % len(self.numbers)], "explanation": "重复"},
            "assign": {"department": department, "supporting": supporting},
            "return": {"reason": "不属本科室"},
            "reassign": {"department": department, "reason": "调整"},
            "ask_supplement": {"request": "请补充"},
            "supply": {"text": "已补充"},
            "draft": {"text": f"答复{detail}"},
            "contribute": {"text": "协办意见"},
            "request_extension": {"amount": 1, "reason": "需核实"},
            "deny_extension": {"note": "不同意"},
            "send_back": {"reason": "请修改"},
            "publish": {"title": "标题", "question": "问题", "text": "答复"},
            "unpublish": {"reason": "撤下"},
            "rate": {"rating": 1 + detail % 5, "comment": "意见", "may_show": detail % 3 > 0},
            "follow_up": {"outcome": list(SAID_BY_SUPERVISOR)[detail % 2], "note": "已回访"},
            "show_comment": {"text": "谢谢"},
            "hide_comment": {"reason": "撤下"},
            "request_reopen": {"reason": "不清楚"},
            "decline_reopen": {"explanation": "已答复清楚"},
            "urge": {"text": "请尽快"},
            "note": {"text": "记录"},
        }
        return words.get(move, {})

    # What must hold

    @invariant()
    def every_case_has_one_owner(self) -> None:
        for inquiry in Inquiry.objects.select_related("case"):
            department, handler = inquiry.case.department_id, inquiry.handler_id
            state = inquiry.state
            if state == State.AWAITING_CITIZEN:
                state = inquiry.resume_state
            if state in {"submitted", "accepted"}:
                assert (department, handler) == (None, None)
            elif state == "assigned":
                assert department is not None
                assert handler is None
            elif state in {"in_progress", "in_review", "replied"}:
                assert department is not None
                assert handler is not None
            assert inquiry.case.stage == inquiry.state

    @invariant()
    def clocks_agree_with_the_state(self) -> None:
        for inquiry in Inquiry.objects.select_related("case"):
            case = inquiry.case
            live = list(case.clocks.filter(finished_at__isnull=True))
            targets = Counter(clock.target for clock in live)
            assert targets.pop("follow_up", 0) == inquiry.follow_ups.filter(outcome="").count()
            wanted = LIVE.get(inquiry.state, set())
            if inquiry.state == State.AWAITING_CITIZEN:
                wanted = LIVE[inquiry.resume_state] | {"supplement"}
            assert targets == Counter(wanted)
            for clock in live:
                house = clock.target not in {"supplement", "survey"}
                waiting = inquiry.state == State.AWAITING_CITIZEN and house
                if waiting and clock.state != ClockState.MISSED:
                    assert clock.state == ClockState.PAUSED
                if not waiting:
                    assert clock.state != ClockState.PAUSED
                if clock.target == Target.REPLY:
                    assert case.due_at == clock.due_at
                    assert (case.paused_at is not None) == (clock.state == ClockState.PAUSED)
            assert (case.ended_at is None) == (inquiry.state in OPEN)

    @invariant()
    def the_sweep_has_left_nothing(self) -> None:
        for clock in Clock.objects.filter(state=ClockState.RUNNING, finished_at__isnull=True):
            assert clock.due_at is not None
            assert clock.due_at >= self.swept or clock.started_at >= self.swept
            assert clock.next_event_at is not None
            assert clock.next_event_at <= clock.due_at + SECOND

    @invariant()
    def a_verdict_is_right_and_frozen(self) -> None:
        for case in Case.objects.all():
            if case.number in self.verdicts:
                assert (case.verdict, case.verdict_at) == self.verdicts[case.number]
            if not case.verdict:
                assert case.replied_at is None
                continue
            self.verdicts[case.number] = (case.verdict, case.verdict_at)
            first = Clock.objects.get(case=case, target=Target.REPLY, round=1)
            if case.verdict == "met":
                assert case.verdict_at == case.replied_at
                assert first.due_at is not None
                assert case.replied_at is not None
                assert case.replied_at <= first.due_at
            else:
                assert case.verdict_at == first.due_at
                assert first.due_at is not None
                assert case.replied_at is None or case.replied_at > first.due_at

    @invariant()
    def only_pauses_and_extensions_lengthen_the_promise(self) -> None:
        for case in Case.objects.filter(round=1).exclude(due_at=None):
            assert case.due_at is not None
            if not case.supplements and not case.extensions:
                assert case.due_at <= self.promised.get(case.number, case.due_at)
            self.promised[case.number] = case.due_at

    @invariant()
    def the_ledger_is_whole(self) -> None:
        assert list(faults()) == []
        for inquiry in Inquiry.objects.select_related("case"):
            assert Event.objects.filter(case_number=inquiry.number).count() == inquiry.version

    @invariant()
    def the_figures_are_those_of_the_cases(self) -> None:
        columns = ("basis", "day", "department_id", "kind", "channel")
        counted: Counter[tuple[Key, str]] = Counter()
        for _, line in lines(Case.objects.all()):
            for (key, measure), n in measures(line).items():
                whole = Key(key.basis, key.day, key.department_id, key.kind, key.channel)
                counted[whole, measure] += n
        written: Counter[tuple[Key, str]] = Counter()
        sums = {f"n_{measure}": Sum(measure) for measure in MEASURES}
        for rows in (Rollup.objects.filter(grain="day"), Delta.objects.all()):
            for found in rows.values(*columns).annotate(**sums):
                key = Key(*(found[column] for column in columns))
                for measure in MEASURES:
                    written[key, measure] += found[f"n_{measure}"]
        assert {k: n for k, n in written.items() if n} == {k: n for k, n in counted.items() if n}

    @invariant()
    def letters_hold_no_secret(self) -> None:
        for letter in Outbox.objects.all():
            assert set(letter.context) <= {
                "title", "request", "referred_to", "reason", "due", "days", "explanation",
                "provisional", "round", "until",
            }  # fmt: skip


def test_random_lives_keep_every_promise(cast: Cast) -> None:
    House.cast = cast
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            # Shrinking a life of forty steps takes minutes; a failure is found again by its seed.
            phases=[Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
