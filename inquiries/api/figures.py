"""Everybody: the figures of a year, each rate with its definition."""

from __future__ import annotations

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.clock import now
from inquiries.api.fields import Choice
from inquiries.api.public import PublicView
from sla.figures.definitions import REPLY, STANDARD, definition
from sla.figures.measures import MEASURES, ZONE
from sla.figures.periods import YEARS, Period, year_of
from sla.figures.public import public_figures


def _object(name: str, fields: dict[str, Any]) -> type[serializers.Serializer]:
    return type(name, (serializers.Serializer,), fields)


def _whole(**kwargs: Any) -> serializers.IntegerField:
    return serializers.IntegerField(read_only=True, **kwargs)


class RateSerializer(serializers.Serializer):
    n = _whole()
    d = _whole()
    percent = serializers.CharField(help_text='Such as "99.87%"; "—" where d is 0.')
    interval = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Of few ratings: the 95 % interval of satisfaction (Wilson).",
    )


DefinitionSerializer = _object(
    "FigureDefinition",
    {name: serializers.CharField() for name in definition(REPLY, STANDARD[REPLY]).as_data()},
)


class BalanceSerializer(serializers.Serializer):
    """By event: carried_in + received = replied + excluded + carried_out."""

    carried_in = _whole()
    received = _whole()
    replied = _whole()
    excluded = _whole()
    carried_out = _whole()
    holds = serializers.BooleanField()


RatesSerializer = _object("FigureRates", {rate: RateSerializer() for rate in STANDARD})
DefinitionsSerializer = _object(
    "FigureDefinitions", {rate: DefinitionSerializer() for rate in STANDARD}
)
TotalSerializer = _object(
    "FigureTotal",
    {
        "key": serializers.CharField(),
        "label": serializers.CharField(),
        **{measure: _whole() for measure in MEASURES},
        "rates": RatesSerializer(),
    },
)
PeriodSerializer = _object(
    "FigurePeriod", {"from": serializers.DateField(), "to": serializers.DateField()}
)


class KindRowSerializer(serializers.Serializer):
    kind = serializers.CharField()
    received = serializers.ListField(
        child=_whole(allow_null=True), help_text="By month; null where too few to be shown."
    )
    total = _whole()


class TableSerializer(serializers.Serializer):
    months = serializers.ListField(child=serializers.CharField())
    rows = KindRowSerializer(many=True)
    total = serializers.ListField(child=_whole())


class FiguresSerializer(serializers.Serializer):
    period = PeriodSerializer()
    basis = serializers.CharField()
    as_of = serializers.CharField()
    definition = serializers.CharField(help_text="Version of the definitions.")
    definitions = DefinitionsSerializer()
    total = TotalSerializer()
    balance = BalanceSerializer()
    received_by_kind_and_month = TableSerializer()


class FiguresQuery(serializers.Serializer):
    year = Choice(
        [str(year) for year in YEARS],
        required=False,
        help_text="Default: this year, up to today.",
    )


class FiguresView(PublicView):
    problems = (400,)

    @extend_schema(
        operation_id="get_figures",
        summary="The figures of a year by receipt, each rate with its numbers and definition",
        parameters=[FiguresQuery],
        responses=FiguresSerializer,
    )
    def get(self, request: Request) -> Response:
        query = FiguresQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        instant = now()
        today = instant.astimezone(ZONE).date()
        year = year_of(date(int(query.validated_data.get("year") or today.year), 1, 1))
        end = max(min(year.end, today), year.start)
        return Response(public_figures(Period(year.start, end), instant).as_data())
