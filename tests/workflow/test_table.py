"""Every state, move and mover against the table of the design, written out here once more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from accounts.actors import CITIZEN, SYSTEM, Actor, ActorKind, Role
from inquiries.errors import MoveRefused
from inquiries.models import Inquiry
from inquiries.policy import Facts, Refusal, allowed_moves, refusal
from inquiries.states import MOVES, State
from inquiries.workflow import perform
from inquiries.workflow.engine import TRANSITIONS
from sla.background import tick
from tests.factories import MONDAY, Cast, advance, make_inquiry

SHORT = {
    "SU": State.SUBMITTED,
    "AC": State.ACCEPTED,
    "AS": State.ASSIGNED,
    "IP": State.IN_PROGRESS,
    "AW": State.AWAITING_CITIZEN,
    "IR": State.IN_REVIEW,
    "RE": State.REPLIED,
    "CL": State.CLOSED,
    "RJ": State.REJECTED,
    "RF": State.REFERRED,
    "ME": State.MERGED,
    "WD": State.WITHDRAWN,
}

# move | from | to (-: stays, back: to the state it left) | who may
TABLE = """
accept            | SU                | AC   | intake
reject            | SU AC             | RJ   | intake
refer             | SU AC             | RF   | intake
merge             | SU AC AS IP AW IR | ME   | intake
release           | ME                | AC   | system
assign            | AC                | AS   | intake
sign_for          | AS                | IP   | handler
return            | AS IP             | AC   | handler
reassign          | AS IP             | AS   | intake supervisor
ask_supplement    | SU AC             | AW   | intake
ask_supplement    | IP                | AW   | handler
supply            | AW                | back | citizen
lapse             | AW                | CL   | system
draft             | IP                | -    | handler
contribute        | AS IP IR          | -    | supporter
request_extension | IP                | -    | handler
grant_extension   | IP                | -    | supervisor
deny_extension    | IP                | -    | supervisor
submit_for_review | IP                | IR   | handler
send_back         | IR                | IP   | reviewer
reply             | IR                | RE   | reviewer
publish           | RE CL             | -    | reviewer
unpublish         | SU AC AS IP AW IR RE CL RJ RF ME WD | - | reviewer
rate              | RE CL             | -    | citizen
follow_up         | CL                | -    | supervisor
show_comment      | RE CL             | -    | supervisor
hide_comment      | SU AC AS IP AW IR RE CL RJ RF ME WD | - | supervisor
request_reopen    | RE CL             | -    | citizen
reopen            | RE CL             | IP   | supervisor
decline_reopen    | RE CL             | -    | supervisor
close             | RE                | CL   | system
withdraw          | SU AC AS IP AW IR | WD   | citizen
urge              | SU AC AS IP AW IR | -    | supervisor
note              | SU AC AS IP AW IR RE CL RJ RF ME WD | - | intake handler reviewer supervisor supporter
"""  # noqa: E501

Cell = tuple[str, State]


def table() -> dict[Cell, tuple[str, frozenset[str]]]:
    """(Move, source) -> (target, who may)."""
    found: dict[Cell, tuple[str, frozenset[str]]] = {}
    for line in TABLE.strip().splitlines():
        move, sources, target, who = (part.strip() for part in line.split("|"))
        for source in sources.split():
            assert (move, SHORT[source]) not in found
            found[move, SHORT[source]] = (target, frozenset(who.split()))
    return found


EXPECTED = table()
NAMES = sorted({move for move, _ in EXPECTED})
LEAD, SUPPORTING, ELSEWHERE = 1, 2, 3


def staff(user_id: int, department: int, *roles: Role) -> Actor:
    return Actor(ActorKind.STAFF, f"staff {user_id}", user_id, department, frozenset(roles))


PEOPLE: dict[str, Actor] = {
    "citizen": CITIZEN,
    "system": SYSTEM,
    "intake": staff(11, ELSEWHERE, Role.INTAKE),
    "handler": staff(12, LEAD, Role.HANDLER),
    "reviewer": staff(13, LEAD, Role.REVIEWER),
    "supervisor": staff(14, ELSEWHERE, Role.SUPERVISOR),
    "auditor": staff(15, ELSEWHERE, Role.AUDITOR),
    "administrator": staff(16, ELSEWHERE, Role.ADMINISTRATOR),
    "supporter": staff(17, SUPPORTING, Role.HANDLER),
    "outsider": staff(18, ELSEWHERE, Role.HANDLER),
    "other_reviewer": staff(19, ELSEWHERE, Role.REVIEWER),
    "nobody": staff(20, LEAD),
}
HELPFUL: dict[str, dict[str, Any]] = {
    "grant_extension": {"extension_pending": True, "extension_by": 12},
    "deny_extension": {"extension_pending": True, "extension_by": 12},
    "reopen": {"reopen_pending": True},
    "decline_reopen": {"reopen_pending": True},
    "unpublish": {"published": True},
    "follow_up": {"follow_up_open": True},
    "show_comment": {"published": True, "comment_consented": True},
    "hide_comment": {"comment_shown": True},
}


def facts(move: str, state: State) -> Facts:
    """Facts under which no guard stands in the move's way."""
    return Facts(
        state=state,
        department_id=LEAD,
        handler_id=12,
        drafter_id=12,
        has_draft=True,
        answered=True,
        consented=True,
        survey_open=True,
        supporting=frozenset({SUPPORTING}),
        **HELPFUL.get(move, {}),
    )


