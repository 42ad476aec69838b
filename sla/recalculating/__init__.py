"""Changes of calendars and policies: proposed, looked at, given a reason, and worked off.

    recalculation = propose_calendar(calendar, CalendarChange(days=..., years=...), by=..., at=...)
    look(recalculation.pk, now)                  # fills in what would change; `tick` does it, too
    apply(recalculation.pk, by=actor, reason="...", at=now)
    work_off(now)                                # `tick` does it, until all clocks are done

Nothing moves before `apply`; then new cases have the new dates at once, and those that run or
stand still are reckoned anew in batches. What is finished or missed is never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from foundation.nudge import nudge
from sla.models import Policy, Recalculation, WorkCalendar
from sla.policies import hold_books
from sla.recalculating.applying import work
from sla.recalculating.looking import look
from sla.recalculating.plans import plan_of
from sla.recalculating.proposals import (
    CalendarChange,
    NothingChanged,
    again,
    policy_proposal,
    proposal_of,
    proposed_policy,
    write_calendar,
)
from sla.recalculating.sparing import spare
from sla.rules.ruling import RuleRefused, make

__all__ = [
    "AnotherUnderWay",
    "CalendarChange",
    "NotReady",
    "NothingChanged",
    "Outdated",
    "ReasonMissing",
    "apply",
    "at_once",
    "cancel",
    "carry_out",
    "look",
    "propose_again",
    "propose_calendar",
    "propose_policy",
    "work_off",
]

AT_ONCE = 500
"""Up to so many clocks are looked at, or reckoned anew, while the proposer waits for the page."""

LONGEST_RUN = timedelta(minutes=2)
"""After this the rest waits for the next run, so that clocks and letters get their turn."""

State = Recalculation.State
UNDER_WAY = (State.PREVIEWING, State.APPLYING)


class NotReady(Exception):
    """It is not in a state in which this can be done; somebody else was quicker, perhaps."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class Outdated(Exception):
    """The calendar or the rule was changed after this was proposed."""


class AnotherUnderWay(Exception):
    """Another change is still being worked off; one at a time."""


class ReasonMissing(Exception):
    """Every change says why."""


def propose_calendar(
    calendar: WorkCalendar, change: CalendarChange, *, by: Actor, at: datetime
) -> Recalculation:
    """Write down a change of a calendar. Raises NothingChanged or CalendarError."""
    return _propose(
        Recalculation(
            kind=Recalculation.Kind.CALENDAR,
            calendar=calendar,
            proposal=proposal_of(calendar, change),
        ),
        by,
        at,
    )


def propose_policy(policy: Policy, *, running: bool, by: Actor, at: datetime) -> Recalculation:
    """Write down a new version of a rule, not yet saved, for new cases or for running ones, too.

    A rule that is saved already may be given as well, to be taken over by running clocks.
    """
    return _propose(
        Recalculation(
            kind=Recalculation.Kind.POLICY,
            policy=policy if policy.pk is not None else None,
            proposal=policy_proposal(policy, running=running),
        ),
        by,
        at,
    )


def _propose(recalculation: Recalculation, by: Actor, at: datetime) -> Recalculation:
    recalculation.proposed_by, recalculation.proposed_by_id = by.label, by.user_id
    recalculation.created_at = at
    with transaction.atomic():
        recalculation.save(force_insert=True)
        nudge("sla.tasks.recalculate")
    return recalculation


def propose_again(recalculation: Recalculation, *, by: Actor, at: datetime) -> Recalculation:
    """The same change of a calendar that was changed meanwhile. Raises as `propose_calendar`."""
    assert recalculation.calendar is not None
    calendar = WorkCalendar.objects.get(pk=recalculation.calendar.pk)
    return propose_calendar(calendar, again(recalculation.proposal), by=by, at=at)


