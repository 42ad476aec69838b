"""Many rows written at once, each with its own values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from foundation.bulk import add, write
from notices.models import InboxItem
from tests.factories import MONDAY

pytestmark = pytest.mark.django_db


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
