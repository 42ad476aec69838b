"""The schema documents exactly what each operation can answer, problems included."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance
from rest_framework import serializers

from foundation.errors import PROBLEM_TYPE
from inquiries.api.authentication import TokenAuthentication
from inquiries.api.inputs import RuledSerializer


class FaultSerializer(serializers.Serializer):
    """What is wrong with one field."""

    field = serializers.CharField(
        help_text='The field, "files.0" for the first file, "" for the whole.'
    )
    code = serializers.CharField(help_text="For programs.")
    message = serializers.CharField(help_text="For people.")


class ProblemSerializer(serializers.Serializer):
    """A problem document (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField(min_value=400, max_value=599)
    code = serializers.CharField(help_text="The reason, for programs.")
    detail = serializers.CharField(help_text="The reason, for people.")
    request_id = serializers.CharField(help_text="To be quoted when asking about this answer.")
    errors = FaultSerializer(  # type: ignore[assignment]
        many=True, required=False, help_text="With code `invalid`: the faults, by field."
    )
    version = serializers.IntegerField(
        required=False, help_text="With code `stale`: the version the case has now."
    )


MEANINGS: Final = {
    400: "The request cannot be read, or its content cannot be used (`invalid`).",
    401: "No token, or one that is not valid.",
    403: "Your role, department or part in the case does not include this.",
    404: "Nothing here, or nothing you may see; both look the same.",
    409: "The case has moved on (`stale`), or does not stand where this can be done.",
    413: "The body is too large.",
    415: "The body is neither of the media types taken here, or not in UTF-8.",
    429: "Too many requests; `Retry-After` says when to go on.",
}
HEADERS: Final = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}},
}


class ProblemSchema(AutoSchema):
    """Adds the problem documents an operation can give to what it otherwise answers."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._problems():
            body = self._get_response_for_code(  # type: ignore[no-untyped-call]
                ProblemSerializer, str(status), [PROBLEM_TYPE]
            )
            bodies[str(status)] = {
                **body,
                "description": MEANINGS[status],
                **({"headers": HEADERS[status]} if status in HEADERS else {}),
            }
        return bodies

    def _get_request_for_media_type(
        self, serializer: Any, direction: Any = "request"
    ) -> tuple[Any, bool]:
        """A body that needs one field or another is as needed as one that needs a certain field."""
        schema, required = super()._get_request_for_media_type(  # type: ignore[no-untyped-call]
            serializer, direction
        )
        ruled = isinstance(force_instance(serializer), RuledSerializer)  # type: ignore[no-untyped-call]
        return schema, required or ruled

    def _problems(self) -> list[int]:
        """Those that follow from the operation's shape, and those the view names itself."""
        view: Any = self.view
        found = {429, *view.problems}
        if view.permission_classes and TokenAuthentication in view.authentication_classes:
            found.add(401)
        if self.method == "POST":
            found |= {400, 413, 415}
        if "{" in self.path:
            found.add(404)
        return sorted(found)

    def get_description(self) -> str:  # type: ignore[override]
        """What is said of the operation itself, not of the class that happens to serve it."""
        return str(getattr(self.view, self.method.lower()).__doc__ or "")

    def get_tags(self) -> list[str]:
        view: Any = self.view
        return [view.tag]
