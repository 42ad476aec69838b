"""Everybody: published answers, and the lists an inquiry chooses from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Department
from foundation.keyset import Page
from foundation.numbers import NumberError, parse_number
from inquiries.api.base import ApiView
from inquiries.api.fields import Choice, Code, Line
from inquiries.api.outputs import NamedSerializer, PublicAnswerSerializer, PublicPageSerializer
from inquiries.api.parameters import NUMBER
from inquiries.api.throttles import ReadThrottle
from inquiries.limits import LONGEST_SEARCH
from inquiries.models import District, Topic
from inquiries.queries.published import Filters, answers_of, answers_page, public_answer
from inquiries.states import Kind


class PublicView(ApiView):
    """A view that needs no secret and changes nothing."""

    tag = "public"
    personal = False
    authentication_classes: Sequence[Any] = []
    permission_classes: Sequence[Any] = []
    throttle_classes = [ReadThrottle]


class AnswersQuery(serializers.Serializer):
    """What to look for; everything when empty."""

    q = Line(LONGEST_SEARCH, required=False, help_text="Words; two Chinese characters are enough.")
    kind = Choice(list(Kind), required=False)
    topic = Code(queryset=Topic.objects.all(), required=False)
    department = Code(queryset=Department.objects.all(), required=False)
    cursor = serializers.CharField(
        default="", allow_blank=True, help_text="`next_cursor` or `previous_cursor` of a page."
    )


class AnswersView(PublicView):
    problems = (400,)

    @extend_schema(
        operation_id="list_answers",
        summary="Published answers, the newest first",
        parameters=[AnswersQuery],
        responses=PublicPageSerializer,
    )
    def get(self, request: Request) -> Response:
        query = AnswersQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        filters = Filters(
            words=wanted["q"],
            department=wanted.get("department"),
            topic=wanted.get("topic"),
            kind=wanted.get("kind", ""),
        )
        page = answers_page(filters, wanted["cursor"] or None)
        return Response(PublicPageSerializer(listed(page, answers_of(page.items))).data)


def listed(page: Page[Any], results: list[Any]) -> dict[str, Any]:
    """A page of rows as the API gives it."""
    return {
        "results": results,
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
    }


class AnswerView(PublicView):
    @extend_schema(
        operation_id="get_answer",
        summary="A published question and its answer",
        parameters=[NUMBER],
        responses=PublicAnswerSerializer,
    )
    def get(self, request: Request, number: str) -> Response:
        try:
            found = public_answer(parse_number(number))
        except NumberError:
            found = None
        if found is None:
            raise NotFound
        return Response(PublicAnswerSerializer(found).data)


class NamesView(PublicView):
    """A short list of things with code and name."""

    model: ClassVar[type[Department | Topic | District]]

    def names(self) -> Response:
        rows = self.model.objects.filter(is_active=True)
        return Response(NamedSerializer(rows, many=True).data)


class DepartmentsView(NamesView):
    model = Department

    @extend_schema(
        operation_id="list_departments",
        summary="Departments that answer",
        responses=NamedSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.names()


class TopicsView(NamesView):
    model = Topic

    @extend_schema(
        operation_id="list_topics",
        summary="What a matter can be about",
        responses=NamedSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.names()


class DistrictsView(NamesView):
    model = District

    @extend_schema(
        operation_id="list_districts",
        summary="Where a matter can lie",
        responses=NamedSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.names()
