"""Why dates are what they are: the clocks of a case, and the public calculator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response

from foundation import clock
from inquiries.api.citizen import CODE_PARAMETER, CitizenView
from inquiries.api.fields import Choice, WholeNumber
from inquiries.api.outputs import Maybe, Moment, StandingField, Text
from inquiries.api.parameters import NUMBER
from inquiries.api.public import PublicView
from inquiries.api.staff import StaffView
from inquiries.calculator import FIRST, LAST, MOST, NINE, Question, answer
from inquiries.queries.clocks import ClockTold, clocks_for_citizen, clocks_for_staff
from inquiries.states import Kind
from sla.explaining.explanation import Explanation
from sla.explaining.picture import Cell
from sla.models import Policy
from sla.policies import NoPolicy
from sla.standing import horizon
from sla.targets import Target
from sla.worktime import HorizonError

DAY_KINDS = ("receipt", "working", "makeup", "weekend", "holiday", "paused")


class Code(serializers.CharField):
    """One of a fixed list of codes."""

    def __init__(self, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        set_override(self, "field", {"type": "string", "enum": [str(code) for code in codes]})


class AsGiven(serializers.Field):
    """A field that is refused when it is empty, instead of being taken for one left out."""

    def get_value(self, dictionary: Any) -> Any:
        return dictionary.get(self.field_name, empty)


class DayField(AsGiven, serializers.DateField):
    """A date such as 2026-02-13."""


class TimeOfDay(AsGiven, serializers.RegexField):
    """A time such as 14:30."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", **kwargs)
        pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
        set_override(self, "field", {"type": "string", "pattern": pattern})


class DaySerializer(serializers.Serializer):
    """A day of the span and whether it counts."""

    date = serializers.DateField(read_only=True)
    what = Code(DAY_KINDS, source="day.kind")
    counted = serializers.IntegerField(
        source="day.counted",
        allow_null=True,
        read_only=True,
        help_text="Its running number; null if it does not count.",
    )
    name = serializers.SerializerMethodField(help_text="The holiday.")
    seconds = serializers.IntegerField(
        source="day.seconds", read_only=True, help_text="Used that day, for working hours."
    )
    extended = serializers.BooleanField(
        read_only=True, help_text="Counts only because of an extension."
    )
    due = serializers.BooleanField(read_only=True, help_text="The time ends on this day.")

    def get_name(self, cell: Cell) -> str:
        day = cell.day
        return day.label if day is not None and day.kind != "paused" else ""


class HaltSerializer(serializers.Serializer):
    """A span in which the clock stood still, because the citizen was asked to supplement."""

    since = Moment()
    until = Maybe()


class GrantSerializer(serializers.Serializer):
    """An extension."""

    amount = serializers.IntegerField(read_only=True)
    at = Moment()


class ExplanationSerializer(serializers.Serializer):
    """Why a date is what it is, in words and day by day."""

    started_at = Moment()
    due_at = Maybe()
    provisional = serializers.BooleanField(
        read_only=True, help_text="A year concerned is not settled by a notice yet."
    )
    amount = serializers.IntegerField(read_only=True)
    extra = serializers.IntegerField(read_only=True, help_text="Of these, by extension.")
    unit = Code(Policy.Unit)
    cutoff = Code(Policy.Cutoff)
    basis = Text(help_text="The legal basis.")
    sentences = serializers.ListField(child=serializers.CharField(), read_only=True)
    halts = HaltSerializer(many=True, read_only=True)
    grants = GrantSerializer(many=True, read_only=True)
    days = DaySerializer(source="cells", many=True, read_only=True)


class ClockToldSerializer(serializers.Serializer):
    """A promise or an allowance of a case."""

    target = Code(Target)
    label = Text()  # type: ignore[assignment]
    round = serializers.IntegerField(source="clock.round", read_only=True)
    department = Text(help_text="Whose allowance it is; empty for the whole house.")
    state = Text(source="clock.state")
    standing = StandingField()
    left = Text(help_text="How much is left, or how late it is, in words.")
    due_at = Maybe(source="clock.due_at")
    finished_at = Maybe(source="clock.finished_at")
    explanation = ExplanationSerializer(
        allow_null=True, read_only=True, help_text="Null where no calendar reaches so far."
    )


def _listed(told: list[ClockTold]) -> Response:
    return Response(ClockToldSerializer(told, many=True).data)


class CitizenClocksView(CitizenView):
    @extend_schema(
        operation_id="inquiry_clocks",
        summary="Why each date promised to the citizen is what it is",
        parameters=[NUMBER, CODE_PARAMETER],
        responses=ClockToldSerializer(many=True),
    )
    def get(self, request: Request, number: str) -> Response:
        return _listed(clocks_for_citizen(self.opened(request, number), horizon(self.at)))


class StaffClocksView(StaffView):
    @extend_schema(
        operation_id="desk_clocks",
        summary="Why each clock of a case is due when it is, all rounds",
        parameters=[NUMBER],
        responses=ClockToldSerializer(many=True),
    )
    def get(self, request: Request, number: str) -> Response:
        return _listed(clocks_for_staff(self.case(number), horizon(self.at)))


class CalculatorQuery(serializers.Serializer):
    """From when, and either the kind of a matter or a number of units."""

    day = DayField(
        required=False,
        input_formats=["%Y-%m-%d"],
        help_text=f"From {FIRST} to {LAST}; today if left out.",
    )
    time = TimeOfDay(default=f"{NINE:%H:%M}", help_text="Only matters for working hours.")
    kind = Choice(
        list(Kind), required=False, help_text="The promise now in force; then `n` is not read."
    )
    n = WholeNumber(default=1, min_value=1, max_value=MOST)
    unit = Choice(list(Policy.Unit.values), required=False, help_text="Working days if left out.")

    def validate_day(self, value: Any) -> Any:
        if not FIRST <= value <= LAST:
            raise serializers.ValidationError(_("Give a day from the years 2000 to 2090."))
        return value

    def question(self, today: date) -> Question:
        data = self.validated_data
        return Question(
            data.get("day", today),
            time.fromisoformat(data["time"]),
            kind=data.get("kind", ""),
            n=data["n"],
            unit=data.get("unit") or Policy.Unit.WORKING_DAYS,
        )


class CalculatorView(PublicView):
    problems = (400,)

    @extend_schema(
        operation_id="calculate",
        summary="When something would be due, and why",
        parameters=[CalculatorQuery],
        responses=ExplanationSerializer,
    )
    def get(self, request: Request) -> Response:
        query = CalculatorQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(ExplanationSerializer(self._answer(query.question(clock.today()))).data)

    def _answer(self, question: Question) -> Explanation:
        try:
            return answer(question, self.at)
        except NoPolicy:
            message = _("No promise is in force for this. Please choose a number.")
            raise serializers.ValidationError({"kind": [message]}) from None
        except HorizonError:
            message = _("The calendar does not reach so far. Choose an earlier day.")
            raise serializers.ValidationError({"day": [message]}) from None
