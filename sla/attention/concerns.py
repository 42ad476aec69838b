"""What needs attention at this instant.

The limits are those of the inspection of government websites (国办秘函〔2019〕19号): points are
taken off where no answer was published for two months, and a consultation unanswered for three
months fails the whole site. We warn before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.figures.measures import civil_day
from sla.figures.periods import Period
from sla.lists.listing import UNANSWERED
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


_FACTS = """
    SELECT (SELECT MAX(published_at) FROM sla_case),
        (SELECT MIN(received_at) FROM sla_case),
        (SELECT at FROM sla_heartbeat WHERE name = %s),
        (SELECT note FROM sla_incident WHERE code = %s AND closed_at IS NULL ORDER BY id LIMIT 1),
        COUNT(*) FILTER (WHERE received_at < %s),
        COUNT(*)
    FROM sla_case
    WHERE ended_at IS NULL AND replied_at IS NULL AND kind = %s
        AND received_at >= %s AND received_at < %s
"""


class _Facts(NamedTuple):
    """What concerns are told from: the last public answer, the first case, the last folding of
    figures, what is wrong with the public form, consultations that wait by how long they do."""

    published_at: datetime | None
    received_at: datetime | None
    folded_at: datetime | None
    problem: str | None
    waiting: dict[str, int]


def concerns(now: datetime) -> list[Concern]:
    """All there is at this instant, the worst first. One query."""
    facts = _read(now)
    found = [_quiet(facts, now), _old(facts, now), _stale(facts, now), _form(facts)]
    present = [one for one in found if one is not None]
    return sorted(present, key=lambda one: one.tone != "danger")


def _read(now: datetime) -> _Facts:
    grave, old = (_received_before(now - age) for age, _code, _tone in WAITING)
    instants = [grave.instants[1], *old.instants]
    before, *within = map(connection.ops.adapt_datetimefield_value, instants)
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [FOLDING, FORM_BROKEN, before, CONSULTATION, *within])
        published, received, folded, problem, *counts = cursor.fetchone()
    waiting = {code: n for (_age, code, _tone), n in zip(WAITING, counts, strict=True)}
    return _Facts(_instant(published), _instant(received), _instant(folded), problem, waiting)


def _instant(told: datetime | str | None) -> datetime | None:
    """An instant as the database tells it; SQLite tells it without its zone, or as text."""
    at = datetime.fromisoformat(told) if isinstance(told, str) else told
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _quiet(facts: _Facts, now: datetime) -> Concern | None:
    """No new public answer for long; counted from the first case where there was none at all."""
    since = facts.published_at or facts.received_at
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


def _old(facts: _Facts, now: datetime) -> Concern | None:
    """Consultations that have waited for nearly three months, else for two."""
    for age, code, tone in WAITING:
        if n := facts.waiting[code]:
            span = _received_before(now - age)
            query = {
                "measure": UNANSWERED,
                "kind": CONSULTATION,
                "from": span.start.isoformat(),
                "to": span.end.isoformat(),
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


def _stale(facts: _Facts, now: datetime) -> Concern | None:
    """The public statistics are as good as the background work that keeps them."""
    at = facts.folded_at
    if at is not None and now - at < max(STALE_AFTER, settings.HEARTBEAT_MAX_AGE):
        return None
    sentence = _("The background work does not run: figures age and nobody is reminded.")
    return Concern(STALE, sentence, "danger")


def _form(facts: _Facts) -> Concern | None:
    """The last self-test of the public form failed."""
    if facts.problem is None:
        return None
    sentence = _("The public form failed its self-test: %(problem)s") % {"problem": facts.problem}
    return Concern(FORM_BROKEN, sentence, "danger")
