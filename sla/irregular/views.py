"""The page of cases to look at twice."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.keyset import paginate
from foundation.templatetags.huiying import local_datetime
from sla import streams
from sla.figures.report import UNASSIGNED
from sla.irregular.finding import Irregular, Reasons
from sla.irregular.rules import BULK_SIZE, BULK_SIZE_OF_ONE, BULK_WITHIN, Bulk, Rule
from sla.models import Case
from sla.models.clock import LITTLE_SPARE
from sla.supervision.desk import COUNTED_TO, PAGE, Desk, supervising

RULES = {
    Rule.PAUSED: _("Stopped at due"),
    Rule.EXTENDED: _("Extended again"),
    Rule.PASSED_ON: _("Passed on and on"),
    Rule.BULK: _("Answered in bulk at due"),
}
ABOUT = {
    Rule.PAUSED: _(
        "The citizen was asked to supplement, which stops the clock, within the last working day "
        "before the answer was due."
    ),
    Rule.EXTENDED: _("Extended more than once."),
    Rule.PASSED_ON: _("Returned, or moved to another department, more than twice."),
    Rule.BULK: _(
        "One of at least %(size)s answers of one department, or %(size_of_one)s of one person, "
        "within %(minutes)s minutes, each given with no more than %(spare)s working minutes left."
    ),
}
NUMBERS = {
    "size": BULK_SIZE,
    "size_of_one": BULK_SIZE_OF_ONE,
    "minutes": int(BULK_WITHIN.total_seconds() // 60),
    "spare": LITTLE_SPARE // 60,
}
SORTS = {
    "-received_at": _("Newest first"),
    "received_at": _("Oldest first"),
    "-extensions": _("Most extended first"),
    "-returns": _("Most returned first"),
    "-reassignments": _("Most reassigned first"),
}
NEWEST = "-received_at"


@supervising
def irregular(request: HttpRequest) -> HttpResponse:
    """The cases received in a period that a rule finds; with `rule`, those of that one."""
    desk = Desk(request, "irregular")
    for name in ("basis", "as_of"):
        del desk.form.fields[name]
    asked = desk.asked
    chosen, order = request.GET.get("rule", ""), request.GET.get("sort") or NEWEST
    if (chosen and chosen not in set(Rule)) or order not in SORTS:
        raise BadRequest
    found = Irregular(asked.period, asked.scope)
    rows = found.of(Rule(chosen)) if chosen else found.all()
    page = paginate(
        rows.select_related("department", "handler"),
        order=order,
        cursor=request.GET.get("cursor"),
        size=PAGE,
    )
    counts = found.counts(COUNTED_TO)
    return desk.render(
        "supervision/irregular.html",
        rules=[(rule, RULES[rule], str(ABOUT[rule]) % NUMBERS, str(counts[rule])) for rule in Rule],
        rule=chosen,
        page=page,
        listed=[
            {
                "case": case,
                "kind": streams.word("kinds", case.kind),
                "why": why(case, found.reasons(case)),
            }
            for case in page.items
        ],
        choices=_choices(desk, order),
    )


def _choices(desk: Desk, order: str) -> list[dict[str, Any]]:
    names: dict[str, Any] = {department.code: department.label for department in desk.departments}
    names[UNASSIGNED] = _("No department yet")
    groups = [
        ("department", _("Department"), names, desk.asked.department, False),
        ("sort", _("Order"), SORTS, order, True),
    ]
    return [
        {"name": name, "label": label, "options": words.items(), "chosen": held, "always": always}
        for name, label, words, held, always in groups
    ]


def why(case: Case, reasons: Reasons) -> list[str]:
    """The reasons in words, one sentence each."""
    said = [
        gettext("Clock stopped on %(at)s, within the last working day before due.")
        % {"at": local_datetime(at)}
        for at in reasons.paused
    ]
    if reasons.extensions:
        said.append(gettext("Extended %(n)s times.") % {"n": reasons.extensions})
    if reasons.returns:
        said.append(gettext("Returned %(n)s times.") % {"n": reasons.returns})
    if reasons.reassignments:
        said.append(gettext("Reassigned %(n)s times.") % {"n": reasons.reassignments})
    if reasons.bulk is not None:
        text = gettext("One of %(n)s answers of the department between %(first)s and %(last)s.")
        said.append(text % _run(reasons.bulk))
    if reasons.bulk_of_one is not None:
        text = gettext("One of %(n)s answers of %(person)s between %(first)s and %(last)s.")
        said.append(text % (_run(reasons.bulk_of_one) | {"person": str(case.handler)}))
    return said


def _run(bulk: Bulk) -> dict[str, Any]:
    first, last = local_datetime(bulk.first), local_datetime(bulk.last)
    return {"n": bulk.size, "first": first, "last": last}
