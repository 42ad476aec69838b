"""The forms of the case page: one for each move a member of staff can make.

Every form carries `seen`, the version of the case it was made for, so that two people acting at
once are noticed. `inputs` are the keyword arguments of the move.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from foundation.numbers import LONGEST_INPUT, NumberError, parse_number
from inquiries import limits
from inquiries.errors import InvalidInput
from inquiries.forms.fields import LineField, ManyRowsField, RowField, WithFiles, WordsField
from inquiries.labels import FAULTS, GROUNDS, KINDS, OUTCOMES
from inquiries.models import Inquiry, Topic
from inquiries.publication import proposed_comment
from inquiries.states import SAID_BY_SUPERVISOR, Ground, Kind, Outcome
from inquiries.workflow.intake import candidates_for_merge

HIGHEST_VERSION = 2**31 - 1
SUBMIT_TOO = "submit_too"
INSERT = "insert"


def active_departments() -> Any:
    return Department.objects.filter(is_active=True)


class MoveForm(forms.Form):
    """A move's form. `inquiry` is the case it is made for."""

    move: ClassVar[str]
    seen = forms.IntegerField(min_value=1, max_value=HIGHEST_VERSION, widget=forms.HiddenInput)

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        self.inquiry = inquiry
        kwargs["auto_id"] = f"{self.move}-%s"
        super().__init__(*args, **kwargs)

    def inputs(self) -> dict[str, Any]:
        """What the move is given. The form must be valid."""
        data = {**self.cleaned_data}
        data.pop("seen")
        return data

    def tell(self, fault: InvalidInput) -> None:
        """Put what the workflow found wrong beside the field it is about."""
        field = self.field_of(fault.field)
        text = ValidationError(str(FAULTS[fault.code]), code=fault.code, params=fault.params)
        self.add_error(field if field in self.fields else None, text)

    def field_of(self, name: str) -> str:
        """The form's field for one of the move's inputs."""
        return name

    def visible(self) -> list[forms.BoundField]:
        """The fields to show; `seen` is written by the page, always with the present version."""
        return [field for field in self.visible_fields() if field.name != "seen"]


class ReasonForm(MoveForm):
    """Moves that need nothing but a reason."""

    reason = WordsField(label=_("Reason"), max_length=limits.LONGEST_REMARK)


class RemarkForm(MoveForm):
    """Moves with a word for the file, if wished."""

    note = WordsField(label=_("Internal remark"), required=False, max_length=limits.LONGEST_REMARK)


class Explanation(MoveForm):
    """Moves that are explained to the citizen."""

    explanation = WordsField(
        label=_("Explanation to the citizen"),
        max_length=limits.LONGEST_REMARK,
        help_text=_("The citizen reads these words."),
    )


class AcceptForm(MoveForm):
    move = "accept"
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    topic = RowField(
        label=_("Topic"), queryset=Topic.objects.none(), required=False, empty_label=_("No topic")
    )

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        kwargs["initial"] = {"kind": inquiry.case.kind, "topic": inquiry.topic_id}
        super().__init__(*args, inquiry=inquiry, **kwargs)
        self.fields["topic"].queryset = Topic.objects.filter(is_active=True)  # type: ignore[attr-defined]

    def inputs(self) -> dict[str, Any]:
        return {"kind": Kind(self.cleaned_data["kind"]), "topic": self.cleaned_data["topic"]}


class RejectForm(Explanation):
    move = "reject"
    ground = forms.ChoiceField(
        label=_("Ground"), choices=[("", _("Please choose")), *GROUNDS.items()]
    )
    field_order = ["ground", "explanation"]

    def inputs(self) -> dict[str, Any]:
        return {**super().inputs(), "ground": Ground(self.cleaned_data["ground"])}


class ReferForm(Explanation):
    move = "refer"
    referred_to = LineField(label=_("Which body has the matter now?"), max_length=120)
    field_order = ["referred_to", "explanation"]


