"""What each move of staff takes; the inputs are the keyword arguments of its handler."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from accounts.models import Department
from inquiries import limits
from inquiries.api.fields import (
    LARGEST,
    Agreed,
    CaseNumber,
    Choice,
    Code,
    Files,
    Line,
    WholeNumber,
    Words,
)
from inquiries.models import Topic
from inquiries.states import SAID_BY_SUPERVISOR, Ground, Kind, Outcome

LONGEST_PUBLIC_TITLE: Final = 200
DEPARTMENTS: Final = Department.objects.filter(is_active=True)


def _words(**kwargs: Any) -> Words:
    return Words(limits.LONGEST_REMARK, **kwargs)


class MoveSerializer(serializers.Serializer):
    """The version of the case the mover has read; another one is answered with 409 `stale`."""

    seen = WholeNumber(min_value=1, max_value=LARGEST)


class AcceptSerializer(MoveSerializer):
    kind = Choice(list(Kind), required=False)
    topic = Code(queryset=Topic.objects.filter(is_active=True), required=False)

    def validate_kind(self, value: str) -> Kind:
        return Kind(value)


class RejectSerializer(MoveSerializer):
    ground = Choice(list(Ground))
    explanation = _words(help_text="Read by the citizen.")

    def validate_ground(self, value: str) -> Ground:
        return Ground(value)


class ReferSerializer(MoveSerializer):
    referred_to = Line(120, help_text="The organ that is competent.")
    explanation = _words(help_text="Read by the citizen.")


class MergeSerializer(MoveSerializer):
    into = CaseNumber(help_text="The number of the case that will answer this one, too.")
    explanation = _words(help_text="Read by the citizen.")


class AssignSerializer(MoveSerializer):
    department = Code(queryset=DEPARTMENTS, help_text="The lead department.")
    supporting = serializers.ListField(
        child=Code(queryset=DEPARTMENTS), required=False, default=list, max_length=20
    )
    instruction = _words(required=False)


class ReasonSerializer(MoveSerializer):
    reason = _words()


class ReassignSerializer(ReasonSerializer):
    department = Code(queryset=DEPARTMENTS)


class AskSupplementSerializer(MoveSerializer):
    request = _words(help_text="All that is missing, in one go. Read by the citizen.")


class DraftSerializer(MoveSerializer):
    """Words of the answer, or a supporting department's part of it."""

    text = Words(limits.LONGEST_REPLY)


class TextSerializer(MoveSerializer):
    text = _words()


class ExtensionSerializer(ReasonSerializer):
    amount = WholeNumber(min_value=1, max_value=366, help_text="Working days.")


class NoteSerializer(MoveSerializer):
    note = _words()


class OptionalNoteSerializer(MoveSerializer):
    note = _words(required=False)


class TextWithFilesSerializer(TextSerializer):
    files = Files()


class ReplyWithFilesSerializer(OptionalNoteSerializer):
    files = Files()


class PublishSerializer(MoveSerializer):
    """The words everybody will read, after the privacy check."""

    title = Line(LONGEST_PUBLIC_TITLE)
    question = Words(limits.LONGEST_TEXT * 2)
    text = Words(limits.LONGEST_REPLY * 2)
    confirmed = Agreed(help_text="A person has read the three texts for personal data.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("confirmed")
        return attrs


class FollowUpSerializer(MoveSerializer):
    outcome = Choice(list(SAID_BY_SUPERVISOR))
    note = _words(help_text="Read by supervision only.")

    def validate_outcome(self, value: str) -> Outcome:
        return Outcome(value)


class ShowCommentSerializer(MoveSerializer):
    """The citizen's comment as everybody will read it, with the answer that is published."""

    text = Words(limits.LONGEST_REMARK * 2)
    confirmed = Agreed(help_text="A person has read the text for personal data.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("confirmed")
        return attrs


class ExplanationSerializer(MoveSerializer):
    explanation = _words(help_text="Read by the citizen.")


INPUTS: Final[dict[str, type[MoveSerializer]]] = {
    "accept": AcceptSerializer,
    "reject": RejectSerializer,
    "refer": ReferSerializer,
    "merge": MergeSerializer,
    "assign": AssignSerializer,
    "sign_for": MoveSerializer,
    "return": ReasonSerializer,
    "reassign": ReassignSerializer,
    "ask_supplement": AskSupplementSerializer,
    "draft": DraftSerializer,
    "contribute": DraftSerializer,
    "request_extension": ExtensionSerializer,
    "grant_extension": OptionalNoteSerializer,
    "deny_extension": NoteSerializer,
    "submit_for_review": OptionalNoteSerializer,
    "send_back": ReasonSerializer,
    "reply": OptionalNoteSerializer,
    "publish": PublishSerializer,
    "unpublish": ReasonSerializer,
    "follow_up": FollowUpSerializer,
    "show_comment": ShowCommentSerializer,
    "hide_comment": ReasonSerializer,
    "reopen": OptionalNoteSerializer,
    "decline_reopen": ExplanationSerializer,
    "urge": TextSerializer,
    "note": TextSerializer,
}
"""Every move a role of staff can make, in JSON."""

WITH_FILES: Final[dict[str, type[MoveSerializer]]] = {
    "reply": ReplyWithFilesSerializer,
    "note": TextWithFilesSerializer,
}
"""Moves that can also come as a form, with attachments."""
