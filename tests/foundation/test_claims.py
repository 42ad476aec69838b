"""Two workers never take the same row."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from foundation.claims import claim


def fill(count: int) -> None:
    Session.objects.bulk_create(
        Session(
            session_key=f"{index:02d}",
            session_data="",
            expire_date=datetime(2026, 1, 1 + index % 3, tzinfo=UTC),
        )
        for index in range(count)
    )


@pytest.mark.django_db
def test_rows_come_in_order_and_no_more_than_asked_for():
    fill(6)
    by_key = claim(Session.objects.all(), 4)
    by_date = claim(Session.objects.order_by("-expire_date", "pk"), 3)
    assert [row.pk for row in by_key] == ["00", "01", "02", "03"]
    assert [row.pk for row in by_date] == ["02", "05", "01"]


@pytest.mark.django_db(transaction=True)
def test_rows_cannot_be_claimed_outside_a_transaction():
    with pytest.raises(transaction.TransactionManagementError):
        claim(Session.objects.all(), 1)


@pytest.mark.django_db(transaction=True)
def test_rows_another_worker_holds_are_passed_over():
    if not connection.features.has_select_for_update_skip_locked:
        # One writer at a time: the second worker waits and then finds the work done.
        assert connection.vendor == "sqlite"
        return
    fill(4)
    taken: list[str] = []

    def work() -> None:
        with transaction.atomic():
            taken.extend(row.pk for row in claim(Session.objects.order_by("pk"), 2))
        connection.close()

    with transaction.atomic():
        mine = [row.pk for row in claim(Session.objects.order_by("pk"), 2)]
        other = threading.Thread(target=work)
        other.start()
        other.join()
    assert mine == ["00", "01"]
    assert taken == ["02", "03"]
