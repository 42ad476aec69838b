"""Sealing days: once each, what belongs in them, and what the database refuses."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from ledger import sealing
from ledger.chain import GENESIS
from ledger.checking import seal_faults
from ledger.merkle import NOTHING, root_of
from ledger.models import Event, Seal, SealedHead
from ledger.seal import seal_hash
from ledger.sealing import GRACE, midnight, seal
from sla.background import tick
from sla.tasks import seal as seal_task
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.flush import ledger_unguarded

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FIRST = date(2026, 3, 2)
SEALED_FIRST = midnight(FIRST + DAY) + GRACE


def test_nothing_is_sealed_before_there_is_anything(cast: Cast) -> None:
    assert seal(MONDAY) == 0
    make_inquiry()
    assert seal(MONDAY) == 0
    assert seal(SEALED_FIRST - timedelta(seconds=1)) == 0
    assert seal(SEALED_FIRST) == 1
    assert Seal.objects.get().day == FIRST


def test_a_seal_holds_the_heads_of_the_days_chains(cast: Cast) -> None:
    still, moved = make_inquiry(), make_inquiry()
    assert seal(SEALED_FIRST) == 1
    perform("accept", moved.number, by=cast.by("intake"), at=MONDAY + DAY)
    perform("assign", moved.number, by=cast.by("intake"), at=MONDAY + DAY, department=cast.tech)
    assert seal(SEALED_FIRST + DAY) == 1

    first, second = Seal.objects.all()
    assert (first.events, first.cases, first.late) == (2, 2, 0)
    assert (second.events, second.cases, second.late) == (2, 1, 0)
    assert SealedHead.objects.filter(case_number=still.number).count() == 1
    head = SealedHead.objects.get(day=second.day)
    last = Event.objects.filter(case_number=moved.number).latest("seq")
    assert (head.case_number, head.seq, head.hash) == (moved.number, last.seq, last.hash)
    assert second.root == root_of([bytes.fromhex(last.hash)]).hex()
    assert (first.previous, second.previous) == (GENESIS, first.hash)
    assert all(seal_hash(each.line()) == each.hash for each in (first, second))
    assert list(seal_faults()) == []


def test_days_that_were_missed_are_sealed_one_by_one_with_their_own_events(cast: Cast) -> None:
    inquiry = make_inquiry()
    seal(SEALED_FIRST)
    perform("accept", inquiry.number, by=cast.by("intake"), at=MONDAY + 2 * DAY)
    make_inquiry(MONDAY + 5 * DAY)
    assert seal(SEALED_FIRST + 4 * DAY) == 4
    found = {each.day.day: (each.events, each.cases) for each in Seal.objects.all()}
    assert found == {2: (1, 1), 3: (0, 0), 4: (1, 1), 5: (0, 0), 6: (0, 0)}
    assert Seal.objects.get(day=FIRST + DAY).root == NOTHING.hex()
    assert {each.sealed_at for each in Seal.objects.filter(day__gt=FIRST)} == {
        SEALED_FIRST + 4 * DAY
    }
    # What was there already, but belongs to a day still running, is sealed with that day.
    assert seal(SEALED_FIRST + 5 * DAY) == 1
    assert Seal.objects.latest("day").events == 1
    assert list(seal_faults()) == []


def test_events_entered_late_are_sealed_once_and_counted_as_late(cast: Cast) -> None:
    make_inquiry()
    seal(SEALED_FIRST)
    make_inquiry(MONDAY + DAY)
    late = make_inquiry(MONDAY - 7 * DAY)
    assert seal(SEALED_FIRST + DAY) == 1
    last = Seal.objects.latest("day")
    assert (last.events, last.cases, last.late) == (2, 2, 1)
    assert seal(SEALED_FIRST + 2 * DAY) == 1
    assert Seal.objects.latest("day").events == 0
    assert SealedHead.objects.get(case_number=late.number).day == FIRST + DAY


def test_a_seal_costs_the_days_events_not_all_there_are(
    cast: Cast, django_assert_max_num_queries
) -> None:
    for _ in range(4):
        advance(make_inquiry(), cast, "reply")
    seal(SEALED_FIRST)
    before = Seal.objects.get()
    assert before.open_from == Event.objects.latest("pk").pk
    make_inquiry(MONDAY + DAY)
    with django_assert_max_num_queries(14):
        assert seal(SEALED_FIRST + DAY) == 1


def test_somebody_else_was_quicker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes saw the same day unsealed; the row of the day is one."""
    make_inquiry()
    real = sealing._settled
    raced: list[bool] = []

    def other_seals_first() -> int | None:
        found = real()
        if not raced:
            raced.append(True)
            assert seal(SEALED_FIRST) == 1
        return found

    monkeypatch.setattr(sealing, "_settled", other_seals_first)
    assert seal(SEALED_FIRST) == 0
    assert Seal.objects.count() == 1
    assert list(seal_faults()) == []