def reason(move: str, state: State, name: str) -> Refusal | None:
    """What the table answers to somebody who wants to make a move now."""
    if (move, state) not in EXPECTED:
        return Refusal.WRONG_STATE
    who = EXPECTED[move, state][1]
    if name in who:
        return None
    same_role = {"supporter": "handler", "outsider": "handler", "other_reviewer": "reviewer"}
    if move == "contribute":
        handlers = {"handler", "outsider"}
        return Refusal.NOT_SUPPORTING if name in handlers else Refusal.NOT_YOUR_ROLE
    if same_role.get(name) in who:
        return Refusal.NOT_YOUR_DEPARTMENT
    return Refusal.NOT_YOUR_ROLE


def test_the_table_names_every_move_but_submit() -> None:
    assert set(NAMES) | {"submit"} == set(MOVES)


@pytest.mark.parametrize("state", State)
def test_policy_answers_as_the_table_says(state: State) -> None:
    wrong = [
        (move, name, got, wanted)
        for move in NAMES
        for name, actor in PEOPLE.items()
        if (got := refusal(actor, move, facts(move, state)))
        is not (wanted := reason(move, state, name))
    ]
    assert wrong == []


def test_nobody_submits_a_case_that_is_there_already() -> None:
    for state in State:
        for actor in PEOPLE.values():
            assert refusal(actor, "submit", facts("submit", state)) is Refusal.WRONG_STATE


