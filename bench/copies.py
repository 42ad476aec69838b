"""Which copies are made of which template case: a table that the multiplying statements join.

A copy is its template, some time earlier, under a number of its own, in one of forty departments,
from another telephone, with a few more words to be found by.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from django.db import connection

from foundation.numbers import make_number
from inquiries.models import Inquiry
from sla.figures.measures import civil_day
from sla.models import Case

TABLE = "bench_copy"
DAY = 86_400
YEARS_BACK = 700 * DAY
"""Finished cases are spread over this many seconds before their template."""

TEN_YEARS = 3_650 * DAY
"""The same where there are more than a million."""

A_FEW_DAYS = 2 * DAY

FEWEST_OPEN = 600
"""At least so many cases stay open, for the measures that use them up."""

MOST_OPEN = 20_000
"""At most so many: ten million in ten years are 4,000 a working day, open for a week each."""

MOST_ANSWERED = 40_000
"""The same of those whose survey of a fortnight still runs."""

WHOLE = 1_000_000
"""Up to so many the copies are whole; above, only what supervision reads is multiplied."""

_FIRST = "山川河湖林田路桥街巷站场园馆校院医药粮棉茶果鱼牛羊马车船机电"
_SECOND = "费证照表单卡网线管道灯牌墙门窗井渠坝棚库"
VOCABULARY = tuple(a + b for a in _FIRST for b in _SECOND)[:600]
"""Made-up words; the nth is found in about 0.45/n of the cases, as words of a language are."""

WORDS_A_CASE = 3


def word_found_in(share: float) -> str:
    """The word that is found in about this share of the cases."""
    weights = sum(1 / n for n in range(1, len(VOCABULARY) + 1))
    rank = max(1, round(WORDS_A_CASE / weights / share))
    return VOCABULARY[min(rank, len(VOCABULARY)) - 1]


@dataclass(frozen=True, slots=True)
class Desk:
    """A department, and who drafts and approves there."""

    department_id: int
    handler_id: int
    reviewer_id: int


class Copy(NamedTuple):
    """A row of the table. `k` is the how-manieth copy of its template it is."""

    place: int
    case_id: int
    original: str
    k: int
    shift: int
    number: str
    department_id: int
    handler_id: int
    reviewer_id: int
    phone: str
    words: str


@dataclass(frozen=True, slots=True)
class Template:
    """A case that was played through the real moves."""

    case_id: int
    number: str
    received_at: datetime
    group: str


def templates() -> list[Template]:
    """All cases there are: open, answered with the survey still running, or finished."""
    rows = Case.objects.order_by("pk").values_list(
        "pk", "number", "received_at", "ended_at", "inquiry__state"
    )
    return [
        Template(pk, number, received, "open" if ended is None else _group(state))
        for pk, number, received, ended, state in rows
    ]


def _group(state: str) -> str:
    return "answered" if state == "replied" else "finished"


def shares(wanted: int) -> dict[str, int]:
    """How many cases of each group make `wanted`."""
    still_open = min(max(wanted // 100, FEWEST_OPEN), wanted // 3, MOST_OPEN)
    answered = min(wanted // 50, MOST_ANSWERED)
    return {
        "open": still_open,
        "answered": answered,
        "finished": wanted - still_open - answered,
    }


def back(wanted: int) -> dict[str, int]:
    """How many seconds before its template a copy may lie.

    Clocks that run must stay where their rules put them, so open cases are copied in place.
    """
    finished = YEARS_BACK if wanted <= WHOLE else TEN_YEARS
    return {"open": 1, "answered": A_FEW_DAYS, "finished": finished}


def copies(
    made: Sequence[Template], desks: Sequence[Desk], wanted: int, *, true: bool = False
) -> Iterator[Copy]:
    """The copies that bring the templates up to `wanted` cases; true ones at the same instants."""
    rng = random.Random(wanted)
    grouped: dict[str, list[Template]] = defaultdict(list)
    for template in made:
        grouped[template.group].append(template)
    numbers = _Numbers({template.number for template in made})
    weights = list(accumulate(1 / n for n in range(1, len(VOCABULARY) + 1)))
    furthest = back(wanted)
    place = -1
    for group, count in shares(wanted).items():
        own = grouped[group]
        for i in range(count - len(own)):
            template = own[i % len(own)]
            shift = 0 if true else rng.randrange(furthest[group])
            desk = desks[rng.randrange(len(desks))]
            place += 1
            yield Copy(
                place,
                template.case_id,
                template.number,
                i // len(own) + 1,
                shift,
                numbers.draw(civil_day(template.received_at - timedelta(seconds=shift))),
                desk.department_id,
                desk.handler_id,
                desk.reviewer_id,
                f"17{rng.randrange(10**9):09d}",
                " ".join(rng.choices(VOCABULARY, cum_weights=weights, k=WORDS_A_CASE)),
            )


class _Numbers:
    """Numbers of each day in turn, leaving out those the templates have."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._next: dict[date, int] = defaultdict(int)

    def draw(self, day: date) -> str:
        while True:
            serial = self._next[day]
            self._next[day] += 1
            if (number := make_number(day, serial)) not in self._taken:
                return number


def write(rows: Iterator[Copy]) -> None:
    """Put the copies into the table."""
    columns = (
        "place integer, case_id bigint, original varchar(20), k integer, shift integer,"
        " number varchar(20), department_id bigint, handler_id bigint, reviewer_id bigint,"
        " phone varchar(30), words text"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {TABLE} ({columns})")
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(Copy._fields))
            cursor.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", list(rows))
        cursor.execute(f"CREATE INDEX bench_copy_place ON {TABLE} (place)")
        cursor.execute(f"CREATE INDEX bench_copy_case ON {TABLE} (case_id)")
        cursor.execute(f"CREATE INDEX bench_copy_original ON {TABLE} (original)")
        cursor.execute(f"ANALYZE {TABLE}")


def drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")


def is_empty() -> bool:
    return not Inquiry.objects.exists()
