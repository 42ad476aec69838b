"""What citizens may send, with the limits of the portal's forms."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers

from inquiries import limits
from inquiries.api.fields import (
    Agreed,
    Choice,
    Code,
    Email,
    Files,
    Flag,
    Line,
    Phone,
    WholeNumber,
    Words,
)
from inquiries.models import District, Topic
from inquiries.states import LOW_RATING, Channel, Kind
from inquiries.workflow import NewInquiry


class RuledSerializer(serializers.Serializer):
    """Input with a rule about several fields, which its schema states, too."""

    rule: ClassVar[dict[str, Any]]


class RuleInSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = RuledSerializer
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**schema, **self.target.rule}


class SubmissionSerializer(RuledSerializer):
    """A new matter; a telephone number or an e-mail address has to be given."""

    rule: ClassVar = {
        "anyOf": [
            {"required": [way], "properties": {way: {"minLength": 1}}} for way in ("phone", "email")
        ]
    }

    kind = Choice(list(Kind))
    title = Line(limits.LONGEST_TITLE, shortest=limits.SHORTEST_TITLE)
    text = Words(limits.LONGEST_TEXT, shortest=limits.SHORTEST_TEXT)
    name = Line(limits.LONGEST_NAME)
    phone = Phone(required=False, allow_blank=True)
    email = Email(required=False, allow_blank=True, max_length=254)
    topic = Code(queryset=Topic.objects.filter(is_active=True), required=False)
    district = Code(queryset=District.objects.filter(is_active=True), required=False)
    wants_public = Flag(default=False, help_text="May the answer be published, anonymously?")
    consent = Agreed(help_text="The citizen has agreed to the privacy notice.")
    language = Choice(
        [code for code, _name in settings.LANGUAGES],
        default=settings.LANGUAGE_CODE,
        help_text="Of letters to the citizen.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("phone") and not attrs.get("email"):
            message = _("Please give a telephone number or an e-mail address, so we can reach you.")
            raise serializers.ValidationError({"phone": [message]}, "contact")
        return attrs

    def matter(self) -> NewInquiry:
        """The matter for the workflow; the input must be valid."""
        data = dict(self.validated_data)
        kind, consented = Kind(data.pop("kind")), data.pop("consent")
        return NewInquiry(**data, kind=kind, consented=consented, channel=Channel.API)


class SubmissionWithFilesSerializer(SubmissionSerializer):
    """The same as a form, with attachments."""

    files = Files()


class SupplySerializer(serializers.Serializer):
    """What the citizen was asked for."""

    text = Words(limits.LONGEST_REMARK)


class SupplyWithFilesSerializer(RuledSerializer):
    """The same as a form: words, files, or both."""

    rule: ClassVar = {
        "anyOf": [
            {"required": ["text"], "properties": {"text": {"minLength": 1}}},
            {"required": ["files"], "properties": {"files": {"minItems": 1}}},
        ]
    }

    text = Words(limits.LONGEST_REMARK, required=False)
    files = Files()


class WithdrawSerializer(serializers.Serializer):
    reason = Words(limits.LONGEST_REMARK, required=False)


class RatingSerializer(RuledSerializer):
    """5 is very satisfied, 1 very dissatisfied; 2 and 1 need a comment."""

    rule: ClassVar = {
        "anyOf": [
            {"properties": {"rating": {"minimum": LOW_RATING + 1}}},
            {"required": ["comment"], "properties": {"comment": {"minLength": 1}}},
        ]
    }

    rating = WholeNumber(min_value=1, max_value=5)
    comment = Words(limits.LONGEST_REMARK, required=False)
    may_show = Flag(
        required=False,
        help_text="The comment may be shown with a published answer, after a check and without"
        " personal data; the department then reads it, too.",
    )


class ReopenRequestSerializer(serializers.Serializer):
    reason = Words(limits.LONGEST_REMARK)