# move | fact that stands in the way | the reason given
GUARDS: list[tuple[str, dict[str, Any], Refusal | None]] = [
    ("return", {"may_still_return": False}, Refusal.TOO_LATE_TO_RETURN),
    ("ask_supplement", {"supplement_asked": True}, Refusal.ASKED_BEFORE),
    ("request_extension", {"extension_pending": True}, Refusal.REQUEST_PENDING),
    ("request_extension", {"reply_overdue": True}, Refusal.EXTENSION_TOO_LATE),
    ("release", {"answered_elsewhere": True}, Refusal.WRONG_STATE),
    ("request_extension", {"extension_room": 0}, Refusal.NO_ROOM_TO_EXTEND),
    ("grant_extension", {"extension_pending": False}, Refusal.NO_REQUEST),
    ("grant_extension", {"extension_by": 14}, Refusal.OWN_REQUEST),
    ("grant_extension", {"reply_overdue": True}, Refusal.EXTENSION_TOO_LATE),
    ("deny_extension", {"extension_pending": False}, Refusal.NO_REQUEST),
    ("deny_extension", {"extension_by": 14}, Refusal.OWN_REQUEST),
    ("deny_extension", {"reply_overdue": True}, None),
    ("submit_for_review", {"has_draft": False}, Refusal.NO_DRAFT),
    ("reply", {"drafter_id": 13}, Refusal.OWN_DRAFT),
    ("publish", {"answered": False}, Refusal.NOT_ANSWERED),
    ("publish", {"consented": False}, Refusal.NO_CONSENT),
    ("publish", {"published": True}, Refusal.PUBLISHED_ALREADY),
    ("publish", {"published": True, "newer_answer": True}, None),
    ("unpublish", {"published": False}, Refusal.NOT_PUBLISHED),
    ("rate", {"answered": False}, Refusal.NOT_ANSWERED),
    ("rate", {"rated": True}, Refusal.RATED_ALREADY),
    ("rate", {"rated": True, "rating_changeable": True, "survey_open": False}, None),
    ("rate", {"survey_open": False}, Refusal.SURVEY_OVER),
    ("follow_up", {"follow_up_open": False}, Refusal.NO_LOW_RATING),
    ("follow_up", {"rated_handlers": frozenset({14})}, Refusal.OWN_ANSWER),
    ("show_comment", {"published": False}, Refusal.NOT_PUBLISHED),
    ("show_comment", {"comment_consented": False}, Refusal.NO_COMMENT_TO_SHOW),
    ("show_comment", {"comment_shown": True}, Refusal.COMMENT_SHOWN),
    ("show_comment", {"rated_handlers": frozenset({14})}, Refusal.OWN_ANSWER),
    ("hide_comment", {"comment_shown": False}, Refusal.COMMENT_NOT_SHOWN),
    ("request_reopen", {"answered": False}, Refusal.NOT_ANSWERED),
    ("request_reopen", {"reopened": True}, Refusal.REOPENED_ALREADY),
    ("request_reopen", {"reopen_pending": True}, Refusal.REQUEST_PENDING),
    ("request_reopen", {"reopen_declined": True}, Refusal.ASKED_TO_REOPEN),
    ("reopen", {"answered": False}, Refusal.NOT_ANSWERED),
    ("reopen", {"reopened": True}, Refusal.REOPENED_ALREADY),
    ("reopen", {"reopen_pending": False}, Refusal.NO_REQUEST),
    ("decline_reopen", {"reopen_pending": False}, Refusal.NO_REQUEST),
]


@pytest.mark.parametrize(("move", "fact", "wanted"), GUARDS)
def test_guards_refuse_in_every_state_the_move_is_for(
    move: str, fact: dict[str, Any], wanted: Refusal | None
) -> None:
    for (name, state), (_, who) in EXPECTED.items():
        if name != move:
            continue
        for person in who:
            held = replace(facts(move, state), **fact)
            assert refusal(PEOPLE[person], move, held) is wanted, (state, person)


def test_two_roles_in_one_person_open_no_back_door() -> None:
    both = staff(21, LEAD, Role.HANDLER, Role.REVIEWER, Role.SUPERVISOR)
    own_draft = replace(facts("reply", State.IN_REVIEW), drafter_id=21)
    assert refusal(both, "reply", own_draft) is Refusal.OWN_DRAFT
    own_request = replace(facts("grant_extension", State.IN_PROGRESS), extension_by=21)
    assert refusal(both, "grant_extension", own_request) is Refusal.OWN_REQUEST
    clerk = staff(22, ELSEWHERE, Role.INTAKE, Role.HANDLER)
    in_progress = facts("ask_supplement", State.IN_PROGRESS)
    assert refusal(clerk, "ask_supplement", in_progress) is Refusal.NOT_YOUR_DEPARTMENT


def test_what_is_offered_is_what_is_allowed() -> None:
    for state in State:
        for name, actor in PEOPLE.items():
            held = facts("draft", state)
            offered = allowed_moves(actor, held)
            assert {"submit", "lapse", "close"}.isdisjoint(offered), name
            assert all(refusal(actor, move, held) is None for move in offered)


def test_the_fsm_is_the_graph_of_the_table() -> None:
    """Whoever bypassed the policy would still meet the transitions' own sources."""
    field = Inquiry._meta.get_field("state")
    graph: dict[str, dict[str, str]] = {}
    for edge in field.get_all_transitions(Inquiry):  # type: ignore[union-attr]
        target = edge.target if isinstance(edge.target, str) else "back"
        graph.setdefault(edge.name, {})[str(edge.source)] = target
    wanted: dict[str, dict[str, str]] = {}
    for (move, source), (target, _) in EXPECTED.items():
        if target != "-":
            name = TRANSITIONS[move].__name__
            wanted.setdefault(name, {})[str(source)] = str(SHORT.get(target, target))
    assert graph == wanted
    assert {move for move, entry in MOVES.items() if entry.target} <= {*TRANSITIONS, "submit"}


