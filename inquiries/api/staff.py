"""Staff: queues, cases and moves, by token, under the same rules as the desk's pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actors import Actor
from accounts.models import Department, User
from foundation.keyset import paginate
from foundation.numbers import NumberError, parse_number
from inquiries.api.authentication import IsStaffMember, TokenAuthentication
from inquiries.api.base import ApiView
from inquiries.api.citizen import form_or_json
from inquiries.api.fields import Choice, Code, Line
from inquiries.api.moves import INPUTS, WITH_FILES
from inquiries.api.outputs import (
    CaseLinesSerializer,
    DeskCaseSerializer,
    MovedSerializer,
    QueueSerializer,
)
from inquiries.api.parameters import FILE, NUMBER
from inquiries.api.parsers import FormParser, JsonParser
from inquiries.api.public import listed
from inquiries.api.throttles import StaffThrottle
from inquiries.downloads import download
from inquiries.errors import NoSuchCase
from inquiries.limits import LONGEST_SEARCH
from inquiries.models import Inquiry, Topic
from inquiries.queries.case_page import case_page, find_case
from inquiries.queries.lines import lines_of
from inquiries.queries.queues import (
    ORDERS,
    QUEUES,
    Filters,
    Queue,
    counts_of,
    narrowed,
    queues_of,
)
from inquiries.states import Channel, Kind, State
from inquiries.workflow import perform
from sla.standing import horizon

PAGE_SIZE = 50
QUEUE = OpenApiParameter(
    "name",
    {"type": "string", "enum": list(QUEUES)},
    OpenApiParameter.PATH,
    description="The queue.",
)


class StaffView(ApiView):
    """A view for staff with a token."""

    tag = "desk"
    authentication_classes = [TokenAuthentication]
    permission_classes = [IsStaffMember]
    throttle_classes = [StaffThrottle]

    @property
    def actor(self) -> Actor:
        user = self.request.user
        assert isinstance(user, User)
        return user.as_actor()

    def case(self, number: str) -> Inquiry:
        """The inquiry, if the caller may see it; else the same 404 as for no such number."""
        try:
            canonical = parse_number(number)
        except NumberError:
            raise NoSuchCase(number) from None
        inquiry = find_case(canonical, self.actor, self.at)
        if inquiry is None:
            raise NoSuchCase(number)
        return inquiry


class QueuesView(StaffView):
    @extend_schema(
        operation_id="desk_queues",
        summary="The queues the caller works from",
        responses=QueueSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        actor, seen_from = self.actor, horizon(self.at)
        queues = queues_of(actor)
        counted = [queue for queue in queues if queue.counted]
        counts = counts_of([queue.select(actor, seen_from) for queue in counted])
        known = dict(zip((queue.name for queue in counted), counts, strict=True))
        rows = [_queue(queue, known.get(queue.name)) for queue in queues]
        return Response(QueueSerializer(rows, many=True).data)


def _queue(queue: Queue, count: int | None) -> dict[str, Any]:
    return {
        "name": queue.name,
        "label": str(queue.label),
        "about": str(queue.about),
        "sorts": list(queue.sorts),
        "count": count,
    }


class QueueQuery(serializers.Serializer):
    """What to narrow a queue by, and in which order to read it."""

    q = Line(LONGEST_SEARCH, required=False, help_text="Words of title, text, name or contact.")
    kind = Choice(list(Kind), required=False)
    channel = Choice(list(Channel), required=False)
    state = Choice(list(State), required=False)
    topic = Code(queryset=Topic.objects.all(), required=False)
    department = Code(queryset=Department.objects.all(), required=False)
    sort = Choice(list(ORDERS), required=False, help_text="One of the queue's `sorts`.")
    cursor = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="`next_cursor` or `previous_cursor` of a page in this order.",
    )

    def filters(self) -> Filters:
        wanted = self.validated_data
        topic, department = wanted.get("topic"), wanted.get("department")
        return Filters(
            kind=wanted.get("kind", ""),
            channel=wanted.get("channel", ""),
            state=wanted.get("state", ""),
            topic_id=topic.pk if topic else None,
            department_id=department.pk if department else None,
            words=wanted["q"],
        )


class QueueView(StaffView):
    problems = (400,)

    @extend_schema(
        operation_id="desk_queue",
        summary="A page of a queue",
        parameters=[QUEUE, QueueQuery],
        responses=CaseLinesSerializer,
    )
    def get(self, request: Request, name: str) -> Response:
        queue = QUEUES.get(name)
        if queue is None or not queue.open_to(self.actor):
            raise NoSuchCase(name)
        query = QueueQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        sort = wanted.get("sort") or queue.sorts[0]
        if sort not in queue.sorts:
            message = _("This queue cannot be read in this order.")
            raise serializers.ValidationError({"sort": [message]}, "invalid_choice")
        seen_from = horizon(self.at)
        cases = narrowed(queue.select(self.actor, seen_from), query.filters())
        page = paginate(
            cases.select_related("department"),
            order=ORDERS[sort],
            cursor=wanted["cursor"] or None,
            size=PAGE_SIZE,
            nulls_excluded=True,
        )
        return Response(CaseLinesSerializer(listed(page, lines_of(page.items, seen_from))).data)


class CaseView(StaffView):
    @extend_schema(
        operation_id="desk_case",
        summary="A case, its version, and the moves the caller may make now",
        parameters=[NUMBER],
        responses=DeskCaseSerializer,
    )
    def get(self, request: Request, number: str) -> Response:
        page = case_page(self.case(number), self.actor, horizon(self.at))
        return Response(DeskCaseSerializer(page).data)


class CaseFileView(StaffView):
    @extend_schema(
        operation_id="desk_file",
        summary="A file of a case",
        parameters=[NUMBER, FILE],
        responses={(200, "*/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: str, file: int) -> HttpResponseBase:
        return download(get_object_or_404(self.case(number).attachments, pk=file))


class MoveView(StaffView):
    """One move of staff. What may be done is asked of the policy, by the workflow."""

    move: ClassVar[str]
    problems = (403, 409)

    def make(self, request: Request, number: str) -> Response:
        inquiry = self.case(number)
        of_json = INPUTS[self.move]
        body = form_or_json(request, of_json, WITH_FILES.get(self.move, of_json))
        inputs = dict(body.validated_data)
        seen = inputs.pop("seen")
        moved = perform(self.move, inquiry.number, by=self.actor, at=self.at, seen=seen, **inputs)
        return Response(MovedSerializer(moved).data)


def view_of(move: str) -> Callable[..., HttpResponseBase]:
    """The view of one move, with the inputs of its own in the schema."""
    media: dict[str, Any] = {"application/json": INPUTS[move]}
    parsers: list[Any] = [JsonParser]
    if move in WITH_FILES:
        media["multipart/form-data"] = WITH_FILES[move]
        parsers.append(FormParser)

    @extend_schema(
        operation_id=f"desk_{move}",
        summary=move.replace("_", " ").capitalize(),
        parameters=[NUMBER],
        request=media,
        responses={200: MovedSerializer},
    )
    def post(self: MoveView, request: Request, number: str) -> Response:
        return self.make(request, number)

    members = {"move": move, "parser_classes": parsers, "post": post, "__module__": __name__}
    name = move.title().replace("_", "")
    view: type[MoveView] = type(f"{name}View", (MoveView,), members)
    return view.as_view()
