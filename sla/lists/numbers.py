"""The number a list of today's facts stands behind, read as the board reads it."""

from __future__ import annotations

from sla.figures.counting import Sums, TooManyParts, read
from sla.figures.measures import MEASURES
from sla.lists.selection import SILENT, Key

PLUS, MINUS = 1, -1
MADE_OF = {
    "judged": (("met", PLUS), ("missed", PLUS)),
    "valid": (("received", PLUS), ("excluded", MINUS)),
    SILENT: (("asked", PLUS), ("rated", MINUS)),
}
"""The measures of lists that are of no single one."""


def number_of(key: Key) -> int | None:
    """How many cases or surveys a list has as known now, at a cost that does not grow with them.

    One query. None where no figure tells it: by two of topic, district and handler at once.
    """
    made_of = MADE_OF.get(key.measure, ((key.measure, PLUS),))
    sums = Sums(key.period, key.basis, measures=tuple(measure for measure, _sign in made_of))
    try:
        [cells, *_] = read([sums], key.at, key.scope).cells
    except TooManyParts:
        return None
    places = [(MEASURES.index(measure), sign) for measure, sign in made_of]
    return int(sum(sign * amounts[at] for _key, amounts in cells for at, sign in places))
