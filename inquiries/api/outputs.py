"""What the API answers, read from the same queries as the pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inquiries.labels import MOVES
from inquiries.queries.case_page import CasePage
from inquiries.queries.following import CasePage as FollowPage
from inquiries.states import Kind, State
from sla.standing import Standing


class Text(serializers.CharField):
    """Text to read; lazy translations are made here, in the caller's language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


class Moment(serializers.DateTimeField):
    """An instant with its offset from UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


class Maybe(Moment):
    """An instant, or null while there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)


class KindField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[kind.value for kind in Kind], read_only=True, **kwargs)


class StateField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[state.value for state in State], read_only=True, **kwargs)


class StandingField(serializers.ChoiceField):
    """How a case or clock stands against its due date; empty when nothing is owed."""

    def __init__(self, **kwargs: Any) -> None:
        codes = [standing.value for standing in Standing]
        super().__init__(choices=codes, read_only=True, **kwargs)


class NamedSerializer(serializers.Serializer):
    """Something chosen by its code, with its name in the caller's language."""

    code = Text()
    name = Text(source="label")


class FileSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk", read_only=True)
    name = Text()
    mime = Text()
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")


# -- Citizens -------------------------------------------------------------------------------


class ReceiptSerializer(serializers.Serializer):
    """Number and query code: together they open the matter. The code is shown only here."""

    number = Text()
    code = Text()
    received_at = Moment()
    due_at = Maybe(help_text="When the answer is promised.")
    provisional = serializers.BooleanField(
        read_only=True, help_text="The holidays of that year are not announced yet."
    )
    proof = Text(help_text="The hash of the first entry in the case's ledger.")
    url = Text(help_text="Where the matter is followed, with the code in X-Query-Code.")


class FollowStepSerializer(serializers.Serializer):
    title = Text()
    at = Maybe()
    by = Text()
    text = Text()


class AnswerSerializer(serializers.Serializer):
    """One round's reply."""

    round = serializers.IntegerField(read_only=True)
    text = Text()
    department = Text()
    at = Moment()
    files = FileSerializer(many=True, read_only=True)


class FollowSerializer(serializers.Serializer):
    """Where a citizen's matter stands."""

    number = Text(source="inquiry.case.number")
    title = Text(source="inquiry.title")
    text = Text(source="inquiry.text")
    kind = KindField(source="inquiry.case.kind")
    state = StateField(source="inquiry.state")
    state_label = Text(source="state")
    sentence = Text(help_text="Where it stands, in words everybody understands.")
    apology = Text(help_text="Said when the promised date has passed.")
    standing = StandingField()
    received_at = Moment(source="inquiry.case.received_at")
    due_at = Maybe()
    provisional = serializers.BooleanField(read_only=True)
    asked = Text(help_text="What the citizen is asked to supply.")
    supplement_due = Maybe()
    rate_until = Maybe()
    rating = Text()
    ground = Text(help_text="Why it was not taken up.")
    where_to_go = Text()
    moves = serializers.SerializerMethodField(help_text="What the citizen can do now.")
    steps = FollowStepSerializer(many=True, read_only=True)
    answers = AnswerSerializer(many=True, read_only=True)
    merged_answer = AnswerSerializer(allow_null=True, read_only=True)
    files = FileSerializer(many=True, read_only=True)

    def get_moves(self, page: FollowPage) -> list[str]:
        return sorted(page.moves)


# -- Everybody ------------------------------------------------------------------------------


class PublicLineSerializer(serializers.Serializer):
    """A published answer in a list."""

    number = Text()
    title = Text()
    excerpt = Text()
    kind = KindField()
    kind_label = Text()
    department = NamedSerializer(allow_null=True, read_only=True)
    topic = NamedSerializer(allow_null=True, read_only=True)
    received_at = Moment()
    replied_at = Moment()
    published_at = Moment()
    answer_days = serializers.IntegerField(
        allow_null=True, read_only=True, help_text="Working days from receipt to the first reply."
    )


class PublicAnswerSerializer(PublicLineSerializer):
    """A published question and its answer."""

    question = Text()
    text = Text()


class PageSerializer(serializers.Serializer):
    """One page of a list; the cursors are null at its ends."""

    next_cursor = Text(allow_null=True)
    previous_cursor = Text(allow_null=True)


class PublicPageSerializer(PageSerializer):
    results = PublicLineSerializer(many=True, read_only=True)


# -- Staff ----------------------------------------------------------------------------------


class QueueSerializer(serializers.Serializer):
    """A queue the caller works from."""

    name = Text()
    label = Text()  # type: ignore[assignment]
    about = Text()
    sorts = serializers.ListField(child=serializers.CharField(), read_only=True)
    count = serializers.IntegerField(
        allow_null=True,
        read_only=True,
        help_text="Counted up to 100, which means that many or more; null where nobody counts.",
    )


class CaseLineSerializer(serializers.Serializer):
    """A case in a queue."""

    number = Text(source="case.number")
    title = Text(source="case.title")
    kind = KindField(source="case.kind")
    channel = Text(source="case.channel")
    state = StateField(source="case.stage")
    state_label = Text(source="state")
    department = NamedSerializer(source="case.department", allow_null=True, read_only=True)
    handler = Text()
    topic = Text()
    received_at = Moment(source="case.received_at")
    due_at = Maybe(source="case.due_at")
    provisional = serializers.BooleanField(source="case.due_provisional", read_only=True)
    standing = StandingField()
    left = Text(help_text="Time left, in words.")


