"""Many rows written at once, each with its own values."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DataError, transaction

from foundation.bulk import add, change, insert, write
from notices.models import InboxItem
from sla.models import Heartbeat
from tests.factories import MONDAY

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=1)


def test_every_row_gets_its_own_values_and_other_fields_stay() -> None:
    items = [
        InboxItem.objects.create(kind="old", case_number=f"{n}", created_at=MONDAY)
        for n in range(3)
    ]
    for n, item in enumerate(items):
        item.kind, item.context = f"new {n}", {"n": n}
        item.created_at, item.case_number = MONDAY + timedelta(days=n), "not written"

    write(items[:2], ["kind", "context", "created_at"])

    rows = InboxItem.objects.order_by("pk").values_list("kind", "context", "created_at")
    assert list(rows) == [
        ("new 0", {"n": 0}, MONDAY),
        ("new 1", {"n": 1}, MONDAY + timedelta(days=1)),
        ("old", {}, MONDAY),
    ]
    assert InboxItem.objects.filter(case_number="not written").count() == 0


def test_no_rows_are_no_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        write([], ["kind"])


def test_added_rows_hold_what_they_were_given() -> None:
    odd = {"text": '一\t"引号"\n\\N', "none": None}
    add(
        [
            InboxItem(kind=f"new {n}", case_number="\\.", context=odd, created_at=MONDAY)
            for n in range(2)
        ]
    )
    rows = InboxItem.objects.order_by("pk").values_list("kind", "case_number", "context")
    assert list(rows) == [("new 0", "\\.", odd), ("new 1", "\\.", odd)]
    assert InboxItem.objects.filter(created_at=MONDAY, user=None).count() == 2


def test_nothing_to_add_is_no_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        add([])


def test_tuples_are_written_as_rows_are() -> None:
    columns = ("kind", "case_number", "context", "created_at", "role")
    odd = '引号" \\ {,}\n'
    insert(InboxItem, columns, [(odd, f"{n}", {odd: [None, n]}, MONDAY, "") for n in range(3)])
    keys = list(InboxItem.objects.order_by("pk").values_list("pk", flat=True))

    change(InboxItem, ("kind", "user", "created_at"), [(keys[1], "NULL", None, LATER)])

    rows = InboxItem.objects.order_by("pk").values_list(*columns)
    assert list(rows) == [
        (odd, "0", {odd: [None, 0]}, MONDAY, ""),
        ("NULL", "1", {odd: [None, 1]}, LATER, ""),
        (odd, "2", {odd: [None, 2]}, MONDAY, ""),
    ]


def test_a_row_that_is_known_is_changed_and_not_added() -> None:
    fields, known_by = ("name", "at"), ("name",)
    insert(Heartbeat, fields, [("sweep", MONDAY), ("seal", MONDAY)], known_by=known_by)
    insert(Heartbeat, fields, [("seal", LATER), ("export", LATER)], known_by=known_by)
    found = dict(Heartbeat.objects.values_list("name", "at"))
    assert found == {"sweep": MONDAY, "seal": LATER, "export": LATER}


@pytest.mark.postgres
def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError), transaction.atomic():
        change(InboxItem, ("case_number",), [(inbox_item().pk, "x" * 400)])


def inbox_item() -> InboxItem:
    return InboxItem.objects.create(kind="old", case_number="1", created_at=MONDAY)


def test_keys_are_found_among_many() -> None:
    items = [inbox_item().pk for _ in range(4)]
    assert (
        list(InboxItem.objects.filter(pk__among=items[1:3]).values_list("pk", flat=True))
        == (items[1:3])
    )
    assert not InboxItem.objects.filter(pk__among=[]).exists()