def at_once(pk: int, now: datetime) -> Recalculation:
    """Look at or work off a change in which few clocks are concerned; leave others to `tick`."""
    recalculation = Recalculation.objects.select_related("calendar__based_on").get(pk=pk)
    ahead = recalculation.state == State.PREVIEWING
    clocks = plan_of(recalculation, ahead=ahead).clocks()
    if recalculation.state in UNDER_WAY and len(clocks.values("pk")[: AT_ONCE + 1]) <= AT_ONCE:
        if ahead:
            look(pk, now)
        else:
            for _ in carry_out(pk, now):
                pass
        recalculation.refresh_from_db()
    return recalculation


def apply(pk: int, *, by: Actor, reason: str, at: datetime) -> Recalculation:
    """Make the change: from now on it holds for new cases; running ones follow by `work_off`.

    Raises ReasonMissing, NotReady, Outdated or AnotherUnderWay, and then nothing has changed.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        recalculation = _locked(pk, State.PREVIEWED)
        # Clocks that are just being started by the old days or rule are waited for: once they are
        # written, they are among those to be reckoned anew.
        hold_books()
        recalculation.state, recalculation.cursor = State.APPLYING, 0
        recalculation.reason, recalculation.applied_at = reason.strip(), at
        recalculation.applied_by, recalculation.applied_by_id = by.label, by.user_id
        if recalculation.kind == Recalculation.Kind.CALENDAR:
            _change_calendar(recalculation)
        else:
            _change_policy(recalculation, by, at)
        try:
            with transaction.atomic():
                recalculation.save()
        except IntegrityError:
            raise AnotherUnderWay from None
        nudge("sla.tasks.recalculate")
    return recalculation


def _change_calendar(recalculation: Recalculation) -> None:
    assert recalculation.calendar is not None
    rows = WorkCalendar.objects.select_for_update(no_key=True, of=("self",))
    calendar = rows.get(pk=recalculation.calendar.pk)
    if calendar.version != recalculation.proposal["version"]:
        raise Outdated
    recalculation.calendar = write_calendar(calendar, recalculation.proposal)


def _change_policy(recalculation: Recalculation, by: Actor, at: datetime) -> None:
    if recalculation.policy_id is not None:
        return
    rule = proposed_policy(recalculation.proposal)
    try:
        recalculation.policy = make(rule, by=by, reason=recalculation.reason, at=at)
    except RuleRefused:
        raise Outdated from None


def cancel(pk: int, *, by: Actor, at: datetime) -> Recalculation:
    """Drop what is only proposed. Raises NotReady once it has been applied."""
    with transaction.atomic():
        recalculation = _locked(pk, State.PREVIEWING, State.PREVIEWED)
        recalculation.state, recalculation.finished_at = State.CANCELLED, at
        recalculation.applied_by, recalculation.applied_by_id = by.label, by.user_id
        recalculation.save()
    return recalculation


def _locked(pk: int, *states: str) -> Recalculation:
    recalculation = Recalculation.objects.select_for_update(no_key=True).get(pk=pk)
    if recalculation.state not in states:
        raise NotReady(recalculation.state)
    return recalculation


def carry_out(pk: int, now: datetime) -> Iterator[int]:
    """Reckon anew what an applied change concerns: batch by batch, how many clocks. Each batch is
    done for good; break off and begin again at any time."""
    begun = monotonic()
    yield from spare(pk, now)
    while True:
        # A run of minutes dates what it writes when it writes it.
        passed = timedelta(seconds=int(monotonic() - begun))
        if passed > LONGEST_RUN or (done := work(pk, now + passed)) is None:
            return
        yield done


def work_off(now: datetime) -> int:
    """Go on with whatever is being looked at or applied; how many clocks were reckoned with.

    Any number of processes may do this, be killed, and begin again.
    """
    total = 0
    waiting = Recalculation.objects.filter(state__in=UNDER_WAY)
    for pk, state in waiting.order_by("id").values_list("pk", "state"):
        total += look(pk, now) if state == State.PREVIEWING else sum(carry_out(pk, now))
    return total
