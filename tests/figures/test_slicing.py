"""Verifying slice by slice, in one process or in several that see the same moment."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from foundation.snapshot import snapshot
from sla.models import Case
from sla.proving import slicing
from sla.proving.slicing import Slice, most_jobs, shared, slices
from sla.proving.verification import verify
from tests.factories import MONDAY, Cast, advance, make_inquiry


class Numbers:
    """Names the cases of a slice, and in the end how many there were."""

    def __init__(self) -> None:
        self._seen = 0

    def work(self, part: Slice) -> list[str]:
        rows = Case.objects.filter(pk__gte=part.first, pk__lte=part.last).order_by("pk")
        found = list(rows.values_list("number", flat=True))
        self._seen += len(found)
        return found

    def rest(self) -> int:
        return self._seen


class Isolation:
    """Tells how its process sees the database."""

    def work(self, part: Slice) -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_isolation')")
            (level,) = cursor.fetchone()
            cursor.execute("SELECT current_setting('transaction_read_only')")
            (read_only,) = cursor.fetchone()
        return level, read_only

    def rest(self) -> tuple[str, str]:
        return "repeatable read", "on"


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slicing, "CASES", 2)


@pytest.mark.django_db
def test_every_case_is_in_one_slice(cast: Cast, small_slices: None) -> None:
    assert slices() == []
    made = [make_inquiry().number for _ in range(5)]
    parts = slices()
    assert all(one.last + 1 == other.first for one, other in pairwise(parts))
    *found, seen = shared(Numbers, parts, 1)
    assert [number for part in found for number in part] == made
    assert seen == len(made)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_has_one_process(cast: Cast) -> None:
    assert most_jobs() == 1
    call_command("verify", "--jobs", "4", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_jobs_must_be_a_number_that_makes_sense(bureau: None) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("verify", "--jobs", "0", stdout=StringIO())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_processes_find_what_one_finds(cast: Cast, small_slices: None) -> None:
    made = [advance(make_inquiry(), cast, "reply").number for _ in range(5)]
    out = StringIO()
    call_command("verify", "--jobs", "2", stdout=out)
    assert out.getvalue() == "0 differences in 5 cases\n"

    Case.objects.filter(number=made[3]).update(replied_at=MONDAY - timedelta(days=1))
    with snapshot():
        alone = [str(one) for one in verify(jobs=1)]
    with snapshot():
        together = [str(one) for one in verify(jobs=3)]
    assert together == alone
    assert any(made[3] in line for line in alone)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_every_process_sees_the_same_moment_and_can_change_nothing(
    cast: Cast, small_slices: None
) -> None:
    made = [make_inquiry().number for _ in range(5)]
    with snapshot():
        assert set(shared(Isolation, slices(), 2)) == {("repeatable read", "on")}
        *found, one, other = shared(Numbers, slices(), 2)
    assert [number for part in found for number in part] == made
    assert one + other == len(made)
    # The caller's own connection has lived through it.
    assert Case.objects.count() == 5
