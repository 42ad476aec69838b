"""What every address of the API has in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation import clock
from foundation.headers import FOR_ONE_READER
from inquiries.api.errors import TooLarge
from inquiries.api.parsers import FormParser, JsonParser

FORM_OVERHEAD = 1024 * 1024
"""Bytes a multipart form may have besides its files."""


class AlwaysJson(DefaultContentNegotiation):
    """Answers are JSON whatever `Accept` says: a caller who asks for less gets it all the same."""

    def select_renderer(
        self,
        request: Request,
        renderers: Any,
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """A view of the API: JSON in UTF-8, the caller's language, bodies within limits.

    `problems` are the statuses of problem documents the operation can give besides those that
    follow from its shape; inquiries.api.schema documents them all.
    """

    http_method_names = ["get", "head", "post"]
    content_negotiation_class = AlwaysJson
    parser_classes: Sequence[type[BaseParser]] = [JsonParser]
    tag: ClassVar[str]
    problems: ClassVar[tuple[int, ...]] = ()
    personal: ClassVar[bool] = True
    """Whether answers are for the caller alone, and so for no cache."""

    at: datetime

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # The language middleware asks the cookie alone and puts the language back afterwards.
        translation.activate(translation.get_language_from_request(request))
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.at = clock.now()
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            self._check_body(request)

    def _check_body(self, request: Request) -> None:
        limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if request._request.content_type == FormParser.media_type:
            limit = settings.ATTACHMENTS_MAX_BYTES + FORM_OVERHEAD
        length = str(request.META.get("CONTENT_LENGTH", ""))
        if length.isdecimal() and int(length) > limit:
            raise TooLarge

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        if self.personal:
            answer.headers.setdefault("Cache-Control", FOR_ONE_READER)
        answer.headers["Content-Language"] = translation.get_language() or settings.LANGUAGE_CODE
        patch_vary_headers(answer, ("Accept-Language",))
        return answer
