"""A case line retold from the ledger alone: the second, independent way to the figures. Pure.

Department, kind, reply, publication and exclusion are read from what the events say changed. The
verdict is not: it is judged here once more, from the promised dates and the pauses the events tell
of, without looking at any clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sla.figures.measures import CaseLine, SurveyLine

REPLY = "reply"
RATING = "rating"
PREFIX = "case."


class Retelling:
    """Reads the events of one case in order."""

    def __init__(self) -> None:
        self._facts: dict[str, Any] = {}
        self._verdict: tuple[str, datetime | None] = ("", None)
        self._surveys: dict[int, SurveyLine] = {}

    def read(self, move: str, at: datetime, data: Mapping[str, Any]) -> None:
        """Take in the next event. Raises LookupError, TypeError or ValueError for a senseless
        one."""
        self._miss_before(at)
        answered = self._instant("replied_at")
        for name, (_, value) in data.get("changes", {}).items():
            if name.startswith(PREFIX):
                self._facts[name.removeprefix(PREFIX)] = value
        if answered is None and self._instant("replied_at") is not None and not self._verdict[0]:
            self._verdict = ("met", self._instant("replied_at"))
        round_ = self._facts.get("round", 1)
        if move == REPLY:
            self._surveys[round_] = SurveyLine(at)
        if RATING in data:
            before = self._surveys[round_]
            # A vote changed within its day counts on the day it was first given.
            first = before.rated_at or at
            self._surveys[round_] = SurveyLine(before.asked_at, data[RATING], first)

    def _miss_before(self, at: datetime) -> None:
        """Judge a promise whose date passed before this instant without a reply."""
        due = self._due()
        if due is not None and due < at:
            self._verdict = ("missed", due)

    def _due(self) -> datetime | None:
        """The promised instant, while it can still be missed."""
        settled = ("paused_at", "replied_at", "excluded_at")
        if self._verdict[0] or any(self._facts.get(name) for name in settled):
            return None
        return self._instant("due_at")

    def _instant(self, name: str) -> datetime | None:
        text = self._facts.get(name)
        return datetime.fromisoformat(text) if text else None

    def line(self, *, swept: bool) -> CaseLine:
        """The line as the events make it. `swept`: the sweep has judged what fell due after the
        last event."""
        verdict, verdict_at = self._verdict
        if swept and (due := self._due()) is not None:
            verdict, verdict_at = "missed", due
        received = self._instant("received_at")
        if received is None:
            raise LookupError("the events do not say when it was received")
        return CaseLine(
            received_at=received,
            department_id=self._facts.get("department_id"),
            kind=self._facts["kind"],
            channel=self._facts["channel"],
            category=self._facts.get("category") or "",
            district=self._facts.get("district") or "",
            handler_id=self._facts.get("handler_id"),
            dispatched_at=self._instant("dispatched_at"),
            replied_at=self._instant("replied_at"),
            verdict=verdict,
            verdict_at=verdict_at,
            published_at=self._instant("published_at"),
            excluded_at=self._instant("excluded_at"),
            surveys=tuple(self._surveys[key] for key in sorted(self._surveys)),
        )
