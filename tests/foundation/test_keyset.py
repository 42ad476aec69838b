"""Walking a list by cursors shows each row exactly once, forwards and backwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import BadRequest
from django.db import models
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.keyset import CursorError, capped_count, paginate

START = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def fill(hours: list[int]) -> models.QuerySet[Session]:
    """Rows with these times, many of them equal; the keys are not in the order of the times."""
    Session.objects.all().delete()
    Session.objects.bulk_create(
        Session(
            session_key=f"{index * 7919 % 1000:04d}",
            session_data="",
            expire_date=START + timedelta(hours=hour),
        )
        for index, hour in enumerate(hours)
    )
    return Session.objects.all()


def walk(rows: models.QuerySet[Session], order: str, size: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = paginate(rows, order=order, cursor=cursor, size=size)
        pages.append([row.pk for row in page.items])
        cursor = page.next_cursor
        if cursor is None:
            return pages


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 5), max_size=30),
    st.integers(1, 7),
    st.sampled_from(["expire_date", "-expire_date"]),
)
def test_a_walk_shows_each_row_once_both_ways(hours, size, order):
    rows = fill(hours)
    sign = "-" if order.startswith("-") else ""
    expected = list(rows.order_by(order, f"{sign}pk").values_list("pk", flat=True))

    there = []
    page = paginate(rows, order=order, size=size)
    assert page.previous_cursor is None
    while True:
        there.append([row.pk for row in page.items])
        if page.next_cursor is None:
            break
        page = paginate(rows, order=order, cursor=page.next_cursor, size=size)
    assert [pk for items in there for pk in items] == expected
    assert all(len(items) == size for items in there[:-1])

    back = [there[-1]]
    while page.previous_cursor is not None:
        page = paginate(rows, order=order, cursor=page.previous_cursor, size=size)
        back.append([row.pk for row in page.items])
        assert page.next_cursor is not None
    assert back[::-1] == there


def test_rows_that_arrive_meanwhile_neither_repeat_nor_hide_others():
    rows = fill(list(range(10)))
    first = paginate(rows, order="-expire_date", size=4)
    Session.objects.create(
        session_key="new", session_data="", expire_date=START + timedelta(hours=99)
    )
    second = paginate(rows, order="-expire_date", cursor=first.next_cursor, size=4)
    seen = [row.expire_date for row in first.items + second.items]
    assert seen == [START + timedelta(hours=hour) for hour in range(9, 1, -1)]


def test_a_list_can_be_ordered_through_a_relation():
    kind = ContentType.objects.order_by("pk").first()
    rows = Permission.objects.select_related("content_type")
    assert kind is not None
    seen, cursor = [], None
    while True:
        page = paginate(rows, order="content_type__model", cursor=cursor, size=5)
        seen += [row.pk for row in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == list(rows.order_by("content_type__model", "pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    "cursor",
    ["x", "a:b", "WyJuIl0:forged", "n" * 5000, "\x00", "污染", ":", "eyJ9:1:2:3"],
)
def test_a_cursor_we_did_not_make_is_a_bad_request(cursor):
    with pytest.raises(CursorError):
        paginate(Session.objects.all(), order="expire_date", cursor=cursor)
    assert issubclass(CursorError, BadRequest)


def test_a_cursor_of_another_list_or_order_is_a_bad_request():
    cursor = paginate(fill([1, 2, 3]), order="expire_date", size=1).next_cursor
    with pytest.raises(CursorError):
        paginate(Session.objects.all(), order="-expire_date", cursor=cursor)
    with pytest.raises(CursorError):
        paginate(Group.objects.all(), order="name", cursor=cursor)


@isolate_apps("foundation")
def test_a_field_that_may_be_null_cannot_order_pages_unless_nulls_are_filtered_out():
    class Draft(models.Model):
        sent_at = models.DateTimeField(null=True)

        class Meta:
            app_label = "foundation"
            managed = False

    with pytest.raises(ValueError, match="may be null"):
        paginate(models.QuerySet(Draft), order="-sent_at")
    with pytest.raises(ValueError, match="forward relation"):
        paginate(Group.objects.all(), order="user__id")


def test_a_page_costs_one_query_and_no_offset(django_assert_num_queries):
    rows = fill(list(range(9)))
    cursor = paginate(rows, order="-expire_date", size=3).next_cursor
    with django_assert_num_queries(1) as queries:
        paginate(rows, order="-expire_date", cursor=cursor, size=3)
    assert "OFFSET" not in queries[0]["sql"].upper()


@pytest.mark.parametrize(
    ("rows", "shown"), [(0, "0"), (9, "9"), (10, "10"), (11, "10+"), (25, "10+")]
)
def test_counting_stops_early(rows, shown):
    assert str(capped_count(fill([0] * rows), cap=10)) == shown
