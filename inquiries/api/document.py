"""Giving out the API's schema. It is the same for everybody, so it is made once in a process."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from rest_framework.request import Request

from inquiries.api.public import PublicView

RENDERERS: Final[dict[str, Any]] = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}


@cache
def document(form: str) -> bytes:
    """The schema as a document in "yaml" or "json"; its descriptions are in English."""
    with translation.override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        text: bytes = RENDERERS[form]().render(schema, renderer_context={})
    return text


class SchemaView(PublicView):
    schema = None
    form: ClassVar = "yaml"

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(document(self.form), content_type=RENDERERS[self.form].media_type)


class JsonSchemaView(SchemaView):
    form = "json"
