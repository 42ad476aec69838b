"""Open data: nobody can be singled out, nothing private is in it, the sums are right."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import CITIZEN
from inquiries.states import Channel, Kind
from inquiries.workflow import perform
from sla.figures.anonymity import ANY, STEPS, K, Known, band, coarser, told
from sla.figures.measures import MEASURES
from sla.figures.open_data import COLUMNS, OTHER, SMALLEST, Year, folded, years
from sla.figures.periods import year_of
from sla.figures.report import report
from tests.factories import Cast, DepartmentFactory, TopicFactory, advance, china, make_inquiry

KNOWN = st.builds(
    Known,
    time=st.sampled_from(["2026-01", "2026-02", "2026-04", "2026-12"]),
    kind=st.sampled_from(["consultation", "complaint"]),
    channel=st.sampled_from(["portal", "phone"]),
    department=st.sampled_from(["tech", "other", "none"]),
    topic=st.sampled_from(["grants", "none"]),
    answered_in=st.sampled_from(["0-1", "none"]),
)
COUNTS = st.dictionaries(KNOWN, st.integers(0, 9), max_size=30)


def test_bands() -> None:
    first = {None: "none", 0: "0-1", 1: "0-1", 2: "2-3", 3: "2-3", 5: "4-5", 7: "6-7", 8: "8-10"}
    for days, name in (first | {10: "8-10", 11: "11-15", 15: "11-15", 16: "16+"}).items():
        assert band(days) == name


def test_each_step_tells_less() -> None:
    known = Known("2026-05", "complaint", "phone", "tech", "grants", "2-3")
    assert [tuple(coarser(known, step)) for step in range(STEPS)] == [
        ("2026-05", "complaint", "phone", "tech", "grants", "2-3"),
        ("2026-05", "complaint", "phone", "tech", ANY, "2-3"),
        ("2026-05", "complaint", ANY, "tech", ANY, "2-3"),
        ("2026-05", "complaint", ANY, ANY, ANY, "2-3"),
        ("2026-Q2", "complaint", ANY, ANY, ANY, "2-3"),
        ("2026", "complaint", ANY, ANY, ANY, "2-3"),
        ("2026", ANY, ANY, ANY, ANY, "2-3"),
    ]


@given(COUNTS)
def test_every_row_is_like_at_least_k_minus_one_others(counts: dict[Known, int]) -> None:
    public = told(counts)
    sizes: Counter[Known] = Counter()
    for known, row in public.items():
        sizes[row] += counts[known]
        assert row in {coarser(known, step) for step in range(STEPS)}
    assert all(size >= K for size in sizes.values())


@given(COUNTS)
def test_no_more_is_left_out_than_must_be(counts: dict[Known, int]) -> None:
    left: Counter[Known] = Counter()
    public = told(counts)
    for known, n in counts.items():
        if known not in public:
            left[coarser(known, STEPS - 1)] += n
    assert all(size < K for size in left.values())


def line(received: int, rated: int = 0) -> dict[str, int]:
    return dict.fromkeys(MEASURES, 0) | {"received": received, "rated": rated}


def test_small_rows_are_added_up() -> None:
    rows = [("a", line(9)), ("b", line(1)), ("c", line(2))]
    assert [(key, row["received"]) for key, row in folded(rows)] == [("a", 9), (OTHER, 3)]
    rows = [("a", line(9)), ("b", line(1)), ("c", line(5))]
    assert [(key, row["received"]) for key, row in folded(rows)] == [("a", 9), (OTHER, 6)]
    rows = [("a", line(9, 1)), ("b", line(8, 8))]
    assert [(key, row["received"]) for key, row in folded(rows)] == [(OTHER, 17)]
    assert folded([("a", line(2))]) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=8))
def test_no_row_is_small_and_none_can_be_found_by_subtracting(
    numbers: list[tuple[int, int]],
) -> None:
    rows = [(str(i), line(n + rated, rated)) for i, (n, rated) in enumerate(numbers)]
    shown = folded(rows)
    for _, row in shown:
        assert row["received"] >= SMALLEST
        assert row["rated"] == 0 or row["rated"] >= SMALLEST
    hidden = sum(row["received"] for _, row in rows) - sum(row["received"] for _, row in shown)
    assert hidden == 0 or not shown


# -- Over real cases ---------------------------------------------------------------------------

database = pytest.mark.django_db
NOW = china(2026, 4, 15)


@pytest.fixture
def spring(cast: Cast) -> None:
    """March: seven answered consultations, one of them rated; a lone complaint; April: one more."""
    topic = TopicFactory.create(code="grants", department=cast.tech)
    for day in range(23, 30):
        inquiry = make_inquiry(china(2026, 3, day), topic=topic)
        advance(inquiry, cast, "publish", china(2026, 3, day) + timedelta(days=1))
        if day == 25:
            perform("rate", inquiry.number, by=CITIZEN, at=china(2026, 3, 30), rating=5)
        if day == 28:
            perform(
                "rate", inquiry.number, by=CITIZEN, at=china(2026, 4, 10), rating=1, comment="x"
            )
    make_inquiry(china(2026, 3, 20), kind=Kind.COMPLAINT, channel=Channel.PHONE)
    make_inquiry(china(2026, 4, 3))


@database
def test_the_table_tells_what_many_share_and_leaves_the_lone_one_out(spring: None) -> None:
    year = Year(2026, NOW)
    about, rows = year.about(), list(year.rows())
    assert about | {"columns": None, "format": None} == {
        "format": None,
        "year": 2026,
        "finished": False,
        "as_of": "2026-04-01T00:00:00+08:00",
        "cases": 8,
        "left_out": 1,
        "k": K,
        "columns": None,
    }
    assert len(rows) == 7
    assert all(tuple(row) == COLUMNS for row in rows)
    alike = {tuple(row[name] for name in COLUMNS[1:8]) for row in rows}
    assert len(alike) <= 2
    assert {row["kind"] for row in rows} == {"consultation"}
    assert len({row["id"] for row in rows}) == 7


@database
def test_what_happened_this_month_is_not_told_yet(spring: None) -> None:
    ratings = [row["rating"] for row in Year(2026, NOW).rows()]
    assert sorted(ratings, key=str) == [5, *[None] * 6]
    later = [row["rating"] for row in Year(2026, china(2026, 5, 1)).rows()]
    assert sorted(later, key=str)[:2] == [1, 5]


@database
def test_a_year_is_finished_when_it_has_ended(spring: None) -> None:
    assert not Year(2026, china(2026, 12, 31)).finished
    assert Year(2026, china(2027, 1, 1)).finished
    assert years(NOW) == [2026]
    assert years(china(2028, 5, 1)) == [2028, 2027, 2026]


@database
def test_pseudonyms_are_of_one_year_and_the_order_tells_nothing(spring: None) -> None:
    from sla.figures.open_data import _secret
    from sla.models import Case

    numbers = list(Case.objects.order_by("pk").values_list("number", flat=True))
    assert not {_secret(n, 2026)[:12] for n in numbers} & {_secret(n, 2027)[:12] for n in numbers}
    rows = [row["id"] for row in Year(2026, NOW).rows()]
    assert rows == [row["id"] for row in Year(2026, NOW).rows()]
    assert rows != [_secret(n, 2026)[:12] for n in numbers[:7]]


@database
def test_figures_add_up_to_the_report(spring: None, cast: Cast) -> None:
    figures = Year(2026, NOW).figures()
    period = year_of(NOW.date())
    for basis, tables in figures["bases"].items():
        total = report(period.start, period.end, basis=basis, now=NOW).total.counts
        assert {name: tables["total"][name] for name in MEASURES} == total
        for by in ("month", "kind", "channel", "department"):
            rows: list[dict[str, Any]] = tables[f"by_{by}"]
            assert sum(row["received"] for row in rows) in (0, total["received"])
            assert all(row["received"] >= SMALLEST for row in rows)
    assert set(MEASURES) < set(figures["definitions"])
    assert not figures["finished"]


@database
def test_a_department_code_that_is_a_formula_stays_text(cast: Cast) -> None:
    from foundation.tables import csv_lines

    DepartmentFactory.create(code="-2+3")
    text = "".join(csv_lines(("a", "b"), [{"a": "-2+3", "b": "=1,\n"}, {"a": -2, "b": None}]))
    assert text == "\ufeffa,b\r\n'-2+3,\"'=1,\n\"\r\n-2,\r\n"
