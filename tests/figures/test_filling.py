"""The migrations that fill old case lines and rollups leave nothing for `verify` to find."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from sla.figures.folding import fold
from sla.models import Case, DayTotal, Delta, MonthTotal, PartRollup, Rollup
from sla.proving.verification import verify
from tests.factories import MONDAY, Cast, DistrictFactory, advance, make_inquiry

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_old_lines_are_filled_and_counted_anew(cast: Cast) -> None:
    district = DistrictFactory.create(code="north")
    advance(make_inquiry(MONDAY, district=district), cast, "publish", MONDAY + DAY)
    advance(make_inquiry(MONDAY), cast, "assign", MONDAY + DAY)
    fold()
    make_inquiry(MONDAY + DAY)
    before = list(Case.objects.order_by("pk").values())
    Case.objects.update(district="", handler=None, dispatched_at=None)
    Rollup.objects.update(dispatched=0)
    PartRollup.objects.all().delete()
    DayTotal.objects.all().delete()
    MonthTotal.objects.all().delete()
    assert list(verify())
    import_module("inquiries.migrations.0040_case_parts").fill(apps, None)
    for name in ("0063_day_totals_and_open_cases", "0066_month_totals"):
        import_module(f"sla.migrations.{name}").add_up(apps, connection.schema_editor())
    assert list(Case.objects.order_by("pk").values()) == before
    assert [str(difference) for difference in verify()] == []
    assert not Delta.objects.exists()
    months = Rollup.objects.filter(grain="month").values_list("received", "dispatched")
    assert [sum(counts) for counts in zip(*months, strict=True)] == [6, 4]
