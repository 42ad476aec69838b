"""The fast way through the cases leaves nothing out: whatever is changed anywhere, `verify` says of
it what it says when every case is looked at closely."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from accounts.actors import CITIZEN
from inquiries.models import FollowUp, Inquiry, Remark, Reply
from inquiries.workflow import perform
from ledger.models import Event, SealedHead
from ledger.sealing import GRACE, midnight, seal
from sla.figures.folding import fold
from sla.figures.measures import civil_day
from sla.models import Case, Clock, ClockPause, Policy, Rollup, Survey, WorkCalendar
from sla.proving.slicing import acyclic
from sla.proving.verification import Difference, Looking, verify
from sla.sweep import sweep
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.figures.test_tampering import rehash
from tests.flush import ledger_unguarded

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TABLES = (Case, Inquiry, Clock, ClockPause, Survey, Reply, Remark, FollowUp, Event, SealedHead)


@pytest.fixture
def house(cast: Cast) -> None:
    """Cases of many sorts, and seals of some days."""
    late, paused, waiting, withdrawn, again, answered = (make_inquiry(MONDAY) for _ in range(6))
    advance(answered, cast, "publish", MONDAY + DAY)
    perform("rate", answered.number, by=CITIZEN, at=MONDAY + 2 * DAY, rating=5)
    advance(late, cast, "draft", MONDAY + DAY)
    advance(paused, cast, "sign_for", MONDAY)
    officer = cast.by("handler")
    perform("ask_supplement", paused.number, by=officer, at=MONDAY + DAY, request="哪一年？")
    perform("withdraw", withdrawn.number, by=CITIZEN, at=MONDAY + DAY)
    advance(again, cast, "reply", MONDAY + DAY)
    perform("rate", again.number, by=CITIZEN, at=MONDAY + DAY, rating=1, comment="没有回答问题")
    perform("request_reopen", again.number, by=CITIZEN, at=MONDAY + DAY, reason="没有回答问题")
    perform("reopen", again.number, by=cast.by("supervisor"), at=MONDAY + DAY)
    seal(midnight(civil_day(MONDAY) + 2 * DAY) + GRACE)
    perform("supply", paused.number, by=CITIZEN, at=MONDAY + 3 * DAY, text="二〇二五年")
    perform(
        "ask_supplement", waiting.number, by=cast.by("intake"), at=MONDAY + 3 * DAY, request="？"
    )
    sweep(MONDAY + 9 * DAY)
    fold()
    make_inquiry(MONDAY + 9 * DAY)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The cases that were looked at closely."""
    keys: list[int] = []
    look = Looking._look_at

    def note(self: Looking, some: Sequence[int]) -> Iterator[Difference]:
        keys.extend(some)
        return look(self, some)

    monkeypatch.setattr(Looking, "_look_at", note)
    return keys


def found(*, whole: bool) -> list[str]:
    return sorted(str(one) for one in verify(whole=whole))


def test_an_honest_house_needs_no_closer_look(house: None, looked_at: list[int]) -> None:
    assert found(whole=False) == []
    assert looked_at == []
    assert found(whole=True) == []
    assert len(looked_at) == Case.objects.count()


def test_the_command_looks_closely_when_told_to(house: None, looked_at: list[int]) -> None:
    out = StringIO()
    call_command("verify", "--whole", stdout=out)
    assert out.getvalue() == "0 differences in 7 cases\n"
    assert len(looked_at) == 7


def others(field: models.Field[Any, Any], value: Any) -> Iterator[Any]:
    """What a forger might write instead."""
    if field.null and value is not None:
        yield None
    if isinstance(field, models.DateTimeField):
        yield (value or MONDAY) + timedelta(seconds=1)
        yield (value or MONDAY) - 3 * DAY
    elif isinstance(field, models.DateField):
        yield value + DAY
    elif isinstance(field, models.BooleanField):
        yield not value
    elif isinstance(field, models.JSONField):
        yield (
            {**value, "rating": 5}
            if isinstance(value, dict)
            else [["2026-03-02T01:00:00+00:00", 2]]
        )
    elif isinstance(field, models.IntegerField | models.ForeignKey):
        yield from {(value or 0) + 1, max((value or 0) - 1, 0)} - {value}
    else:
        yield from {"met", "replied", "x", ""} - {value}


