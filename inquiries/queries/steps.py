"""The steps of a case as its citizen sees them: ledger events with the words meant for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import ActorKind
from accounts.models import Department
from foundation.templatetags.huiying import local_date
from inquiries.labels import CHANNELS, GROUNDS, RATINGS, STEPS
from inquiries.models import ExtensionRequest, Inquiry, Remark
from inquiries.redating import told_dates
from ledger.models import Event
from sla.targets import Target

DEPARTMENT = "case.department_id"
TONES = {
    "reply": "good",
    "reopen": "warn",
    "ask_supplement": "warn",
    "grant_extension": "warn",
    "redate": "warn",
    "return": "warn",
    "reassign": "warn",
    "reject": "danger",
    "lapse": "danger",
}
OWN_WORDS = (Remark.Audience.CITIZEN, Remark.Audience.SURVEY)
OF_DEPARTMENTS = frozenset(
    {"assign", "reassign", "sign_for", "submit_for_review", "reply", "reopen"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the citizen's timeline."""

    title: str
    at: datetime | None
    by: str = ""
    text: str = ""
    tone: str = ""


def steps_of(inquiry: Inquiry) -> list[Step]:
    """All steps, oldest first. Names of staff are never among them."""
    events = list(Event.objects.filter(case_number=inquiry.number).order_by("seq"))
    words: dict[int, list[str]] = defaultdict(list)
    remarks = inquiry.remarks.filter(audience__in=OWN_WORDS)
    for seq, said in remarks.values_list("event_seq", "text"):
        words[seq].append(said)
    names = {department.pk: department.label for department in Department.objects.all()}
    extensions = _extensions(inquiry)
    found = []
    department = ""
    for event in events:
        changed = event.data.get("changes", {}).get(DEPARTMENT)
        if changed:
            department = names.get(changed[1], "")
        if event.move in STEPS and _concerns_citizen(event):
            text = [*_details(inquiry, event, extensions), *words[event.seq]]
            found.append(
                Step(
                    title=str(STEPS[event.move]),
                    at=event.at,
                    by=_by(inquiry, event, department),
                    text="\n".join(text),
                    tone=TONES.get(event.move, ""),
                )
            )
    return found


def _concerns_citizen(event: Event) -> bool:
    return event.move != "redate" or bool(told_dates(event.data["dates"]))


def _by(inquiry: Inquiry, event: Event, department: str) -> str:
    if event.actor_kind == ActorKind.CITIZEN:
        return _("by you")
    if event.move == "submit":
        return str(CHANNELS[inquiry.case.channel])
    return department if event.move in OF_DEPARTMENTS else ""


def _extensions(inquiry: Inquiry) -> dict[datetime, str]:
    """Why each extension was granted, by the instant it was."""
    if not inquiry.case.extensions:
        return {}
    granted: Iterable[ExtensionRequest] = inquiry.extension_requests.filter(granted=True)
    return {request.decided_at: request.reason for request in granted if request.decided_at}


def _details(inquiry: Inquiry, event: Event, extensions: dict[datetime, str]) -> list[str]:
    """What the event's own data says."""
    data: dict[str, Any] = event.data
    match event.move:
        case "rate":
            return [str(RATINGS[data["rating"]])]
        case "reject":
            return [str(GROUNDS[inquiry.ground])] if inquiry.ground in GROUNDS else []
        case "refer":
            return [_("Referred to: %(body)s") % {"body": inquiry.referred_to}]
        case "grant_extension":
            return _extension(data, extensions.get(event.at, ""))
        case "redate":
            return [*_new_dates(data), data["reason"]]
    return []


def _new_dates(data: dict[str, Any]) -> list[str]:
    """The new dates of a case whose calendar or rule was changed."""
    words = {
        Target.REPLY: _("Answer promised by: %(date)s"),
        Target.ACCEPTANCE: _("Whether it is taken up, told by: %(date)s"),
        Target.SUPPLEMENT: _("To be supplemented by: %(date)s"),
    }
    return [
        words[Target(target)] % {"date": local_date(datetime.fromisoformat(new))}
        for target, new in told_dates(data["dates"]).items()
    ]


def _extension(data: dict[str, Any], reason: str) -> list[str]:
    amount = data["amount"]
    line = ngettext("%(amount)s more working day", "%(amount)s more working days", amount) % {
        "amount": amount
    }
    due = data.get("changes", {}).get("case.due_at")
    if due and due[1]:
        until = local_date(datetime.fromisoformat(due[1]))
        line += _("; new date %(date)s") % {"date": until}
    return [line, reason] if reason else [line]
