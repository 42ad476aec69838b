"""The forms of the citizens' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation.numbers import LONGEST_INPUT, NumberError, parse_number
from inquiries import limits
from inquiries.forms.fields import LineField, PhoneField, RowField, WithFiles, WordsField
from inquiries.labels import KINDS, RATINGS
from inquiries.models import District, Topic
from inquiries.states import Channel, Kind
from inquiries.workflow import NewInquiry

LONGEST_EMAIL = 254

KIND_HINTS = {
    Kind.CONSULTATION: _("You want to know something: a rule, a procedure, a date"),
    Kind.SUGGESTION: _("You know how something could be done better"),
    Kind.OPINION: _("You want to say what you think of our work"),
    Kind.COMPLAINT: _("Something went wrong and should be put right"),
}
WISH_HINTS = {
    "yes": _(
        "After names, telephone numbers and addresses have been removed, question and answer may"
        " be published so that others are helped too. The bureau decides whether to publish."
    ),
    "no": _("Only you will read the answer."),
}


class HintedRadio(forms.RadioSelect):
    """Radio cards, each with a line that explains it."""

    def __init__(self, hints: dict[Any, Any]) -> None:
        super().__init__()
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(value, "")
        return option


class SubmitForm(WithFiles):
    """A new matter. The hidden key, the trap for robots and the limits are the view's concern."""

    kind = forms.ChoiceField(
        label=_("What kind of matter is it?"),
        choices=list(KINDS.items()),
        widget=HintedRadio(KIND_HINTS),
    )
    topic = RowField(
        label=_("Topic"),
        queryset=Topic.objects.none(),
        required=False,
        empty_label=_("I am not sure"),
        help_text=_("It helps us find the right department sooner."),
    )
    district = RowField(
        label=_("District"),
        queryset=District.objects.none(),
        required=False,
        empty_label=_("Not tied to a district"),
    )
    title = LineField(
        label=_("Title"),
        min_length=limits.SHORTEST_TITLE,
        max_length=limits.LONGEST_TITLE,
        help_text=_("The matter in one line"),
    )
    text = WordsField(
        label=_("What is it about?"),
        min_length=limits.SHORTEST_TEXT,
        max_length=limits.LONGEST_TEXT,
        help_text=_("What happened, where and when, and what you hope for. One matter per letter."),
    )
    name = LineField(
        label=_("Your name"),
        max_length=limits.LONGEST_NAME,
        help_text=_("Only the staff who handle the matter see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = PhoneField(label=_("Telephone"), required=False, max_length=limits.LONGEST_PHONE)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=LONGEST_EMAIL,
        help_text=_("We write to you at every step if you give one."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    wants_public = forms.ChoiceField(
        label=_("May the answer be published?"),
        choices=[("yes", _("Yes, it may be public")), ("no", _("No, answer me privately"))],
        widget=HintedRadio(WISH_HINTS),
    )
    consent = forms.BooleanField(
        label=_(
            "I have read the privacy notice and agree that my data is used to handle this matter"
        ),
        error_messages={"required": _("Without your agreement we cannot take the matter in.")},
    )

    field_order = [
        "kind", "topic", "district", "title", "text", "attachments", "keep", "name", "phone",
        "email", "wants_public", "consent",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("topic", Topic), ("district", District)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = model.objects.filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        given = data.get("phone") or data.get("email")
        if not given and not self.errors.keys() & {"phone", "email"}:
            self.add_error(
                "phone",
                ValidationError(
                    _("Please give a telephone number or an e-mail address, so we can reach you."),
                    code="contact",
                ),
            )
        return data

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
            wants_public=data["wants_public"] == "yes",
            consented=data["consent"],
            language=get_language() or "zh-hans",
            channel=Channel.PORTAL,
            files=self.taken,
        )


class FollowForm(forms.Form):
    """Number and query code, in whatever spelling."""

    number = forms.CharField(
        label=_("Number"),
        max_length=LONGEST_INPUT,
        help_text=_("15 digits, as on your receipt"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    code = forms.CharField(
        label=_("Query code"),
        max_length=LONGEST_INPUT,
        help_text=_("8 letters and digits, as on your receipt"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_number(self) -> str:
        """The number as we write it. A wrong check digit tells of a typing slip, and of no case."""
        try:
            return parse_number(self.cleaned_data["number"])
        except NumberError as error:
            messages = {
                "format": _("A number has 15 digits and begins with a date."),
                "check": _("One of the digits must be wrong. Please compare it with your receipt."),
            }
            raise ValidationError(messages[error.reason], code=error.reason) from None


class SupplyForm(WithFiles):
    """What the citizen was asked for: words, files, or both."""

    text = WordsField(label=_("Your reply"), required=False, max_length=limits.LONGEST_REMARK)
    field_order = ["text", "attachments", "keep"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("text") and not self.taken and not self.errors:
            self.add_error(
                "text", ValidationError(_("Please write something or add a file."), code="required")
            )
        return data


class WithdrawForm(forms.Form):
    """Taking a matter back, which cannot be undone."""

    reason = WordsField(
        label=_("Why do you withdraw it?"), required=False, max_length=limits.LONGEST_REMARK
    )
    sure = forms.BooleanField(
        label=_("Yes, I want to withdraw this matter"),
        error_messages={"required": _("Please tick the box if you are sure.")},
    )


class RateForm(forms.Form):
    """Five levels and a comment; a low level needs its reason."""

    rating = forms.TypedChoiceField(
        label=_("How satisfied are you with the answer?"),
        choices=list(RATINGS.items()),
        coerce=int,
        widget=forms.RadioSelect,
    )
    comment = WordsField(
        label=_("Comment"),
        required=False,
        max_length=limits.LONGEST_REMARK,
        help_text=_("Needed if you are dissatisfied, so that it can be put right."),
    )
    may_show = forms.BooleanField(
        label=_("My comment may be shown beside the answer if that is published"),
        required=False,
        help_text=_("Personal data is removed first. The department can read it then, too."),
    )

    def add_error(self, field: str | None, error: Any) -> None:
        """A comment that was found missing is not called optional any more."""
        super().add_error(field, error)
        if field == "comment":
            self.fields["comment"].required = True


class AskAgainForm(forms.Form):
    """Asking for a second handling, with a reason."""

    reason = WordsField(
        label=_("What is still not settled?"),
        max_length=limits.LONGEST_REMARK,
        help_text=_("A supervisor reads this and decides. It can be asked once."),
    )