def changes(table: type[models.Model]) -> Iterator[tuple[int, str, Any]]:
    for row in table._default_manager.order_by("pk"):
        for column in table._meta.concrete_fields:
            if not column.primary_key:
                for other in others(column, getattr(row, column.attname)):
                    yield row.pk, column.attname, other


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_whatever_is_changed_the_fast_way_says_what_the_close_look_says(
    house: None, table: type[models.Model]
) -> None:
    told = tried = 0
    # Some of all changes: each is looked at twice.
    for pk, column, other in list(changes(table))[::13]:
        with ledger_unguarded(connection), transaction.atomic():
            try:
                with transaction.atomic():
                    table._default_manager.filter(pk=pk).update(**{column: other})
                    connection.check_constraints()
            except (DatabaseError, ValueError):
                continue
            tried += 1
            fast = found(whole=False)
            assert fast == found(whole=True), (pk, column, other)
            told += bool(fast)
            transaction.set_rollback(True)
    assert tried
    assert told


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_whatever_is_removed_is_missed_both_ways(house: None, table: type[models.Model]) -> None:
    for row in table._default_manager.order_by("pk")[:5]:
        with ledger_unguarded(connection), transaction.atomic():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    name = table._meta.db_table
                    cursor.execute(f"DELETE FROM {name} WHERE id = %s", [row.pk])
                    connection.check_constraints()
            except DatabaseError:
                continue
            fast = found(whole=False)
            assert fast == found(whole=True), row
            transaction.set_rollback(True)


def test_a_second_clock_of_a_target_is_found_both_ways(house: None) -> None:
    ended = Clock.objects.filter(finished_at__isnull=False, round=1)
    for clock in {clock.target: clock for clock in ended}.values():
        clock.pk = None
        clock.save()
        fast = found(whole=False)
        assert any("clocks of rounds [1, 1" in line for line in fast)
        assert fast == found(whole=True)
        clock.delete()


@pytest.mark.parametrize("change", [None, "", [], ["submitted"], {"new": "accepted"}, 7])
@pytest.mark.parametrize("name", ["case.stage", "case.due_at", "inquiry.state", "case.round"])
def test_a_change_that_cannot_be_read_is_found_though_a_later_one_takes_its_place(
    house: None, name: str, change: Any
) -> None:
    first = Event.objects.filter(move="accept").order_by("pk").first()
    assert first is not None
    with ledger_unguarded(connection):
        # Nothing but the chain itself speaks against the forger.
        SealedHead.objects.filter(case_number=first.case_number).delete()
        data = {**first.data, "changes": {**first.data["changes"], name: change}}
        Event.objects.filter(pk=first.pk).update(data=data)
    rehash(first.case_number)
    fast = found(whole=False)
    assert any(line.startswith(f"graph: {first.case_number}: event 2") for line in fast)
    assert fast == found(whole=True)


def test_a_rule_that_goes_by_hours_is_reckoned_from_the_instant(house: None) -> None:
    Policy.objects.filter(target="dispatch").update(unit="working_hours")
    fast = found(whole=False)
    assert any("dispatch clock of round 1: due" in line for line in fast)
    assert fast == found(whole=True)


def test_in_a_zone_that_divides_hours_the_hour_does_not_tell_the_day(house: None) -> None:
    WorkCalendar.objects.update(zone="Asia/Kolkata")
    assert found(whole=False) == found(whole=True)


def test_looking_for_cycles_goes_on_afterwards() -> None:
    with acyclic(), acyclic():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_figures_are_compared_by_day_and_by_month(house: None) -> None:
    assert Rollup.objects.filter(grain="month", received__gt=0).exists()
    Rollup.objects.filter(grain="month").update(received=models.F("received") + 1)
    wrong = found(whole=False)
    assert all("month" in line for line in wrong)
    assert any(line.startswith("figures: month receipt 2026-03-01") for line in wrong)
    assert any(line.startswith("recount: month receipt 2026-03-01") for line in wrong)
