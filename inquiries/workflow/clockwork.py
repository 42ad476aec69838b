"""Which move does what to which clock, as a table."""

from __future__ import annotations

from collections.abc import Callable

from sla.clocks import ClockSet
from sla.targets import Target

Turn = Callable[[ClockSet], None]


def start(*targets: Target) -> Turn:
    def turn(clocks: ClockSet) -> None:
        for target in targets:
            clocks.start(target)

    return turn


def start_in_department(*targets: Target) -> Turn:
    def turn(clocks: ClockSet) -> None:
        for target in targets:
            clocks.start(target, department_id=clocks.case.department_id)

    return turn


def start_if_ruled(*targets: Target) -> Turn:
    """Start allowances the bureau need not have, in the department."""

    def turn(clocks: ClockSet) -> None:
        for target in targets:
            clocks.start_if_ruled(target, department_id=clocks.case.department_id)

    return turn


def meet(*targets: Target) -> Turn:
    return lambda clocks: clocks.meet(*targets)


def cancel(*targets: Target) -> Turn:
    """Cancel the given clocks; all of them when none is named."""
    return lambda clocks: clocks.cancel(*targets)


def reinstate(target: Target) -> Turn:
    return lambda clocks: clocks.reinstate(target)


def resume(clocks: ClockSet) -> None:
    clocks.resume()


IN_HOUSE = (Target.SIGN_FOR, Target.DEPARTMENT)

TURNS: dict[str, tuple[Turn, ...]] = {
    "submit": (start(Target.ACCEPTANCE, Target.REPLY),),
    "accept": (meet(Target.ACCEPTANCE), start(Target.DISPATCH)),
    "reject": (cancel(),),
    "refer": (cancel(),),
    "merge": (cancel(),),
    "release": (reinstate(Target.REPLY), start(Target.DISPATCH)),
    "withdraw": (cancel(),),
    "lapse": (cancel(),),
    "assign": (meet(Target.DISPATCH), start_in_department(*IN_HOUSE)),
    "sign_for": (meet(Target.SIGN_FOR),),
    "return": (cancel(*IN_HOUSE), start(Target.DISPATCH)),
    "reassign": (cancel(*IN_HOUSE), start_in_department(*IN_HOUSE)),
    "ask_supplement": (start(Target.SUPPLEMENT),),
    "supply": (meet(Target.SUPPLEMENT), resume),
    "submit_for_review": (start_if_ruled(Target.REVIEW),),
    "send_back": (meet(Target.REVIEW),),
    "reply": (meet(Target.REVIEW, Target.DEPARTMENT, Target.REPLY), start(Target.SURVEY)),
    "reopen": (
        cancel(Target.SURVEY),
        meet(Target.FOLLOW_UP),
        start(Target.REPLY),
        start_in_department(Target.DEPARTMENT),
    ),
    "follow_up": (meet(Target.FOLLOW_UP),),
    "close": (cancel(Target.SURVEY),),
}
"""Moves not named here touch no clock, or (pausing, extending) need an input and say so
themselves."""