@pytest.mark.django_db
def test_a_state_cannot_be_assigned(cast: Cast) -> None:
    inquiry = make_inquiry()
    with pytest.raises(AttributeError):
        inquiry.state = State.CLOSED


# On real cases

LATER = MONDAY + timedelta(minutes=30)


def inputs(move: str, cast: Cast, survivor: str) -> dict[str, Any]:
    words: dict[str, dict[str, Any]] = {
        "reject": {"ground": "litigation", "explanation": "请向法院反映"},
        "refer": {"referred_to": "市教育局", "explanation": "属教育局职责"},
        "merge": {"into": survivor, "explanation": "与前件相同"},
        "assign": {"department": cast.tech},
        "return": {"reason": "不属本科室职责"},
        "reassign": {"department": cast.other, "reason": "职责调整"},
        "ask_supplement": {"request": "请补充营业执照编号"},
        "supply": {"text": "已补充"},
        "draft": {"text": "另一份答复"},
        "contribute": {"text": "协办意见"},
        "request_extension": {"amount": 2, "reason": "需要现场核实"},
        "deny_extension": {"note": "请按期办理"},
        "send_back": {"reason": "请补充依据"},
        "publish": {"title": "咨询", "question": "何时申报？", "text": "四月"},
        "unpublish": {"reason": "含个人信息"},
        "rate": {"rating": 4},
        "request_reopen": {"reason": "答非所问"},
        "decline_reopen": {"explanation": "答复已清楚"},
        "urge": {"text": "请尽快"},
        "note": {"text": "已电话联系"},
    }
    return words.get(move, {})


def bring_to(state: State, cast: Cast, survivor: str) -> Inquiry:
    """A case in a state, where no guard stands in the way of the moves of that state."""
    inquiry = make_inquiry()
    number = inquiry.number
    way = {
        State.ACCEPTED: "accept",
        State.ASSIGNED: "assign",
        State.IN_PROGRESS: "draft",
        State.IN_REVIEW: "submit_for_review",
        State.REPLIED: "reply",
        State.CLOSED: "reply",
    }
    if state in way:
        advance(inquiry, cast, way[state])
    last = {
        State.AWAITING_CITIZEN: "ask_supplement",
        State.REJECTED: "reject",
        State.REFERRED: "refer",
        State.MERGED: "merge",
    }
    if state in last:
        words = inputs(last[state], cast, survivor)
        perform(last[state], number, by=cast.by("intake"), at=MONDAY, **words)
    elif state == State.WITHDRAWN:
        perform("withdraw", number, by=CITIZEN, at=MONDAY)
    elif state == State.CLOSED:
        perform("close", number, by=SYSTEM, at=MONDAY)
    inquiry = Inquiry.objects.get(pk=inquiry.pk)
    if inquiry.case.department_id is not None:
        inquiry.supports.create(department=cast.other, asked_at=MONDAY)
    assert inquiry.state == state
    return inquiry


OF_A_RATED_CASE = {"follow_up", "show_comment", "hide_comment"}
"""Played in test_rating; the cases here have no rating."""

BEFOREHAND = {
    "grant_extension": ("request_extension", "handler"),
    "deny_extension": ("request_extension", "handler"),
    "reopen": ("request_reopen", "citizen"),
    "decline_reopen": ("request_reopen", "citizen"),
    "unpublish": ("publish", "reviewer"),
}