class CaseLinesSerializer(PageSerializer):
    results = CaseLineSerializer(many=True, read_only=True)


class ClockSerializer(serializers.Serializer):
    target = Text(source="clock.target")
    label = Text()  # type: ignore[assignment]
    round = serializers.IntegerField(source="clock.round", read_only=True)
    state = Text(source="clock.state")
    standing = StandingField()
    started_at = Moment(source="clock.started_at")
    due_at = Maybe(source="clock.due_at")
    provisional = serializers.BooleanField(source="clock.provisional", read_only=True)
    missed_at = Maybe(source="clock.missed_at")
    finished_at = Maybe(source="clock.finished_at")
    paused_since = Maybe()


class WordsSerializer(serializers.Serializer):
    """Words of a step, and whether the citizen reads them."""

    text = serializers.SerializerMethodField()
    citizen_reads = serializers.SerializerMethodField()

    def get_text(self, words: tuple[str, bool]) -> str:
        return words[0]

    def get_citizen_reads(self, words: tuple[str, bool]) -> bool:
        return words[1]


class DeskStepSerializer(serializers.Serializer):
    title = Text()
    at = Moment()
    by = Text()
    details = serializers.ListField(child=serializers.CharField(), read_only=True)
    words = WordsSerializer(many=True, read_only=True)


class NoteSerializer(serializers.Serializer):
    at = Moment()
    by = Text(source="author_label")
    text = Text()


class SupportSerializer(serializers.Serializer):
    department = NamedSerializer(read_only=True)
    contribution = Text()
    contributed_at = Maybe()


class ReplySerializer(serializers.Serializer):
    """A reply, under way or sent."""

    round = serializers.IntegerField(read_only=True)
    text = Text()
    drafted_by = Text(source="drafted_by.display_name")
    approved_by = serializers.SerializerMethodField()
    approved_at = Maybe()
    published_at = Maybe()

    def get_approved_by(self, reply: Any) -> str:
        return reply.approved_by.display_name if reply.approved_by else ""


class OfferedMoveSerializer(serializers.Serializer):
    """A move the caller may make now."""

    name = Text()
    label = Text()  # type: ignore[assignment]
    url = Text()


class DeskCaseSerializer(serializers.Serializer):
    """All of a case that its page shows, and the moves the caller may make."""

    number = Text(source="inquiry.case.number")
    version = serializers.IntegerField(
        source="inquiry.version", read_only=True, help_text="To be sent back as `seen`."
    )
    title = Text(source="inquiry.title")
    text = Text(source="inquiry.text")
    kind = KindField(source="inquiry.case.kind")
    channel = Text(source="inquiry.case.channel")
    state = StateField(source="inquiry.state")
    topic = NamedSerializer(source="inquiry.topic", allow_null=True, read_only=True)
    district = NamedSerializer(source="inquiry.district", allow_null=True, read_only=True)
    name = Text(source="inquiry.name")
    phone = Text(source="inquiry.phone")
    email = Text(source="inquiry.email")
    wants_public = serializers.BooleanField(source="inquiry.wants_public", read_only=True)
    department = NamedSerializer(source="inquiry.case.department", allow_null=True, read_only=True)
    handler = serializers.SerializerMethodField()
    received_at = Moment(source="inquiry.case.received_at")
    due_at = Maybe(source="inquiry.case.due_at")
    provisional = serializers.BooleanField(source="inquiry.case.due_provisional", read_only=True)
    standing = StandingField()
    left = Text()
    replied_at = Maybe(source="inquiry.case.replied_at")
    published_at = Maybe(source="inquiry.case.published_at")
    verdict = Text(source="inquiry.case.verdict")
    rating = serializers.IntegerField(
        allow_null=True,
        read_only=True,
        help_text="For supervisors and auditors; null to everybody who answers.",
    )
    moves = serializers.SerializerMethodField()
    clocks = ClockSerializer(many=True, read_only=True)
    steps = DeskStepSerializer(many=True, read_only=True)
    notes = NoteSerializer(many=True, read_only=True)
    supports = SupportSerializer(many=True, read_only=True)
    replies = ReplySerializer(many=True, read_only=True)
    files = FileSerializer(many=True, read_only=True)

    def get_handler(self, page: CasePage) -> str:
        handler = page.inquiry.handler
        return handler.display_name if handler else ""

    @extend_schema_field(OfferedMoveSerializer(many=True))
    def get_moves(self, page: CasePage) -> list[dict[str, str]]:
        return [offered(move, page.inquiry.number) for move in page.moves]


class MovedSerializer(serializers.Serializer):
    """Where the case stands after a move."""

    number = Text()
    version = serializers.IntegerField(read_only=True)
    state = StateField()


def offered(move: str, number: str) -> dict[str, str]:
    """A move as the caller is offered it."""
    return {
        "name": move,
        "label": str(MOVES[move]),
        "url": reverse(f"api:move_{move}", args=[number]),
    }
