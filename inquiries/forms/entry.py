"""A clerk types in what came by telephone, in person or on paper."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import clock
from inquiries import limits
from inquiries.forms.fields import LineField, PhoneField, RowField, WithFiles, WordsField
from inquiries.labels import CHANNELS, KINDS
from inquiries.models import District, Topic
from inquiries.states import BY_HAND, Channel, Kind
from inquiries.workflow import NewInquiry

OLDEST = timedelta(days=60)
"""What came earlier than this is asked about: the year was probably mistyped."""

LOCAL = "%Y-%m-%dT%H:%M"


class EntryForm(WithFiles):
    """What came in, from whom, how and when. The promise runs from when it was received."""

    channel = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[(channel.value, CHANNELS[channel]) for channel in BY_HAND],
        widget=forms.RadioSelect,
    )
    received_at = forms.DateTimeField(
        label=_("Received"),
        input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=LOCAL, attrs={"type": "datetime-local"}),
        help_text=_("When the call, visit or letter came; the clocks run from then."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()), widget=forms.RadioSelect)
    topic = RowField(
        label=_("Topic"), queryset=Topic.objects.none(), required=False, empty_label=_("No topic")
    )
    district = RowField(
        label=_("District"),
        queryset=District.objects.none(),
        required=False,
        empty_label=_("Not tied to a district"),
    )
    title = LineField(
        label=_("Title"), min_length=limits.SHORTEST_TITLE, max_length=limits.LONGEST_TITLE
    )
    text = WordsField(
        label=_("What the citizen said or wrote"),
        min_length=limits.SHORTEST_TEXT,
        max_length=limits.LONGEST_TEXT,
    )
    name = LineField(label=_("Name of the citizen"), max_length=limits.LONGEST_NAME)
    phone = PhoneField(label=_("Telephone"), required=False, max_length=limits.LONGEST_PHONE)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Without telephone or e-mail the citizen can only ask with number and code."),
    )
    wants_public = forms.BooleanField(
        label=_("The citizen agrees to a public answer"), required=False
    )
    consent = forms.BooleanField(
        label=_("The citizen has been told how personal data is handled, and agrees"),
        error_messages={"required": _("Without this agreement the matter cannot be taken in.")},
    )

    field_order = [
        "channel", "received_at", "kind", "title", "text", "attachments", "keep", "topic",
        "district", "name", "phone", "email", "wants_public", "consent",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("topic", Topic), ("district", District)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = model.objects.filter(is_active=True)

    def clean_received_at(self) -> datetime:
        at: datetime = self.cleaned_data["received_at"]
        now = clock.now()
        # Browsers leave the seconds out, so the present minute is not yet the future.
        if at > now + timedelta(seconds=59):
            raise ValidationError(_("This lies in the future."), code="future")
        if at < now - OLDEST:
            raise ValidationError(
                _("This is more than %(days)s days ago; please check the date."),
                code="too_old",
                params={"days": OLDEST.days},
            )
        return min(at, now)

    def matter(self) -> NewInquiry:
        """What the citizen brought, for the workflow. The form must be valid."""
        data = self.cleaned_data
        return NewInquiry(
            kind=Kind(data["kind"]),
            title=data["title"],
            text=data["text"],
            name=data["name"],
            phone=data["phone"],
            email=data["email"],
            topic=data["topic"],
            district=data["district"],
            wants_public=data["wants_public"],
            consented=data["consent"],
            language=get_language() or "zh-hans",
            channel=Channel(data["channel"]),
            files=self.taken,
        )