def test_the_background_work_the_task_and_the_command_seal(cast: Cast) -> None:
    make_inquiry()
    tick(SEALED_FIRST)
    assert Seal.objects.count() == 1
    with time_machine.travel(SEALED_FIRST + DAY, tick=False):
        assert seal_task() == 1
        assert seal_task() == 0
    out = StringIO()
    with time_machine.travel(SEALED_FIRST + 3 * DAY, tick=False):
        call_command("seal", stdout=out)
    assert out.getvalue() == "2 days sealed\n"


STATEMENTS = [
    f"{verb} {table}{rest}"
    for table, column in (
        ("ledger_event", "move"),
        ("ledger_seal", "root"),
        ("ledger_sealedhead", "hash"),
    )
    for verb, rest in (("UPDATE", f" SET {column} = 'x'"), ("DELETE FROM", ""))
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_to_change_or_remove(cast: Cast, statement: str) -> None:
    make_inquiry()
    seal(SEALED_FIRST)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    with ledger_unguarded(connection), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["ledger_event", "ledger_seal", "ledger_sealedhead"])
def test_postgresql_refuses_to_empty_the_tables(cast: Cast, table: str) -> None:
    make_inquiry()
    seal(SEALED_FIRST)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(f"TRUNCATE {table}")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (1,)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_writer_under_way_is_waited_for_and_not_for_ever(cast: Cast) -> None:
    """An event whose key is drawn but not yet committed must not fall between two seals."""
    from threading import Event as Signal
    from threading import Thread

    make_inquiry()
    seal(SEALED_FIRST)
    written, go = Signal(), Signal()

    def slow_writer() -> None:
        try:
            with transaction.atomic():
                make_inquiry(MONDAY + DAY)
                written.set()
                go.wait(20)
        finally:
            connection.close()

    writer = Thread(target=slow_writer)
    writer.start()
    assert written.wait(20)
    assert seal(SEALED_FIRST + DAY) == 0
    go.set()
    writer.join()
    assert seal(SEALED_FIRST + DAY) == 1
    assert Seal.objects.latest("day").events == 1


def test_late_moves_of_the_clockwork_are_no_fault(cast: Cast) -> None:
    from ledger.checking import faults

    inquiry = make_inquiry()
    perform("ask_supplement", inquiry.number, by=cast.by("intake"), at=MONDAY, request="请补充。")
    seal(SEALED_FIRST)
    tick(MONDAY + 40 * DAY)
    assert Event.objects.filter(case_number=inquiry.number).latest("seq").move == "lapse"
    seal(SEALED_FIRST + 41 * DAY)
    assert list(faults()) == []
    assert list(seal_faults()) == []
    perform("withdraw", make_inquiry(MONDAY).number, by=CITIZEN, at=MONDAY)
    seal(SEALED_FIRST + 42 * DAY)
    assert list(faults()) == []
