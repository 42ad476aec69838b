"""An explanation in sentences, for people who do not read calendars."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.templatetags.huiying import local_date, local_datetime
from sla.explaining.explanation import Explanation, Grant, Halt, length
from sla.models import Policy
from sla.targets import ClockState
from sla.worktime import Day

NAMED = 12
"""Days off or made up that are named one by one; of more, the number is told."""


def sentences(told: Explanation) -> list[str]:
    """What was counted and why, in the order in which one would count."""
    found = [_began(told), *_counted(told), *_left_out(told), *_made_up(told)]
    found += [_halted(halt, told) for halt in told.halts]
    found += _extended(told)
    found += [*_ends(told), *_ended(told)]
    return found


def _began(told: Explanation) -> str:
    values = {"start": local_date(told.started_at), "length": told.length}
    if told.unit == Policy.Unit.WORKING_HOURS:
        values["start"] = local_datetime(told.started_at)
        return _("Began on %(start)s. The time is %(length)s; only opening hours count.") % values
    if told.unit == Policy.Unit.CALENDAR_DAYS:
        return (
            _(
                "Began on %(start)s: the day itself is not counted. The time is %(length)s;"
                " weekends and holidays count, too."
            )
            % values
        )
    if told.of_receipt:
        return (
            _("Received on %(start)s: the day of receipt is not counted. The time is %(length)s.")
            % values
        )
    return _("Began on %(start)s: the day itself is not counted. The time is %(length)s.") % values


def _counted(told: Explanation) -> Iterator[str]:
    counted = [day for day in told.days if day.counted is not None]
    if not counted:
        return
    values = {
        "days": len(counted),
        "first": local_date(counted[0].date),
        "last": local_date(counted[-1].date),
    }
    if told.due_at is None:
        yield (
            ngettext(
                "Counted so far: %(days)s day, %(first)s.",
                "Counted so far: %(days)s days, from %(first)s to %(last)s.",
                len(counted),
            )
            % values
        )
        return
    yield (
        ngettext(
            "Counted: %(days)s day, %(first)s.",
            "Counted: %(days)s days, from %(first)s to %(last)s.",
            len(counted),
        )
        % values
    )


def _left_out(told: Explanation) -> Iterator[str]:
    """Days off, by name where they have one. Every day of calendar days counts."""
    if told.unit == Policy.Unit.CALENDAR_DAYS:
        return
    off = [day for day in told.days if day.kind in ("weekend", "holiday")]
    if not off:
        return
    names = []
    weekends = [day for day in off if day.kind == "weekend"]
    if weekends:
        words = ngettext("%(days)s day of weekends", "%(days)s days of weekends", len(weekends))
        names.append(words % {"days": len(weekends)})
    holidays = [day for day in off if day.kind == "holiday"]
    for name, days in groupby(holidays, key=lambda day: day.label or _("holiday")):
        names.append(_spell(name, list(days)))
    yield _("Left out: %(names)s.") % {"names": _("; ").join(names)}


def _spell(name: str, days: list[Day]) -> str:
    if len(days) == 1:
        return _("%(name)s (%(first)s)") % {"name": name, "first": local_date(days[0].date)}
    return ngettext(
        "%(name)s (%(days)s day between %(first)s and %(last)s)",
        "%(name)s (%(days)s days between %(first)s and %(last)s)",
        len(days),
    ) % {
        "name": name,
        "days": len(days),
        "first": local_date(days[0].date),
        "last": local_date(days[-1].date),
    }


def _made_up(told: Explanation) -> Iterator[str]:
    days = [d for d in told.days if d.kind == "makeup" and d.counted is not None]
    if not days or told.unit == Policy.Unit.CALENDAR_DAYS:
        return
    if len(days) > NAMED:
        yield _("Counted because they are make-up working days: %(n)s days.") % {"n": len(days)}
        return
    names = _(", ").join(local_date(day.date) for day in days)
    yield _("Counted because they are make-up working days: %(names)s.") % {"names": names}


def _halted(halt: Halt, told: Explanation) -> str:
    values = {"since": local_datetime(halt.since), "until": local_datetime(halt.until)}
    if halt.until is None:
        if told.for_staff:
            said = _(
                "It stands still since %(since)s, because the citizen was asked to supplement."
            )
        else:
            said = _("It stands still since %(since)s, because you were asked to supplement.")
    elif told.for_staff:
        said = _(
            "It stood still from %(since)s to %(until)s, because the citizen was asked to"
            " supplement."
        )
    else:
        said = _(
            "It stood still from %(since)s to %(until)s, because you were asked to supplement."
        )
    return said % values + _by(halt.by)


def _by(name: str) -> str:
    return " " + _("Asked by %(name)s.") % {"name": name} if name else ""


def _extended(told: Explanation) -> Iterator[str]:
    if not told.extra:
        return
    if sum(grant.amount for grant in told.grants) != told.extra:
        yield _("%(length)s of it were added by an extension.") % {
            "length": length(told.extra, told.unit)
        }
        return
    for grant in told.grants:
        yield _granted(grant, told.unit)


def _granted(grant: Grant, unit: str) -> str:
    values = {
        "length": length(grant.amount, unit),
        "at": local_datetime(grant.at),
        "name": grant.by,
    }
    if grant.by:
        return _("Extended by %(length)s, granted on %(at)s by %(name)s.") % values
    return _("Extended by %(length)s, granted on %(at)s.") % values


def _ends(told: Explanation) -> Iterator[str]:
    if told.due_at is None:
        if told.state == ClockState.PAUSED:
            yield _("The date follows when the clock runs again.")
        return
    values = {"due": local_datetime(told.due_at)}
    if told.unit == Policy.Unit.WORKING_HOURS:
        yield _("The time is used up on %(due)s.") % values
    elif told.cutoff == Policy.Cutoff.CLOSE_OF_BUSINESS:
        yield _("The last day ends at close of business: due %(due)s.") % values
    else:
        yield _("The last day ends at midnight: due %(due)s.") % values
    if told.corrected:
        yield _(
            "The calendar has been corrected since; the date stands as it was computed at the time."
        )
    if not told.provisional:
        yield _("The days off of the years concerned are settled by official notice.")


def _ended(told: Explanation) -> Iterator[str]:
    if told.ended_at is None:
        if told.state == ClockState.MISSED:
            yield _("That time has passed and the thing is not done yet.")
        return
    values = {"at": local_datetime(told.ended_at)}
    match told.state:
        case ClockState.MET:
            yield _("Done on %(at)s, in time.") % values
        case ClockState.MISSED:
            yield _("Done on %(at)s, late.") % values
        case ClockState.CANCELLED:
            yield _("Ended on %(at)s: nothing is owed any more.") % values
