"""What happened to a case, for staff: the ledger's steps with the words that belong to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import CITIZEN, ActorKind
from foundation.templatetags.huiying import instant, local_datetime
from inquiries.labels import KINDS, OUTCOMES, RATINGS, STEPS
from inquiries.models import Remark
from ledger.models import Event
from sla.models.policy import TARGET_LABELS

DONE: dict[str, Promise] = STEPS | {
    "submit": _("Came in"),
    "ask_supplement": _("Asked the citizen to supplement"),
    "draft": _("Draft saved"),
    "contribute": _("Contribution written"),
    "request_extension": _("Extension asked for"),
    "grant_extension": _("Extension granted"),
    "deny_extension": _("Extension denied"),
    "submit_for_review": _("Submitted for review"),
    "send_back": _("Sent back for changes"),
    "urge": _("Urged"),
    "note": _("Note written"),
    "reopen": _("Reopened for a second handling"),
    "follow_up": _("Low rating followed up"),
    "show_comment": _("Comment shown with the public answer"),
    "hide_comment": _("Comment taken off the public page"),
}
"""Moves as staff read them when they are done."""

TOLD_ELSEWHERE = frozenset({"note", "contribute"})
"""Moves whose words stand in a section of their own."""

OF_SUPERVISION = frozenset({"rate", "follow_up", "show_comment", "hide_comment"})
"""Moves that tell what a citizen said of an answer."""

TONES = {
    "reply": "good",
    "publish": "good",
    "return": "warn",
    "send_back": "warn",
    "urge": "warn",
    "deny_extension": "warn",
    "ask_supplement": "warn",
    "request_reopen": "warn",
    "reject": "danger",
    "withdraw": "danger",
    "lapse": "danger",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `words` are (text, who reads it; empty for the citizen's own words)."""

    title: str
    at: datetime
    by: str
    details: list[str]
    words: list[tuple[str, str]]
    tone: str = ""


def timeline(
    events: Sequence[Event], remarks: Iterable[Remark], departments: Mapping[int, str]
) -> list[Step]:
    """The steps in order; of drafts saved one after another only the last.

    `departments` gives the names of the departments that occur.
    """
    words: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for remark in remarks:
        if remark.move not in TOLD_ELSEWHERE:
            words[remark.event_seq].append((remark.text, _readers(remark)))
    return [
        Step(
            title=str(DONE.get(event.move, event.move)),
            at=event.at,
            by=who(event),
            details=list(_details(event, departments)),
            words=words[event.seq],
            tone=TONES.get(event.move, ""),
        )
        for event, following in zip(events, [*events[1:], None], strict=False)
        if not (event.move == "draft" and following is not None and following.move == "draft")
    ]


def _readers(remark: Remark) -> str:
    if remark.author_label == CITIZEN.label:
        return ""
    if remark.audience == Remark.Audience.SUPERVISOR:
        return gettext("Supervision only")
    told = remark.audience == Remark.Audience.CITIZEN
    return gettext("The citizen reads this") if told else gettext("Staff only")


def who(event: Event) -> str:
    """Who acted, in the reader's language."""
    if event.actor_kind == ActorKind.CITIZEN:
        return gettext("The citizen")
    if event.actor_kind == ActorKind.SYSTEM:
        return gettext("The clockwork")
    return event.actor_label


def departments_in(events: Iterable[Event]) -> set[int]:
    """The departments the events speak of."""
    found = {id_ for event in events for id_ in _change(event, "case.department_id")}
    return {id_ for id_ in found if isinstance(id_, int)}


def _details(event: Event, departments: Mapping[int, str]) -> Iterable[str]:
    before, after = _change(event, "case.department_id")
    if after is not None:
        yield departments.get(after, "")
    elif before is not None:
        yield gettext("back from %(department)s") % {"department": departments.get(before, "")}
    was, kind = _change(event, "case.kind")
    if was and kind:
        yield gettext("%(before)s, now %(after)s") % {
            "before": KINDS.get(was, was),
            "after": KINDS.get(kind, kind),
        }
    if event.move == "redate":
        yield from _redated(event.data)
    if amount := event.data.get("amount"):
        yield ngettext("%(n)s working day", "%(n)s working days", amount) % {"n": amount}
    if lapsed := event.data.get("extension_lapsed"):
        yield ngettext(
            "the request for %(n)s more working day lapsed",
            "the request for %(n)s more working days lapsed",
            lapsed,
        ) % {"n": lapsed}
    if into := event.data.get("into"):
        yield str(into)
    yield from _rated(event)


def _rated(event: Event) -> Iterable[str]:
    if rating := event.data.get("rating"):
        yield str(RATINGS.get(rating, rating))
    if before := event.data.get("rating_before"):
        yield gettext("before: %(rating)s") % {"rating": RATINGS.get(before, before)}
    if event.move == "follow_up":
        yield str(OUTCOMES.get(event.data.get("follow_up", ""), ""))


def _redated(data: Mapping[str, Any]) -> Iterable[str]:
    """Each date that moved, and why."""
    for target, (before, after) in data["dates"].items():
        was, now = (local_datetime(instant(at)) or "—" for at in (before, after))
        yield f"{TARGET_LABELS[target]}: {was} → {now}"
    yield data["reason"]


def _change(event: Event, name: str) -> tuple[Any, Any]:
    before, after = event.data.get("changes", {}).get(name, (None, None))
    return before, after
