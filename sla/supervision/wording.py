"""The words of the figures: counts, rates, bases."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sla.figures.definitions import STANDARD, Definition

COUNTS: dict[str, Promise] = {
    "received": _("Cases received"),
    "excluded": _("Not counted"),
    "valid": _("Valid cases"),
    "replied": _("Replied"),
    "published": _("Published"),
    "met": _("On time"),
    "missed": _("Late"),
    "judged": _("Due or answered"),
    "asked": _("Asked to rate"),
    "rated": _("Rated"),
    "silent": _("Without an answer"),
    "satisfied": _("Satisfied ratings"),
    "dispatched": _("Dispatched"),
    "open": _("Open now"),
    "unanswered": _("Not answered yet"),
    "due_soon": _("Due soon"),
    "overdue": _("Overdue now"),
    "paused": _("Waiting for citizens"),
}

RATES: dict[str, Promise] = {
    "reply_rate": _("Reply rate"),
    "on_time_rate": _("On-time rate"),
    "satisfaction": _("Satisfaction"),
    "participation": _("Participation"),
}

BASES: dict[str, Promise] = {
    "receipt": _("By receipt: what became of the cases received in the period"),
    "event": _("By event: what happened in the period"),
}

BREAKDOWNS: dict[str, Promise] = {
    "department": _("By department"),
    "kind": _("By kind"),
    "channel": _("By channel"),
    "topic": _("By topic"),
    "district": _("By district"),
    "handler": _("By handler"),
}

PARTS: dict[str, Promise] = {
    "department": _("Department"),
    "kind": _("Kind"),
    "channel": _("Channel"),
    "topic": _("Topic"),
    "district": _("District"),
    "handler": _("Handler"),
}

DIRECTIONS: dict[str, Promise] = {
    "rose": _("up by"),
    "fell": _("down by"),
    "same": _("unchanged"),
}

STANDARD_TEXTS: dict[str, Promise] = {
    "reply_rate": _(
        "Cases replied to, out of the valid cases received. Not valid are cases not accepted, "
        "referred, merged, withdrawn, lapsed or spam; they are counted separately."
    ),
    "on_time_rate": _(
        "Each case is judged once: on time if its first reply came by the due instant, else "
        "late from that instant on, answered or not. Out of all cases judged so far."
    ),
    "satisfaction": _(
        "Ratings of fairly satisfied or better, out of the ratings given. Citizens who did not "
        "rate count neither way."
    ),
    "participation": _("Ratings given, out of the citizens asked to rate."),
}

NOTES: tuple[tuple[Promise, Promise], ...] = (
    (
        _("By event"),
        _("By event, replies to earlier cases count too; the reply rate can then exceed 100 %."),
    ),
    (
        _("Cases typed in by staff"),
        _(
            "Cases that came by telephone, visit or letter are typed in by staff. They count in "
            "everything; their ratings can be left out of satisfaction and participation, which "
            "is then said with the figures."
        ),
    ),
    (
        _("Nothing out of nothing"),
        _("Where there is nothing to divide by, a dash is shown: neither 0 % nor 100 %."),
    ),
)


def rate_note(one: Definition) -> str:
    """The name of a definition and its fraction, to stand with the number."""
    language = get_language() or ""
    return f"{one.name.in_language(language)}: {one.text.in_language(language)}"


def explained(definitions: Mapping[str, Definition]) -> list[tuple[str, str]]:
    """How the figures are counted: every rate as it is defined here, and what else to know."""
    rates = [
        (str(RATES[rate]), str(STANDARD_TEXTS[rate]) if usual else rate_note(one))
        for rate, one in definitions.items()
        for usual in [one.code == STANDARD[rate]]
    ]
    return rates + [(str(name), str(text)) for name, text in NOTES]
