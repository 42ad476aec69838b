"""One polite reminder of a survey not answered, half-way through its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from foundation.nudge import nudge
from inquiries.letters import letters_to
from inquiries.models import Inquiry
from notices.models import Outbox
from sla.calendars import compiled
from sla.listeners import Happened
from sla.models import Survey


def remind(happened: Sequence[Happened], now: datetime) -> None:
    """Queue the letters for survey clocks that are half-way, within the sweep's transaction.

    The clock's event is written once, so the letter is; it goes out in working time even if the
    sweep comes late. None goes out when the window is over by then, when the citizen was never
    sent the survey (history played in), or when the bureau has switched reminders off.
    """
    if not settings.SURVEY_REMINDER:
        return
    by_case = {event.clock.case_id: event for event in happened}
    asked = Survey.objects.filter(case_id__in=by_case, token__isnull=False, rating__isnull=True)
    rounds = dict(asked.values_list("case_id", "round"))
    letters: list[Outbox] = []
    for inquiry in Inquiry.objects.select_related("case").filter(case_id__in=rounds):
        clock = by_case[inquiry.case_id].clock
        send_at = compiled(clock.calendar).next_open(now)
        if clock.due_at is None or send_at >= clock.due_at:
            continue
        context = {"round": clock.round, "until": clock.due_at.isoformat()}
        key = f"{inquiry.number}:reminder:{clock.round}"
        letters += letters_to(inquiry, "survey_reminder", context, key=key, at=send_at)
    if letters:
        Outbox.objects.bulk_create(letters)
        nudge("notices.tasks.deliver")
