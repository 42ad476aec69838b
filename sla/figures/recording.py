"""Writing the case line and, in the same transaction, what changed in the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sla.figures.measures import CaseLine, Cell, Key, SurveyLine, difference, measures
from sla.models import Case, Delta, Survey

FIELDS = tuple(field.attname for field in Case._meta.concrete_fields)


def line_of(case: Case, surveys: Iterable[Survey]) -> CaseLine:
    """The facts of a case line that are counted."""
    return CaseLine(
        received_at=case.received_at,
        department_id=case.department_id,
        kind=case.kind,
        channel=case.channel,
        category=case.category,
        district=case.district,
        handler_id=case.handler_id,
        dispatched_at=case.dispatched_at,
        due_at=case.due_at,
        paused_at=case.paused_at,
        replied_at=case.replied_at,
        verdict=case.verdict,
        verdict_at=case.verdict_at,
        published_at=case.published_at,
        excluded_at=case.excluded_at,
        surveys=tuple(survey_line(survey) for survey in surveys),
    )


def survey_line(survey: Survey) -> SurveyLine:
    """The facts of a survey that are counted."""
    return SurveyLine(
        survey.asked_at,
        survey.rating,
        survey.rated_at,
        survey.changed_at,
        former_votes(survey.former),
    )


def former_votes(kept: Iterable[tuple[str, int]]) -> tuple[tuple[datetime, int], ...]:
    """Earlier votes as the survey keeps them, read back."""
    return tuple((datetime.fromisoformat(at), rating) for at, rating in kept)


class CaseRecord:
    """A locked case line being changed by moves: remembers what it counted as before each."""

    def __init__(self, case: Case, *, new: bool = False) -> None:
        self.case = case
        self._new = new
        self.surveys: list[Survey] = (
            list(case.surveys.order_by("round")) if not new and case.replied_at else []
        )
        self._before: Counter[Cell] = Counter() if new else self._measures()
        self._held = {} if new else self._values()

    def _values(self) -> dict[str, object]:
        return {name: getattr(self.case, name) for name in FIELDS}

    def _measures(self) -> Counter[Cell]:
        return measures(line_of(self.case, self.surveys))

    def survey(self, round_: int) -> Survey | None:
        return next((s for s in self.surveys if s.round == round_), None)

    def ask(self, survey: Survey) -> None:
        """Put a round's question; it counts as asked from now on."""
        survey.save(force_insert=True)
        self.surveys.append(survey)

    def vote(self, survey: Survey, rating: int, at: datetime) -> int | None:
        """Enter the citizen's rating, or change the one given before, which is returned."""
        before = survey.rating
        if before is None:
            survey.rated_at = at
        else:
            voted_at = survey.changed_at or survey.rated_at
            assert voted_at is not None
            survey.former = [*survey.former, [voted_at.isoformat(), before]]
            survey.changed_at = at
        survey.rating = self.case.rating = rating
        survey.save(update_fields=["rating", "rated_at", "changed_at", "former"])
        return before

    def save(self) -> None:
        """Write the changed fields and the figures' difference. Saves new lines whole."""
        values, counts = self._values(), self._measures()
        if self._new:
            self.case.save(force_insert=True)
            values = self._values()
        else:
            changed = [name for name, value in values.items() if value != self._held[name]]
            if changed:
                self.case.save(update_fields=changed)
        write_deltas(difference(self._before, counts))
        self._new, self._held, self._before = False, values, counts


def write_deltas(rows: Mapping[Key, Mapping[str, int]]) -> None:
    if rows:
        Delta.objects.bulk_create(Delta(**key._asdict(), **counts) for key, counts in rows.items())
