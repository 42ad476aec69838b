"""Every letter the house writes to a citizen, made by the moves that cause it; those to staff."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from accounts.actors import CITIZEN
from inquiries.models import Inquiry
from inquiries.workflow import perform
from notices.models import Outbox
from sla.background import tick
from tests.calendars.changes import HOLIDAY, carry_out
from tests.factories import MONDAY, Cast, advance, make_inquiry

KINDS = {
    "received",
    "accepted",
    "rejected",
    "referred",
    "merged",
    "released",
    "supplement_asked",
    "lapsed",
    "extended",
    "replied",
    "replied_merged",
    "survey_reminder",
    "reopened",
    "reopen_declined",
    "redated",
}
TO_STAFF = {"digest", "escalations"}
DAY = timedelta(days=1)
TITLE = """<b>申报 & 'R&D' "费用"</b>"""


def cause_all(cast: Cast, language: str) -> None:
    """Make the moves after which a letter of every kind is in the outbox."""
    intake, handler = cast.by("intake"), cast.by("handler")
    reviewer, supervisor = cast.by("reviewer"), cast.by("supervisor")

    def new() -> Inquiry:
        return make_inquiry(title=TITLE, language=language)

    first, joined = new(), new()
    words: dict[str, Any] = {"into": first.number, "explanation": "与前件相同"}
    perform("merge", joined.number, by=intake, at=MONDAY, **words)
    advance(first, cast, "sign_for")
    words = {"amount": 2, "reason": "需要现场核实"}
    perform("request_extension", first.number, by=handler, at=MONDAY, **words)
    perform("grant_extension", first.number, by=supervisor, at=MONDAY)
    perform("draft", first.number, by=handler, at=MONDAY, text="您好，四月申报。")
    perform("submit_for_review", first.number, by=handler, at=MONDAY)
    perform("reply", first.number, by=reviewer, at=MONDAY)
    perform("request_reopen", first.number, by=CITIZEN, at=MONDAY, reason="不清楚")
    words = {"explanation": "答复已清楚"}
    declined = advance(new(), cast, "reply")
    perform("request_reopen", declined.number, by=CITIZEN, at=MONDAY, reason="不清楚")
    perform("decline_reopen", declined.number, by=supervisor, at=MONDAY, **words)
    perform("reopen", first.number, by=supervisor, at=MONDAY)
    left, alone = new(), new()
    words = {"into": left.number, "explanation": "与前件相同"}
    perform("merge", alone.number, by=intake, at=MONDAY, **words)
    perform("withdraw", left.number, by=CITIZEN, at=MONDAY)
    words = {"ground": "litigation", "explanation": "请向法院提起诉讼"}
    perform("reject", new().number, by=intake, at=MONDAY, **words)
    words = {"referred_to": "市教育局", "explanation": "属教育局职责"}
    perform("refer", new().number, by=intake, at=MONDAY, **words)
    new()
    carry_out(cast.by("administrator"), MONDAY, {date(2026, 3, 5): HOLIDAY})
    asked = new()
    perform("ask_supplement", asked.number, by=intake, at=MONDAY, request="请补充<编号>")
    advance(new(), cast, "reply")
    Outbox.objects.update(state=Outbox.State.SENT)
    tick(MONDAY + 9 * DAY)
    Outbox.objects.update(state=Outbox.State.SENT)
    tick(MONDAY + 20 * DAY)
    Outbox.objects.update(state=Outbox.State.PENDING, attempts=0, next_try_at=MONDAY)
