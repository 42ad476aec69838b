"""Citizens: submitting, and following with number and query code. No account is needed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.actors import CITIZEN, Actor
from accounts.models import User
from foundation.throttle import client_key, enforce
from inquiries.api.authentication import TokenAuthentication
from inquiries.api.base import ApiView
from inquiries.api.errors import KeyReused
from inquiries.api.inputs import (
    RatingSerializer,
    ReopenRequestSerializer,
    SubmissionSerializer,
    SubmissionWithFilesSerializer,
    SupplySerializer,
    SupplyWithFilesSerializer,
    WithdrawSerializer,
)
from inquiries.api.outputs import FollowSerializer, ReceiptSerializer
from inquiries.api.parameters import FILE, NUMBER
from inquiries.api.parsers import FormParser, JsonParser
from inquiries.api.throttles import CitizenChangeThrottle, ReadThrottle
from inquiries.downloads import download
from inquiries.limits import SUBMISSIONS, SUBMISSIONS_PER_CONTACT
from inquiries.models import Attachment, Inquiry
from inquiries.opening import open_case
from inquiries.queries.following import case_page
from inquiries.workflow import NewInquiry, Submitted, perform, submit
from ledger.models import Event

KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{16,128}")
KEY_PARAMETER = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "pattern": f"^{KEY.pattern}$"},
    OpenApiParameter.HEADER,
    description="Made up by the sender for one inquiry, such as a UUID. Sent again with the same"
    " inquiry, it gets the same answer and makes no second one.",
)
CODE_HEADER = "X-Query-Code"
CODE_PARAMETER = OpenApiParameter(
    CODE_HEADER,
    {"type": "string", "minLength": 1},
    OpenApiParameter.HEADER,
    required=True,
    description="The query code.",
)
READABLE = (Attachment.Origin.CITIZEN, Attachment.Origin.REPLY)


def form_or_json(
    request: Request, of_json: type[Serializer], of_form: type[Serializer]
) -> Serializer:
    """The body, read and validated by the serializer for its media type."""
    is_form = request._request.content_type == FormParser.media_type
    body = (of_form if is_form else of_json)(data=request.data)
    body.is_valid(raise_exception=True)
    return body


class SubmitView(ApiView):
    """Bringing a matter in."""

    tag = "inquiries"
    authentication_classes = [TokenAuthentication]
    permission_classes = []
    parser_classes = [JsonParser, FormParser]
    throttle_classes = [ReadThrottle]
    problems = (401, 403, 409)

    @extend_schema(
        operation_id="submit_inquiry",
        summary="Submit an inquiry",
        description="Open to everybody. An intake officer's token makes it a matter typed in by"
        " that officer, which the limits for senders do not count.",
        parameters=[KEY_PARAMETER],
        request={
            "application/json": SubmissionSerializer,
            "multipart/form-data": SubmissionWithFilesSerializer,
        },
        responses={201: ReceiptSerializer, 200: ReceiptSerializer},
        auth=[{}, {"staffToken": []}],  # type: ignore[list-item]
    )
    def post(self, request: Request) -> Response:
        key = self._key(request)
        body = form_or_json(request, SubmissionSerializer, SubmissionWithFilesSerializer)
        assert isinstance(body, SubmissionSerializer)
        matter, by = body.matter(), self._submitter(request)
        if by is CITIZEN:
            enforce(SUBMISSIONS, client_key(request._request))
            enforce(SUBMISSIONS_PER_CONTACT, matter.phone or matter.email.lower())
        done = submit(matter, key=key, by=by, at=self.at)
        if not done.created and not _same(matter, done.inquiry):
            raise KeyReused
        return Response(receipt(done), status=201 if done.created else 200)

    def _submitter(self, request: Request) -> Actor:
        user = request.user
        return user.as_actor() if isinstance(user, User) else CITIZEN

    def _key(self, request: Request) -> str:
        """The submission's secret. The query code is derived from it, hence the least length."""
        key = request.headers.get(KEY_HEADER)
        if key is None:
            return secrets.token_urlsafe(24)
        if not KEY.fullmatch(key):
            message = _("The key must have 16 to 128 visible ASCII characters.")
            raise ValidationError({KEY_HEADER: [message]})
        return f"api:{key}"


def _same(matter: NewInquiry, known: Inquiry) -> bool:
    """Whether it is the same inquiry once more. Otherwise a guessed key would tell a code."""
    fields = ("title", "text", "name", "phone", "email")
    return all(getattr(matter, field) == getattr(known, field) for field in fields)


