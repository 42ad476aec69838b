"""The background work in plain words: what each job is, what is late, and what to do."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sla.engine.advice import Trouble
from sla.targets import Happening

JOBS = {
    "sweep": _("Clocks: warnings, misses, escalations, lapses"),
    "reminders": _("Morning digests"),
    "kept_files": _("Tidying files of refused forms"),
    "letters": _("Sending letters"),
    "figures": _("Folding figures"),
    "dates": _("Reckoning dates anew after a change"),
    "years": _("Asking for the next year's holiday notice"),
    "seals": _("Sealing the ledger's days"),
    "files": _("Writing exported files"),
    "watch": _("Looking for what needs attention"),
}
HAPPENINGS = {
    Happening.WARNING: _("Warnings"),
    Happening.DUE: _("Due and missed"),
    Happening.ESCALATION: _("Escalations"),
}
ADVICE = {
    Trouble.NEVER_RAN: (
        _("The background work has never run."),
        _("Ask the operator to start `manage.py tick --loop`, or a Celery worker and beat."),
    ),
    Trouble.STANDS_STILL: (
        _("The background work stands still."),
        _(
            "Ask the operator to look at the process `manage.py tick --loop` (or the Celery worker "
            "and beat), at the database and at the log, and to start it again. Nothing is lost: "
            "everything that has come due meanwhile is written when it runs again, dated to the "
            "instant at which it was due."
        ),
    ),
    Trouble.BEHIND: (
        _("Alarms are written late."),
        _(
            "If the work was down, wait: it is catching up. If the oldest one stays the same for "
            "minutes, one case fails again and again; the log names the error. Until then look at "
            "the overdue list, which never waits for the sweep."
        ),
    ),
    Trouble.LETTERS_WAIT: (
        _("Letters wait too long."),
        _(
            "The mail server or the text message gateway may be down or slow. Each letter is tried "
            "again for a day and a half; ask the operator to look at the log for the reason."
        ),
    ),
    Trouble.LETTERS_GIVEN_UP: (
        _("Letters were given up."),
        _(
            "Look at the reason below. Usually an address is wrong: telephone the citizen, or have "
            "the colleague's address corrected. The letter itself is not sent again."
        ),
    ),
    Trouble.FIGURES_UNFOLDED: (
        _("Many changes of figures are not folded yet."),
        _(
            "Figures are exact all the same; reports only take longer. It is done by itself when "
            "the work comes round."
        ),
    ),
}


def span(length: timedelta) -> str:
    """A length of time in its two largest units: "2 hours 5 minutes"."""
    seconds = max(0, int(length.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3600, seconds % 3600 // 60
    parts = []
    if days:
        parts.append(ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if minutes and not days:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    if not parts:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    return " ".join(parts)
