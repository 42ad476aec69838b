"""Cases as rows of a list, in the words and figures each row shows.

A template is slow at looking things up, and these are the pages supervisors turn over most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from accounts.actors import Actor
from accounts.models import Department
from foundation.moments import Moment, moment
from sla import streams
from sla.figures.measures import survey_as_of
from sla.figures.recording import survey_line
from sla.lists.sorting import ALWAYS, ASKED, NAMES, RATED, RATING, REPLIED
from sla.lists.walking import case_of
from sla.models import Case, Survey
from sla.standing import LABELS, Horizon, Standing, standing_of, time_left

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """A further cell of a row: a day, or else a word."""

    label: str
    at: Moment | None
    word: str


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list. `own`: the reader's own answer was rated, so that it is not named."""

    number: str
    url: str
    title: str
    about: str
    stage: str
    state: str
    department: str
    received: Moment
    due: Moment | None
    standing: Standing
    stands: str
    left: str
    provisional: bool
    more: list[Cell]
    own: bool


class Teller:
    """Tells the rows of one page to one reader, ratings as known `at` an instant."""

    def __init__(
        self,
        columns: Sequence[str],
        departments: Sequence[Department],
        seen_from: Horizon,
        at: datetime,
        reader: Actor,
    ) -> None:
        self.more = [column for column in columns if column not in ALWAYS]
        self.departments = {one.pk: one.label for one in departments}
        self.seen_from, self.at, self.reader = seen_from, at, reader
        self.kinds, self.channels = _said("kinds"), _said("channels")
        self.stages, self.exclusions = _said("stages"), _said("exclusions")
        self.ratings = _said("ratings")
        self.labels = {column: str(NAMES[column]) for column in self.more}
        self.standings = {standing: str(label) for standing, label in LABELS.items()}
        self.by_hand = dict.fromkeys(streams.by_hand(), gettext("typed in by staff"))
        # One address of a stream is looked up; the others differ by their number only.
        self.addresses = {
            stream: reverse(page, args=["NUMBER"]) for stream, page in settings.CASE_PAGES.items()
        }

    def rows(self, items: Sequence[Case | Survey]) -> list[Row]:
        return [self._row(item) for item in items]

    def _row(self, item: Case | Survey) -> Row:
        case = case_of(item)
        rating, dates = "", {REPLIED: case.replied_at}
        if isinstance(item, Survey):
            vote = survey_as_of(survey_line(item), self.at)
            rating = self.ratings.get(vote.rating, "") if vote.rating is not None else ""
            dates |= {ASKED: vote.asked_at, RATED: vote.rated_at}
        standing = standing_of(case, self.seen_from)
        return Row(
            number=case.number,
            url=self.addresses[case.stream].replace("NUMBER", case.number),
            title=case.title,
            about=self._about(case, rating),
            stage=case.stage,
            state=self.stages.get(case.stage, case.stage),
            department=self.departments.get(case.department_id or 0, NOTHING),
            received=moment(case.received_at),
            due=moment(case.due_at) if case.due_at else None,
            standing=standing,
            stands=self.standings.get(standing, ""),
            left=time_left(case, standing, self.seen_from),
            provisional=case.due_provisional,
            more=[self._cell(column, dates.get(column), rating) for column in self.more],
            own=isinstance(item, Survey) and item.handler_id == self.reader.user_id,
        )

    def _about(self, case: Case, rating: str) -> str:
        channel = self.channels.get(case.channel, case.channel)
        if hand := self.by_hand.get(case.channel):
            channel = f"{channel} ({hand})"
        excluded = self.exclusions.get(case.exclusion, case.exclusion)
        words = (self.kinds.get(case.kind, case.kind), channel, excluded, rating)
        return " · ".join(word for word in words if word)

    def _cell(self, column: str, at: datetime | None, rating: str) -> Cell:
        if column == RATING:
            return Cell("", None, rating)
        return Cell(self.labels[column], moment(at) if at else None, NOTHING)


def _said(group: str) -> Mapping[Any, str]:
    return {code: str(word) for code, word in streams.words(group).items()}