def everything() -> dict[str, list[Any]]:
    """All rows of the tables moves write."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for label in ("inquiries", "sla", "ledger", "notices")
        for model in apps.get_app_config(label).get_models()
        if model._meta.model_name not in {"policy", "calendarday", "calendaryear", "workcalendar"}
    }


@pytest.fixture
def people(cast: Cast) -> dict[str, Actor]:
    mine = ("intake", "handler", "reviewer", "supervisor", "auditor", "administrator")
    found = {name: cast.by(name) for name in mine}
    # In the cast, the outsider's department is the one asked for support.
    return {"citizen": CITIZEN, "system": SYSTEM, "supporter": cast.by("outsider"), **found}


@contextmanager
def undone() -> Iterator[None]:
    """A try whose writes are taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def allowed(move: str, state: State, name: str) -> bool:
    if (move, state) == ("rate", State.CLOSED):
        # This one closed because the time was over; a rated one may be rated anew for a day.
        return False
    if move in OF_A_RATED_CASE:
        return False
    if move == "release":
        # The case it was merged into will still answer it.
        return False
    if move == "unpublish" and state not in {State.REPLIED, State.CLOSED}:
        # These have never been answered, so there is nothing public.
        return False
    supported = state in {State.ASSIGNED, State.IN_PROGRESS, State.IN_REVIEW, State.REPLIED}
    if move == "note" and not supported and state != State.CLOSED:
        # No department has it yet, or none has it any more.
        return name in {"intake", "supervisor"}
    return (move, state) in EXPECTED and name in EXPECTED[move, state][1]


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
def test_real_cases_move_as_the_table_says(
    state: State, cast: Cast, people: dict[str, Actor]
) -> None:
    survivor = make_inquiry().number
    inquiry = bring_to(state, cast, survivor)
    number, version = inquiry.number, inquiry.version
    before = everything()
    for move in NAMES:
        for name, actor in people.items():
            with undone():
                prepared = move in BEFOREHAND and (BEFOREHAND[move][0], state) in EXPECTED
                if prepared:
                    other, mover = BEFOREHAND[move]
                    by = people[mover]
                    perform(other, number, by=by, at=LATER, **inputs(other, cast, survivor))
                words = inputs(move, cast, survivor)
                if not allowed(move, state, name):
                    with pytest.raises(MoveRefused):
                        perform(move, number, by=actor, at=LATER, **words)
                    continue
                perform(move, number, by=actor, at=LATER, **words)
                moved = Inquiry.objects.select_related("case").get(pk=inquiry.pk)
                target = EXPECTED[move, state][0]
                ends = {"-": state, "back": State.SUBMITTED}.get(target) or SHORT[target]
                if move == "rate":
                    ends = State.CLOSED
                assert moved.state == moved.case.stage == ends, (move, name)
                assert moved.version == version + 1 + prepared + (move == "rate")
    assert everything() == before


@pytest.mark.django_db
def test_a_refused_move_changes_nothing_even_when_the_case_is_overdue(cast: Cast) -> None:
    """The refusal is found after the clocks were judged; that must not be written either."""
    inquiry = advance(make_inquiry(), cast, "sign_for")
    before = everything()
    late = MONDAY + timedelta(days=30)
    with pytest.raises(MoveRefused):
        perform("return", inquiry.number, by=cast.by("handler"), at=late, reason="不属本科室")
    words: dict[str, Any] = {"amount": 1, "reason": "需要现场核实"}
    with pytest.raises(MoveRefused):
        perform("request_extension", inquiry.number, by=cast.by("handler"), at=late, **words)
    assert everything() == before


def ask_and_supply(inquiry: Inquiry, asker: Actor, at: datetime) -> Inquiry:
    perform("ask_supplement", inquiry.number, by=asker, at=at, request="请补充材料")
    return perform("supply", inquiry.number, by=CITIZEN, at=at, text="已补充")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("until", "asker", "state"),
    [("", "intake", "submitted"), ("accept", "intake", "accepted"), ("draft", "handler", None)],
)
def test_a_supplied_case_goes_back_to_the_state_it_left(
    cast: Cast, until: str, asker: str, state: str | None
) -> None:
    inquiry = make_inquiry()
    if until:
        advance(inquiry, cast, until)
    assert ask_and_supply(inquiry, cast.by(asker), LATER).state == (state or "in_progress")
    with pytest.raises(MoveRefused):
        ask_and_supply(inquiry, cast.by(asker), LATER)


@pytest.mark.django_db
def test_a_lapsed_case_is_over(cast: Cast, people: dict[str, Actor]) -> None:
    """Closed without an answer: nothing to publish, to rate or to take up again."""
    inquiry = make_inquiry()
    words: dict[str, Any] = {"request": "请补充材料"}
    perform("ask_supplement", inquiry.number, by=cast.by("intake"), at=MONDAY, **words)
    tick(MONDAY + timedelta(days=40))
    late = MONDAY + timedelta(days=41)
    for move in ("publish", "rate", "request_reopen", "reopen"):
        for actor in people.values():
            with pytest.raises(MoveRefused):
                perform(move, inquiry.number, by=actor, at=late, **inputs(move, cast, ""))
