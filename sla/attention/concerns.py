"""What needs attention at this instant.

The limits are those of the inspection of government websites (国办秘函〔2019〕19号): points are
taken off where no answer was published for two months, and a consultation unanswered for three
months fails the whole site. We warn before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.figures.measures import civil_day
from sla.figures.periods import Period
from sla.figures.scope import Scope
from sla.lists.listing import still_open
from sla.models import Case, Heartbeat, Incident
from sla.supervision.asking import MOST_YEARS

CONSULTATION = "consultation"
"""The kind of case the three-month limit is about (政务咨询类), in whichever stream it comes."""

QUIET_SOON, QUIET = timedelta(days=45), timedelta(days=60)
OLD, TOO_OLD = timedelta(days=60), timedelta(days=85)
WAITING = ((TOO_OLD, "consultation_grave", "danger"), (OLD, "consultation_old", "warn"))
STALE_AFTER = timedelta(hours=1)
FOLDING = "figures"
"""The heartbeat of the job that folds figures."""

FORM_BROKEN, STALE = "form_broken", "stale"


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to attend to: its code, a sentence, how bad it is, and where to go.

    `tone` is warn or danger. `url` opens exactly the cases the sentence counts.
    """

    code: str
    sentence: str
    tone: str
    url: str = ""


def concerns(now: datetime) -> list[Concern]:
    """All there is at this instant, the worst first. Four queries."""
    found = [_quiet(now), _old(now), _stale(now), _form()]
    present = [one for one in found if one is not None]
    return sorted(present, key=lambda one: one.tone != "danger")


def _quiet(now: datetime) -> Concern | None:
    """No new public answer for long; counted from the first case where there was none at all."""
    dates = Case.objects.aggregate(last=Max("published_at"), first=Min("received_at"))
    since = dates["last"] or dates["first"]
    if since is None or now - since < QUIET_SOON:
        return None
    days = (now - since).days
    sentence = ngettext(
        "No new answer has been published for %(days)s day; two months cost points.",
        "No new answer has been published for %(days)s days; two months cost points.",
        days,
    ) % {"days": days}
    if now - since < QUIET:
        return Concern("quiet_soon", sentence, "warn")
    return Concern("quiet", sentence, "danger")


def _old(now: datetime) -> Concern | None:
    """Consultations that have waited for nearly three months, else for two."""
    spans = {code: _received_before(now - age) for age, code, _tone in WAITING}
    longest = still_open(spans["consultation_old"], Scope(kind=CONSULTATION))
    counts = {
        code: Count("pk", filter=Q(received_at__lt=span.instants[1]))
        for code, span in spans.items()
    }
    counted = longest.aggregate(**counts)
    for _age, code, tone in WAITING:
        if n := counted[code]:
            query = {
                "measure": "still_open",
                "kind": CONSULTATION,
                "from": spans[code].start.isoformat(),
                "to": spans[code].end.isoformat(),
            }
            url = f"{reverse('supervision:cases')}?{urlencode(query)}"
            return Concern(code, _waiting(n, grave=tone == "danger"), tone, url)
    return None


def _received_before(instant: datetime) -> Period:
    last = civil_day(instant)
    return Period(date(last.year - MOST_YEARS, 1, 1), last)


def _waiting(n: int, *, grave: bool) -> str:
    if grave:
        return ngettext(
            "%(n)s consultation has waited for nearly three months; at three the site fails.",
            "%(n)s consultations have waited for nearly three months; at three the site fails.",
            n,
        ) % {"n": n}
    return ngettext(
        "%(n)s consultation has waited for two months.",
        "%(n)s consultations have waited for two months.",
        n,
    ) % {"n": n}


def _stale(now: datetime) -> Concern | None:
    """The public statistics are as good as the background work that keeps them."""
    beat = Heartbeat.objects.filter(name=FOLDING).first()
    if beat is not None and now - beat.at < max(STALE_AFTER, settings.HEARTBEAT_MAX_AGE):
        return None
    sentence = _("The background work does not run: figures age and nobody is reminded.")
    return Concern(STALE, sentence, "danger")


def _form() -> Concern | None:
    """The last self-test of the public form failed."""
    incident = Incident.objects.filter(code=FORM_BROKEN, closed_at__isnull=True).first()
    if incident is None:
        return None
    sentence = _("The public form failed its self-test: %(problem)s") % {"problem": incident.note}
    return Concern(FORM_BROKEN, sentence, "danger")
