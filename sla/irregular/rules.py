"""What makes a case worth a second look. Pure.

None of it is forbidden, and each case may have a good reason. But these are the ways in which a
promise can be kept on paper only, so somebody other than the department should know of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Rule(StrEnum):
    PAUSED = "paused"
    EXTENDED = "extended"
    PASSED_ON = "passed_on"
    BULK = "bulk"


EXTENDED_MORE_THAN = 1
"""The Opinions on government websites know one extension, with a reason; a second is unusual."""

PASSED_ON_MORE_THAN = 2
"""Once can be a mistake of the intake desk, twice of two; after that nobody wants the case."""

BULK_SIZE = 5
BULK_WITHIN = timedelta(minutes=10)
"""Five reviewed answers in ten minutes leave two minutes for each: nobody reads a case, its
attachments and a draft in that time. Answers that simply happen to be ready in the morning are not
counted, only those given when hardly any working time was left."""

BULK_SIZE_OF_ONE = 3
"""A department has several people who may finish at once; one person who finishes three cases in
ten minutes has had the same three minutes for each, however many colleagues there are."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer given when hardly any working time was left."""

    case_id: int
    department_id: int | None
    handler_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Bulk:
    """A run of such answers by one department or one person: how many, from when to when."""

    size: int
    first: datetime
    last: datetime


def bulks_of_departments(answers: Iterable[Answer]) -> dict[int, Bulk]:
    """The run of its department each case belongs to, for those that belong to one."""
    return runs((answer.department_id, answer) for answer in answers)


def bulks_of_people(answers: Iterable[Answer]) -> dict[int, Bulk]:
    """The run of its handler each case belongs to, for those that have one and belong to one."""
    handled = ((one.handler_id, one) for one in answers if one.handler_id is not None)
    return runs(handled, size=BULK_SIZE_OF_ONE)


def runs(
    answers: Iterable[tuple[int | None, Answer]],
    *,
    size: int = BULK_SIZE,
    within: timedelta = BULK_WITHIN,
) -> dict[int, Bulk]:
    """By case, the run it belongs to, of answers each given with whose it is.

    A run are answers of one and the same of which any `size` in a row took at most `within`;
    overlapping runs are one.
    """
    by_whom: dict[int | None, list[Answer]] = defaultdict(list)
    for whose, answer in answers:
        by_whom[whose].append(answer)
    found: dict[int, Bulk] = {}
    for given in by_whom.values():
        given.sort(key=lambda answer: (answer.at, answer.case_id))
        for first, last in _runs([answer.at for answer in given], size, within):
            run = Bulk(last - first + 1, given[first].at, given[last].at)
            found.update({answer.case_id: run for answer in given[first : last + 1]})
    return found


def _runs(times: list[datetime], size: int, within: timedelta) -> list[tuple[int, int]]:
    """Places of the first and last of each run in times that rise."""
    found: list[tuple[int, int]] = []
    for last in range(size - 1, len(times)):
        first = last - size + 1
        if times[last] - times[first] > within:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found
