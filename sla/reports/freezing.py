"""Freezing a report, correcting it by a new version, and signing it.

Who may: supervisors freeze; another supervisor than the drafter signs, as with replies. The
report's row is the lock: of two people at once one wins and the other is told.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Role
from foundation.snapshot import snapshot
from sla.figures.measures import ZONE
from sla.figures.periods import Period
from sla.models import PeriodReport, ReportSignature, ReportVersion
from sla.reports.blocks import Block
from sla.reports.comparing import changes, correction
from sla.reports.compose import compose
from sla.reports.gathering import gather

REFUSALS: dict[str, Promise] = {
    "not_supervisor": _("Reports are frozen and signed by supervisors."),
    "own_draft": _("You made this version; another supervisor has to sign it."),
    "signed": _("This version has been signed already."),
    "newer": _("There is a newer version by now. Please look at it first."),
    "exists": _("There is a report on this period already. Make a new version of it instead."),
    "reason": _("Please say why a new version is needed."),
    "not_begun": _(
        "The period had not begun by the data cut-off. Please choose an earlier period."
    ),
}


class ReportRefused(Exception):
    """Why something cannot be done to a report; `code` is a key of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def words(self) -> str:
        return str(REFUSALS[self.code])


def freeze_first(
    kind: str, period: Period, *, by: Actor, as_of: datetime, now: datetime
) -> ReportVersion:
    """Make the report on a period, version 1. Raises ReportRefused."""
    _refuse_unless_supervisor(by)
    content = _content(kind, period, as_of, now)
    try:
        with transaction.atomic():
            made = PeriodReport.objects.create(kind=kind, start=period.start, end=period.end)
            return _write(made, 1, "", content, by, as_of, now)
    except IntegrityError:
        raise ReportRefused("exists") from None


def freeze_again(
    report: PeriodReport, *, seen: int, reason: str, by: Actor, as_of: datetime, now: datetime
) -> ReportVersion:
    """Make a new version of a report whose newest version `seen` was looked at.

    Raises ReportRefused.
    """
    _refuse_unless_supervisor(by)
    if not reason.strip():
        raise ReportRefused("reason")
    content = _content(report.kind, Period(report.start, report.end), as_of, now)
    with transaction.atomic():
        newest = _newest_locked(report.pk)
        if newest.number != seen:
            raise ReportRefused("newer")
        return _write(report, newest.number + 1, reason.strip(), content, by, as_of, now)


def sign(version: ReportVersion, *, by: Actor, now: datetime) -> ReportSignature:
    """Sign a version. Raises ReportRefused."""
    if why := why_not_sign(version, by):
        raise ReportRefused(why)
    with transaction.atomic():
        newest = _newest_locked(version.report_id)
        if newest.pk != version.pk:
            raise ReportRefused("newer")
        if ReportSignature.objects.filter(version=version).exists():
            raise ReportRefused("signed")
        return ReportSignature.objects.create(
            version=version, signed_by_id=_person(by), signer=by.label, signed_at=now
        )


def why_not_sign(version: ReportVersion, by: Actor) -> str:
    """Why this person may not sign; "" if they may. Looks at no other version."""
    if not by.has(Role.SUPERVISOR):
        return "not_supervisor"
    return "own_draft" if by.user_id == version.drafted_by_id else ""


def digest_of(figures: dict[str, Any], document: dict[str, Any]) -> str:
    """SHA-256 of figures and document as canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(
        {"figures": figures, "document": document},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def is_sound(version: ReportVersion) -> bool:
    """Whether what is stored is still what was frozen."""
    return digest_of(version.figures, version.document) == version.digest


FORMAT = "huiying-period-report/1"
"""Name and version of the JSON export's form; docs/supervisor.md says what is in it."""


def version_before(version: ReportVersion) -> ReportVersion | None:
    """The version that this one corrects."""
    return ReportVersion.objects.filter(
        report_id=version.report_id, number=version.number - 1
    ).first()


def correction_of(version: ReportVersion, before: ReportVersion | None) -> list[Block]:
    """What a version changed since the one before, as blocks; nothing for the first."""
    if before is None:
        return []
    return correction(before.document, version.document, since=before.number, reason=version.reason)


def as_data(version: ReportVersion) -> dict[str, Any]:
    """A version as the JSON export gives it."""
    before = version_before(version)
    changed = changes(before.document, version.document) if before else []
    signature = getattr(version, "signature", None)
    return {
        "format": FORMAT,
        "version": version.number,
        "reason": version.reason,
        "changes": [one.as_data() for one in changed],
        "as_of": _written(version.as_of),
        "definition": version.definition,
        "drafted": {"by": version.drafter, "at": _written(version.drafted_at)},
        "signed": (
            {"by": signature.signer, "at": _written(signature.signed_at)} if signature else None
        ),
        "digest": version.digest,
        "figures": version.figures,
        "document": version.document,
    }


def _written(instant: datetime) -> str:
    return instant.astimezone(ZONE).isoformat()


def _content(
    kind: str, period: Period, as_of: datetime, now: datetime
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    if period.instants[0] > as_of:
        raise ReportRefused("not_begun")
    with snapshot():
        found = gather(kind, period, as_of=as_of, now=now)
    return found.definition, found.as_data(), compose(found)


def _newest_locked(report_id: int) -> ReportVersion:
    PeriodReport.objects.select_for_update().get(pk=report_id)
    return ReportVersion.objects.filter(report_id=report_id).latest("number")


def _person(by: Actor) -> int:
    assert by.user_id is not None, "only people hold roles"
    return by.user_id


def _refuse_unless_supervisor(by: Actor) -> None:
    if not by.has(Role.SUPERVISOR):
        raise ReportRefused("not_supervisor")


def _write(
    report: PeriodReport,
    number: int,
    reason: str,
    content: tuple[str, dict[str, Any], dict[str, Any]],
    by: Actor,
    as_of: datetime,
    now: datetime,
) -> ReportVersion:
    definition, figures, document = content
    return ReportVersion.objects.create(
        report=report,
        number=number,
        reason=reason,
        as_of=as_of,
        definition=definition,
        figures=figures,
        document=document,
        digest=digest_of(figures, document),
        drafted_by_id=_person(by),
        drafter=by.label,
        drafted_at=now,
    )
