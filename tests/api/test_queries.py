"""What a call costs the database does not depend on how much there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Department
from tests.api.conftest import Caller, known_case, staff
from tests.factories import MONDAY, Cast, TopicFactory, advance, make_inquiry


@pytest.fixture(autouse=True)
def _on_monday() -> Any:
    with time_machine.travel(MONDAY + timedelta(hours=1)) as clock:
        yield clock


def queries(caller: Caller, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert caller.get(path).status_code == 200
    return len(captured)


PUBLIC = [("/answers/", 4), ("/departments/", 1), ("/topics/", 1)]
OF_STAFF = [("/desk/queues/", 5), ("/desk/queues/all/", 5), ("/desk/queues/to-accept/", 5)]


@pytest.mark.parametrize(("path", "most"), PUBLIC + OF_STAFF)
def test_lists_take_a_fixed_number_of_queries(
    cast: Cast, anybody: Caller, path: str, most: int
) -> None:
    caller = anybody if (path, most) in PUBLIC else staff(cast.intake)
    counts = []
    for _ in range(2):
        for number in range(4):
            topic = TopicFactory.create()
            advance(make_inquiry(topic=topic), cast, "publish" if number % 2 else "accept")
            make_inquiry(topic=topic)
            Department.objects.create(code=topic.code, name=topic.name)
        counts.append(queries(caller, path))
    assert counts[0] == counts[1] <= most


def test_a_case_is_read_with_a_fixed_number_of_queries(cast: Cast) -> None:
    known = known_case()
    advance(known.inquiry, cast, "publish")
    assert queries(known.citizen, f"/inquiries/{known.number}/") <= 20
    assert queries(staff(cast.supervisor), f"/desk/cases/{known.number}/") <= 30