def receipt(done: Submitted) -> dict[str, Any]:
    case = done.inquiry.case
    first = Event.objects.filter(case_number=case.number, seq=1)
    content = {
        "number": case.number,
        "code": done.code,
        "received_at": case.received_at,
        "due_at": case.due_at,
        "provisional": case.due_provisional,
        "proof": first.values_list("hash", flat=True).get(),
        "url": reverse("api:inquiry", args=[case.number]),
    }
    return dict(ReceiptSerializer(content).data)


class CitizenView(ApiView):
    """A case opened with its number and query code."""

    tag = "inquiries"
    authentication_classes: Sequence[Any] = []
    permission_classes: Sequence[Any] = []
    throttle_classes = [ReadThrottle]
    problems: ClassVar[tuple[int, ...]] = (400,)

    def opened(self, request: Request, number: str) -> Inquiry:
        """The inquiry; an unknown number and a wrong code are the same 404."""
        code = request.headers.get(CODE_HEADER, "")
        if not code.strip():
            message = _("The query code belongs in this header.")
            raise ValidationError({CODE_HEADER: [message]}, "required")
        return open_case(number, code, sender=client_key(request._request))

    def page(self, inquiry: Inquiry) -> Response:
        return Response(FollowSerializer(case_page(inquiry, self.at)).data)


class FollowView(CitizenView):
    @extend_schema(
        operation_id="follow_inquiry",
        summary="Where the matter stands",
        parameters=[NUMBER, CODE_PARAMETER],
        responses=FollowSerializer,
    )
    def get(self, request: Request, number: str) -> Response:
        return self.page(self.opened(request, number))


class FileView(CitizenView):
    @extend_schema(
        operation_id="download_file",
        summary="A file of one's own, or one that came with the reply",
        parameters=[NUMBER, FILE, CODE_PARAMETER],
        responses={(200, "*/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: str, file: int) -> HttpResponseBase:
        inquiry = self.opened(request, number)
        return download(get_object_or_404(inquiry.attachments, origin__in=READABLE, pk=file))


class CitizenMoveView(CitizenView):
    """One of the citizen's moves; answered with where the matter stands then."""

    throttle_classes = [CitizenChangeThrottle]
    problems = (400, 409)

    def make(
        self, request: Request, number: str, move: str, serializer: type[Serializer]
    ) -> Response:
        inquiry = self.opened(request, number)
        body = self.read(request, serializer)
        perform(move, inquiry.number, by=CITIZEN, at=self.at, **body.validated_data)
        return self.page(self.opened(request, number))

    def read(self, request: Request, serializer: type[Serializer]) -> Serializer:
        body = serializer(data=request.data)
        body.is_valid(raise_exception=True)
        return body


class SupplyView(CitizenMoveView):
    parser_classes = [JsonParser, FormParser]

    @extend_schema(
        operation_id="supply",
        summary="Supply what was asked for",
        parameters=[NUMBER, CODE_PARAMETER],
        request={
            "application/json": SupplySerializer,
            "multipart/form-data": SupplyWithFilesSerializer,
        },
        responses={200: FollowSerializer},
    )
    def post(self, request: Request, number: str) -> Response:
        return self.make(request, number, "supply", SupplySerializer)

    def read(self, request: Request, serializer: type[Serializer]) -> Serializer:
        return form_or_json(request, serializer, SupplyWithFilesSerializer)


class WithdrawView(CitizenMoveView):
    @extend_schema(
        operation_id="withdraw",
        summary="Take the matter back; this cannot be undone",
        parameters=[NUMBER, CODE_PARAMETER],
        request=WithdrawSerializer,
        responses={200: FollowSerializer},
    )
    def post(self, request: Request, number: str) -> Response:
        return self.make(request, number, "withdraw", WithdrawSerializer)


class RateView(CitizenMoveView):
    @extend_schema(
        operation_id="rate",
        summary="Rate the answer, once a round; the rating can be changed for 24 hours",
        parameters=[NUMBER, CODE_PARAMETER],
        request=RatingSerializer,
        responses={200: FollowSerializer},
    )
    def post(self, request: Request, number: str) -> Response:
        return self.make(request, number, "rate", RatingSerializer)


class RequestReopenView(CitizenMoveView):
    @extend_schema(
        operation_id="request_reopen",
        summary="Ask for a second handling, with a reason",
        parameters=[NUMBER, CODE_PARAMETER],
        request=ReopenRequestSerializer,
        responses={200: FollowSerializer},
    )
    def post(self, request: Request, number: str) -> Response:
        return self.make(request, number, "request_reopen", ReopenRequestSerializer)
