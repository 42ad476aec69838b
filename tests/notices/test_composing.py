"""What goes into a digest, without a database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Role
from inquiries.reminders.composing import (
    MOST_LISTED,
    Line,
    Pool,
    Section,
    Wanted,
    owner_of,
    section_of,
)
from inquiries.states import State
from tests.factories import MONDAY

HOUR = timedelta(hours=1)
OPEN = [
    State.SUBMITTED,
    State.ACCEPTED,
    State.ASSIGNED,
    State.IN_PROGRESS,
    State.AWAITING_CITIZEN,
    State.IN_REVIEW,
]


@dataclass(frozen=True)
class Day:
    at: datetime = MONDAY
    since: datetime = MONDAY - 24 * HOUR
    today_until: datetime = MONDAY + 14 * HOUR
    soon_until: datetime = MONDAY + 38 * HOUR


LINES = st.lists(
    st.builds(
        Line,
        number=st.integers(1, 10**6).map(str),
        title=st.just("标题"),
        stage=st.sampled_from(OPEN),
        department_id=st.sampled_from([None, 1, 2]),
        handler_id=st.sampled_from([None, 11, 12]),
        due_at=st.none() | st.integers(-50, 50).map(lambda n: MONDAY + n * HOUR),
        assigned_at=st.none() | st.integers(-50, 0).map(lambda n: MONDAY + n * HOUR),
    ),
    max_size=40,
    unique_by=lambda line: line.number,
)
EVERYBODY = [
    Wanted(10, None, frozenset({Role.INTAKE})),
    *(
        Wanted(user, department, frozenset({Role.HANDLER, Role.REVIEWER}))
        for user, department in ((11, 1), (12, 2))
    ),
]


@given(LINES)
def test_every_case_is_told_to_those_who_must_act_and_stands_there_once(lines: list[Line]) -> None:
    pool = Pool(lines, Day())
    told: Counter[Section] = Counter()
    for person in EVERYBODY:
        for part in pool.compose(person).parts:
            told[part.section] += part.n
            assert len(part.lines) == min(part.n, MOST_LISTED)
            dues = [line.due_at for line in part.lines if line.due_at]
            assert dues == sorted(dues)
    sections = [section_of(line, Day()) for line in lines]
    assert told == Counter(section for section in sections if section is not None)


@given(LINES, st.booleans(), st.booleans())
def test_no_choice_hides_what_is_overdue(lines: list[Line], digest: bool, warnings: bool) -> None:
    pool = Pool(lines, Day())
    for person in EVERYBODY:
        choosing = Wanted(person.user_id, person.department_id, person.roles, digest, warnings)
        everything = {part.section: part for part in pool.compose(person).parts}
        chosen = {part.section: part for part in pool.compose(choosing).parts}
        assert chosen.get(Section.OVERDUE) == everything.get(Section.OVERDUE)
        assert chosen.items() <= everything.items()
        if not digest:
            assert set(chosen) <= {Section.OVERDUE}
        if not warnings:
            assert Section.SOON not in chosen


@given(LINES)
def test_supervisors_are_told_of_all_that_is_overdue(lines: list[Line]) -> None:
    supervisor = Wanted(20, None, frozenset({Role.SUPERVISOR}))
    composed = Pool(lines, Day()).compose(supervisor)
    late = [line for line in lines if section_of(line, Day()) == Section.OVERDUE]
    assert composed.parts == []
    assert composed.cases == len(late)
    assert bool(composed) == bool(late)
    assert {one.department_id: one.n for one in composed.departments} == Counter(
        line.department_id for line in late
    )


def test_a_case_of_somebody_who_left_is_the_department_s() -> None:
    line = Line("1", "标题", State.IN_PROGRESS, 1, None, MONDAY, None)
    assert owner_of(line) == (Role.HANDLER, 1)
