"""Times are shown as the bureau's clock shows them, in the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.template import Context, Template
from django.utils.translation import override

from foundation import clock

LATE = datetime(2026, 11, 27, 16, 5, 59, tzinfo=UTC)  # after midnight in Shanghai


@pytest.mark.parametrize(
    ("filter_name", "value", "language", "shown"),
    [
        ("local_date", LATE, "zh-hans", "2026年11月28日"),
        ("local_date", LATE, "en", "28 Nov 2026"),
        ("local_datetime", LATE, "zh-hans", "2026年11月28日 00:05"),
        ("local_datetime", LATE, "en", "28 Nov 2026, 00:05"),
        ("local_date", date(2026, 1, 2), "zh-hans", "2026年1月2日"),
        ("local_date", date(2026, 1, 2), "en", "2 Jan 2026"),
        ("local_date", None, "en", ""),
        ("local_datetime", None, "zh-hans", ""),
        ("local_datetime", "2026", "zh-hans", ""),
        ("iso", LATE, "en", "2026-11-28T00:05:59+08:00"),
        ("iso", date(2026, 1, 2), "en", "2026-01-02"),
        ("iso", None, "en", ""),
    ],
)
def test_dates_in_templates(filter_name, value, language, shown):
    page = Template("{% load huiying %}{{ value|" + filter_name + " }}")
    with override(language):
        assert page.render(Context({"value": value})) == shown


def test_the_clock_reads_whole_seconds_of_utc_and_days_of_the_bureau():
    with time_machine.travel(LATE.replace(microsecond=999_999), tick=False):
        assert clock.now() == LATE
        assert clock.now().tzinfo is UTC
        assert clock.today() == date(2026, 11, 28)
