"""A year of cases, and the report on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.actors import CITIZEN
from accounts.models import User
from inquiries.states import Kind
from inquiries.workflow import perform
from sla.background import tick
from sla.models import ReportVersion
from sla.reports import spans
from sla.reports.freezing import freeze_first
from tests.factories import Cast, advance, china, make_inquiry

DAY = timedelta(days=1)
YEAR = spans.span("year", 2026)
YEAR_END = china(2026, 12, 31, 18)
SEED = "收到市民咨询、意见、建议9条，公开回复9条，回复率、限时办结率、群众满意率均达到100%"
KINDS = (Kind.CONSULTATION, Kind.OPINION, Kind.SUGGESTION)


def play(cast: Cast, ratings: list[int | None]) -> None:
    """An inquiry each month from January, answered in public the next day, rated by some."""
    for month, rating in enumerate(ratings, start=1):
        at = china(2026, month, 15)
        inquiry = make_inquiry(at, kind=KINDS[month % 3])
        advance(inquiry, cast, "publish", at + DAY)
        if rating is not None:
            comment = "没有回答我的问题" if rating < 3 else ""
            number = inquiry.number
            perform("rate", number, by=CITIZEN, at=at + 2 * DAY, rating=rating, comment=comment)
        tick(at + 3 * DAY)


def frozen(cast: Cast, **over: Any) -> ReportVersion:
    given: dict[str, Any] = {"by": cast.by("supervisor"), "as_of": YEAR_END, "now": YEAR_END}
    return freeze_first("year", YEAR, **given | over)


def words(version: ReportVersion, language: str = "zh") -> str:
    blocks = version.document["blocks"]
    return "".join(block["text"][language] for block in blocks if "text" in block)


def table(version: ReportVersion, key: str) -> dict[str, dict[str, Any]]:
    """A table of a report as row -> column -> cell."""
    block = next(b for b in version.document["blocks"] if b.get("key") == key)
    columns = [column["key"] for column in block["columns"][1:]]
    return {row["key"]: dict(zip(columns, row["cells"], strict=True)) for row in block["rows"]}


def reader(user: User, language: str = "en") -> Client:
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def export(cast: Cast, version: ReportVersion, form: str, query: str = "") -> Any:
    address = reverse("supervision:export_report", args=[version.report_id, version.number, form])
    return reader(cast.auditor).get(address + query)
