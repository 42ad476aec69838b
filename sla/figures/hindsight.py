"""What case lines were at an earlier instant, read back from the ledger.

A case line holds what is true now. Most of its facts are dated, so `measures.as_of` can tell which
of them were known; but department, kind, topic, district and handler change without leaving a
date, a publication can be taken back, an exclusion undone. The ledger keeps the old value of every
change, so a line is taken back to an instant by undoing what was changed after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from ledger.models import Event
from sla.figures.measures import CaseLine
from sla.models import Case

PREFIX = "case."
STANDING = frozenset({"verdict", "verdict_at"})
"""Given once and never changed; the sweep writes them without an event, under their own date."""


def undone(numbers: Collection[str], instant: datetime) -> dict[str, dict[str, Any]]:
    """For each case changed after the instant, the values its facts had then."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    events = Event.objects.filter(case_number__in=numbers, at__gt=instant)
    for number, data in events.order_by("case_number", "seq").values_list("case_number", "data"):
        then = found[number]
        for name, (old, _new) in data.get("changes", {}).items():
            if name.startswith(PREFIX):
                then.setdefault(name.removeprefix(PREFIX), old)
    return found


def taken_back(facts: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a line with those changed since put back."""
    return {
        name: _value(name, then[name]) if name in then and name not in STANDING else value
        for name, value in facts.items()
    }


def put_back(cases: Sequence[Case], instant: datetime) -> None:
    """Have cases in memory say what they said at an instant, to be shown and never to be saved."""
    changed = undone([case.number for case in cases], instant)
    for case in cases:
        then = changed.get(case.number, {})
        for name, value in taken_back(
            {name: None for name in then if name in FIELDS}, then
        ).items():
            if name not in STANDING:
                setattr(case, name, value)
        if case.verdict_at is not None and case.verdict_at > instant:
            case.verdict, case.verdict_at = "", None
    prefetch_related_objects(cases, "department")


def _value(name: str, old: Any) -> Any:
    """A value as the ledger keeps it, as a case line has it."""
    if name.endswith("_at") and old is not None:
        return datetime.fromisoformat(old)
    if old is None and name in TEXTS:
        return ""
    return old


TEXTS = frozenset(
    name for name, field in CaseLine.__dataclass_fields__.items() if field.type in ("str", str)
)

FIELDS = frozenset(field.attname for field in Case._meta.concrete_fields)
