"""Computing a deadline without having a matter. Nothing is stored."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation import clock
from inquiries.calculator import answer
from inquiries.forms.calculator import CalculatorForm
from sla.explaining.explanation import Explanation
from sla.policies import NoPolicy
from sla.worktime import HorizonError


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """The form, and below it the answer with its days once something was asked."""
    if "day" not in request.GET:
        form = CalculatorForm(initial={"day": clock.today()})
        return render(request, "portal/calculator.html", {"form": form})
    form = CalculatorForm(request.GET)
    found = _answer(form) if form.is_valid() else None
    status = HTTPStatus.OK if found else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "portal/calculator.html", {"form": form, "found": found}, status=status)


def _answer(form: CalculatorForm) -> Explanation | None:
    """The explanation, or None with the reason by the field."""
    try:
        return answer(form.question(), clock.now())
    except NoPolicy:
        form.add_error("kind", _("No promise is in force for this. Please choose a number."))
    except HorizonError:
        form.add_error("day", _("The calendar does not reach so far. Choose an earlier day."))
    return None
