"""The page that replays a past period under another rule; it changes nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from foundation import clock
from sla.explaining.explanation import length
from sla.models import Case
from sla.models.policy import Policy
from sla.simulation.form import MOST_CLOCKS, SimulationForm, opening
from sla.simulation.reading import Trial, clocks_of, labels, run
from sla.simulation.replaying import Comparison, Flip, Verdict
from sla.supervision.door import LOOKING, for_roles, shown

LISTED = 100

VERDICTS: dict[Verdict, Promise] = {
    Verdict.MET: gettext_lazy("On time"),
    Verdict.MISSED: gettext_lazy("Late"),
    Verdict.OPEN: gettext_lazy("Still open"),
    Verdict.LEFT_OUT: gettext_lazy("Not counted"),
}


@require_safe
@for_roles(*LOOKING)
def simulation(request: HttpRequest) -> HttpResponse:
    """The form; once filled in, the comparison under it."""
    now = clock.now()
    asked = bool(request.GET)
    form = SimulationForm(request.GET if asked else None, now=now, initial=opening(now))
    context: dict[str, Any] = {"form": form}
    if asked and form.is_valid() and form.trial is not None:
        if clocks_of(form.trial)[MOST_CLOCKS : MOST_CLOCKS + 1].exists():
            words = _(
                "More than %(most)s cases were received then. Please choose a shorter period, or"
                " use the command manage.py simulate."
            )
            form.add_error("to", words % {"most": MOST_CLOCKS})
        else:
            context |= _result(form.trial, run(form.trial, now, most=LISTED))
    status = 400 if form.errors else 200
    return shown(request, "supervision/simulation.html", "simulation", status=status, **context)


def _result(trial: Trial, found: Comparison) -> dict[str, Any]:
    names = labels()
    order = {pk: place for place, pk in enumerate(names)}
    departments = sorted(found.departments.items(), key=lambda row: order.get(row[0] or 0, -1))
    return {
        "found": found,
        "trial": trial,
        "tried": _tried(trial),
        "departments": [(names.get(pk, _("No department yet")), load) for pk, load in departments],
        "flips": _flips(found.flips, names),
        "verdicts": VERDICTS,
    }


def _tried(trial: Trial) -> str:
    """The rule that was tried, in words."""
    if trial.rule is None:
        return _("each rule as it was, on another calendar")
    words = [length(trial.rule.amount, trial.rule.unit)]
    if trial.rule.unit != Policy.Unit.WORKING_HOURS:
        words.append(str(Policy.Cutoff(trial.rule.cutoff).label))
    if trial.rule.cap is not None:
        most = length(trial.rule.cap, trial.rule.unit)
        words.append(_("at most %(most)s with extensions") % {"most": most})
    return " · ".join(words)


def _flips(flips: list[Flip], names: dict[int | None, str]) -> list[dict[str, Any]]:
    cases = Case.objects.filter(number__in=[flip.number for flip in flips])
    titles = {case.number: case for case in cases}
    return [
        {
            "flip": flip,
            "case": titles.get(flip.number),
            "department": names.get(flip.department, ""),
            "before": VERDICTS[flip.before],
            "after": VERDICTS[flip.after],
        }
        for flip in flips
    ]
