"""What is late in the background work, as codes. Pure; `sla.engine.wording` says it in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Trouble(StrEnum):
    NEVER_RAN = "never_ran"
    STANDS_STILL = "stands_still"
    BEHIND = "behind"
    LETTERS_WAIT = "letters_wait"
    LETTERS_GIVEN_UP = "letters_given_up"
    FIGURES_UNFOLDED = "figures_unfolded"


LETTERS_WITHIN = timedelta(minutes=15)
"""Letters go out every few seconds; one that waits longer finds nobody to send it."""

UNFOLDED_MOST = 5000
"""One batch of the folder. Figures stay exact above it, reports only read more rows."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What advice is based on. `last_sweep` None: never; `letters_since` None: none waits."""

    at: datetime
    last_sweep: datetime | None
    behind: timedelta
    letters_since: datetime | None
    letters_given_up: int
    unfolded: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How late is too late."""

    run: timedelta
    lag: timedelta


def troubles(signs: Signs, limits: Limits) -> list[Trouble]:
    """What is wrong, the most urgent first; empty when all is well."""
    found = []
    if signs.last_sweep is None:
        found.append(Trouble.NEVER_RAN)
    elif signs.at - signs.last_sweep > limits.run:
        found.append(Trouble.STANDS_STILL)
    if signs.behind > limits.lag:
        found.append(Trouble.BEHIND)
    if signs.letters_since is not None and signs.at - signs.letters_since > LETTERS_WITHIN:
        found.append(Trouble.LETTERS_WAIT)
    if signs.letters_given_up:
        found.append(Trouble.LETTERS_GIVEN_UP)
    if signs.unfolded > UNFOLDED_MOST:
        found.append(Trouble.FIGURES_UNFOLDED)
    return found
