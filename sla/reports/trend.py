"""How the figures of a period differ from those of an earlier one, in a sentence. Pure."""

from __future__ import annotations

from sla.figures.comparing import FELL, ROSE, Change, changes
from sla.figures.rates import rates
from sla.reports.findings import Definitions, Part
from sla.reports.words import RATES, Both, both

COMPARED = ("reply_rate", "on_time_rate", "satisfaction")


def trend(own: Part, then: Part, by: Definitions) -> Both:
    """What rose and what fell since an earlier period: cases received, and each rate that both
    periods have, in percentage points of the printed percentages."""
    found = changes(own.counts, rates(own.counts, by), then.counts, rates(then.counts, by))
    said = [_received(found["received"])]
    said += [_rate(RATES[name], found[name]) for name in COMPARED if found[name].by is not None]
    return both(
        f"与{then.name['zh']}相比，{'，'.join(one['zh'] for one in said)}。",
        f"Compared with {then.name['en']}, {'; '.join(one['en'] for one in said)}.",
    )


def _received(change: Change) -> Both:
    n = abs(int(change.by or 0))
    cases = "case" if n == 1 else "cases"
    if change.direction == ROSE:
        return both(f"收件增加{n}条", f"{n} more {cases} came in")
    if change.direction == FELL:
        return both(f"收件减少{n}条", f"{n} fewer {cases} came in")
    return both("收件数持平", "as many cases came in")


def _rate(name: Both, change: Change) -> Both:
    points = abs(change.by or 0)
    the = f"the {name['en'].lower()}" if name["en"].endswith("rate") else name["en"].lower()
    if change.direction == ROSE:
        return both(
            f"{name['zh']}上升{points}个百分点", f"{the} rose by {points} percentage points"
        )
    if change.direction == FELL:
        return both(
            f"{name['zh']}下降{points}个百分点", f"{the} fell by {points} percentage points"
        )
    return both(f"{name['zh']}持平", f"{the} stayed the same")