class MergeForm(Explanation):
    move = "merge"
    OTHER = "other"
    candidate = forms.ChoiceField(
        label=_("Into which case?"),
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Open cases from the same telephone or e-mail."),
    )
    number = forms.CharField(
        label=_("Number of the case"), required=False, max_length=LONGEST_INPUT
    )
    field_order = ["candidate", "number", "explanation"]

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(*args, inquiry=inquiry, **kwargs)
        found = candidates_for_merge(inquiry)
        if not found:
            del self.fields["candidate"]
            self.fields["number"].required = True
            return
        choices = [(other.number, f"{other.number} {other.title}") for other in found]
        field = self.fields["candidate"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*choices, (self.OTHER, _("Another one, by its number:"))]
        self.initial["candidate"] = self.OTHER

    def clean_number(self) -> str:
        text: str = self.cleaned_data["number"]
        if not text or self.cleaned_data.get("candidate", self.OTHER) not in ("", self.OTHER):
            return ""
        try:
            return parse_number(text)
        except NumberError as error:
            raise ValidationError(_("This is not a number of ours.")) from error

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.get("candidate", "")
        data["into"] = data.get("number") if chosen in ("", self.OTHER) else chosen
        if not data["into"] and "number" not in self.errors:
            self.add_error("number", ValidationError(str(FAULTS["required"]), code="required"))
        return data

    def inputs(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in ("into", "explanation")}

    def field_of(self, name: str) -> str:
        return "number" if name == "into" else name


class AssignForm(MoveForm):
    move = "assign"
    department = RowField(label=_("Lead department"), queryset=Department.objects.none())
    supporting = ManyRowsField(
        label=_("Supporting departments"),
        queryset=Department.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    instruction = WordsField(
        label=_("Instruction"),
        required=False,
        max_length=limits.LONGEST_REMARK,
        help_text=_("Only staff see it."),
    )

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        topic = inquiry.topic
        suggested = topic.department_id if topic else None
        kwargs["initial"] = {"department": suggested}
        super().__init__(*args, inquiry=inquiry, **kwargs)
        choices = active_departments()
        for name in ("department", "supporting"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = choices
        if topic is not None and suggested is not None:
            self.fields["department"].help_text = gettext("Suggested by the topic “%(topic)s”.") % {
                "topic": topic.label
            }


class SignForForm(MoveForm):
    move = "sign_for"


class ReturnForm(ReasonForm):
    move = "return"


class ReassignForm(ReasonForm):
    move = "reassign"
    department = RowField(label=_("New lead department"), queryset=Department.objects.none())
    field_order = ["department", "reason"]

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(*args, inquiry=inquiry, **kwargs)
        others = active_departments().exclude(pk=inquiry.case.department_id)
        self.fields["department"].queryset = others  # type: ignore[attr-defined]


class AskSupplementForm(MoveForm):
    move = "ask_supplement"
    request = WordsField(
        label=_("What is missing?"),
        max_length=limits.LONGEST_REMARK,
        help_text=_("The citizen reads these words."),
    )


class DraftForm(MoveForm):
    """The reply under way, with words from a template put in on request."""

    move = "draft"
    text = WordsField(label=_("Reply"), max_length=limits.LONGEST_REPLY)


class ContributeForm(MoveForm):
    move = "contribute"
    text = WordsField(label=_("Contribution"), max_length=limits.LONGEST_REPLY)


class RequestExtensionForm(ReasonForm):
    move = "request_extension"
    amount = forms.IntegerField(label=_("Working days more"), min_value=1, max_value=99)
    field_order = ["amount", "reason"]


class GrantExtensionForm(RemarkForm):
    move = "grant_extension"


class DenyExtensionForm(MoveForm):
    move = "deny_extension"
    note = WordsField(label=_("Why not?"), max_length=limits.LONGEST_REMARK)


class SubmitForReviewForm(RemarkForm):
    move = "submit_for_review"


class SendBackForm(ReasonForm):
    move = "send_back"


class FilesForm(WithFiles, MoveForm):
    """Moves that can bring files. They are chosen anew if the form was not accepted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["keep"]

    def inputs(self) -> dict[str, Any]:
        data = super().inputs()
        data["files"] = data.pop("attachments")
        return data


class ReplyForm(FilesForm, RemarkForm):
    move = "reply"
    field_order = ["note", "attachments"]


class PublishForm(MoveForm):
    """Exactly the words that were shown, and the reviewer's word that they were read."""

    move = "publish"
    title = LineField(label=_("Public title"), max_length=200)
    question = WordsField(label=_("Public question"), max_length=limits.LONGEST_TEXT * 2)
    text = WordsField(label=_("Public reply"), max_length=limits.LONGEST_REPLY * 2)
    confirmed = forms.BooleanField(
        label=_("I have read it: nothing here tells who wrote to us or concerns a third person."),
        error_messages={"required": _("Please read the page and tick the box.")},
    )

    def inputs(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in ("title", "question", "text")}


class UnpublishForm(ReasonForm):
    move = "unpublish"


class ReopenForm(RemarkForm):
    move = "reopen"


class DeclineReopenForm(Explanation):
    move = "decline_reopen"


class FollowUpForm(MoveForm):
    move = "follow_up"
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=[(outcome.value, OUTCOMES[outcome]) for outcome in SAID_BY_SUPERVISOR],
        widget=forms.RadioSelect,
    )
    note = WordsField(
        label=_("What was said or found"),
        max_length=limits.LONGEST_REMARK,
        help_text=_("Only supervision sees it."),
    )

    def inputs(self) -> dict[str, Any]:
        return {**super().inputs(), "outcome": Outcome(self.cleaned_data["outcome"])}


class ShowCommentForm(MoveForm):
    """The citizen's words with personal data hidden, to be read once more."""

    move = "show_comment"
    text = WordsField(label=_("Public comment"), max_length=limits.LONGEST_REMARK * 2)
    confirmed = forms.BooleanField(
        label=_("I have read it: nothing here tells who wrote to us or concerns a third person."),
        error_messages={"required": _("Please read the page and tick the box.")},
    )

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        kwargs["initial"] = {"text": proposed_comment(inquiry)}
        super().__init__(*args, inquiry=inquiry, **kwargs)

    def inputs(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"]}


class HideCommentForm(ReasonForm):
    move = "hide_comment"


class UrgeForm(MoveForm):
    move = "urge"
    text = WordsField(label=_("What is to be done?"), max_length=limits.LONGEST_REMARK)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"text": usual_urging()}
        super().__init__(*args, **kwargs)


class NoteForm(FilesForm):
    move = "note"
    text = WordsField(label=_("Internal note"), max_length=limits.LONGEST_REMARK)
    field_order = ["text", "attachments"]


def usual_urging() -> str:
    """The words of an urging, to begin with."""
    return gettext("Please deal with this case now and reply to the citizen in time.")


FORMS: dict[str, type[MoveForm]] = {
    form.move: form
    for form in (
        AcceptForm,
        AssignForm,
        SignForForm,
        DraftForm,
        SubmitForReviewForm,
        ReplyForm,
        SendBackForm,
        PublishForm,
        GrantExtensionForm,
        DenyExtensionForm,
        FollowUpForm,
        ReopenForm,
        DeclineReopenForm,
        ShowCommentForm,
        HideCommentForm,
        ContributeForm,
        AskSupplementForm,
        RequestExtensionForm,
        ReturnForm,
        ReassignForm,
        ReferForm,
        MergeForm,
        RejectForm,
        UnpublishForm,
        UrgeForm,
        NoteForm,
    )
}
"""In the order in which the case page offers them: what is expected first, what is rare last."""
