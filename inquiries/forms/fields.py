"""Fields that take what citizens type: full-width digits, Windows line ends, several files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.models import ModelChoiceIterator
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.upload_messages import refusal_message
from foundation.uploads import ENDINGS, UploadRefused
from inquiries.contact import normalise_phone
from inquiries.files import NewFile, take

CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]"
)
"""Marks nobody types and nobody sees; among them those that turn text around."""


UNREADABLE = "\ufffd"
"""What is left of bytes that are no UTF-8."""


def _readable(text: str) -> str:
    if UNREADABLE in text:
        raise ValidationError(
            _("Some characters arrived unreadable. Please type them once more."), code="unreadable"
        )
    return text


class _AtOnce(ModelChoiceIterator):
    """Django reads choices with a cursor of the server's: three round trips instead of one."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in self.queryset.all():
            yield self.choice(row)


class RowField(forms.ModelChoiceField):
    """A choice from a short list that the bureau keeps: topics, districts, departments."""

    iterator = _AtOnce


class LineField(forms.CharField):
    """One line of text; runs of blanks become one."""

    def clean(self, value: Any) -> str:
        return _readable(super().clean(value))

    def to_python(self, value: Any) -> str:
        return " ".join(CONTROLS.sub("", super().to_python(value) or "").split())


class WordsField(forms.CharField):
    """Several lines of text. Browsers send two characters for a line end; one is counted."""

    widget = forms.Textarea

    def clean(self, value: Any) -> str:
        return _readable(super().clean(value))

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return CONTROLS.sub("", text).strip()


class PhoneField(forms.CharField):
    """A telephone number that can be dialled, in one spelling."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return normalise_phone(text)
        except ValueError:
            raise ValidationError(
                _(
                    "This is not a telephone number we can call. Please give a mobile number, or a"
                    " landline with its area code."
                ),
                code="phone",
            ) from None


class ManyFilesInput(forms.ClearableFileInput):
    """A chooser for several files at once."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        endings = ",".join(f".{ending}" for ending in ENDINGS)
        super().__init__(attrs={"multiple": True, "accept": endings})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class ManyFilesField(forms.Field):
    """Files of any number; a form with `WithFiles` looks at each."""

    widget = ManyFilesInput

    def clean(self, value: Any) -> list[UploadedFile]:
        return [file for file in value or [] if file]


class ManyRowsField(forms.ModelMultipleChoiceField):
    """Several rows of a short list; a key no database can hold is no choice, like any other."""

    LONGEST_KEY = 18

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, list | tuple) else ():
            if len(str(key)) > self.LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[: self.LONGEST_KEY]},
                )
        return super().clean(value)


class KeepField(forms.MultipleChoiceField):
    """Which of the kept files to send; one that is gone meanwhile is told of, not refused."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        """Any choice will do: `WithFiles` compares them with what is still kept."""


class WithFiles(forms.Form):
    """A form with attachments: each is checked by its content, good ones are kept in `taken`.

    `kept` are files that came with an earlier try of the same form; unticking one drops it.
    """

    attachments = ManyFilesField(label=_("Attachments"), required=False)
    keep = KeepField(
        label=_("Files you have already sent"),
        required=False,
        help_text=_("They are kept; you need not choose them again. Untick one to leave it out."),
    )

    def __init__(self, *args: Any, kept: Iterable[NewFile] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken: list[NewFile] = []
        self._kept = list(kept)
        self._offer(self._kept)
        self.fields["attachments"].help_text = _hint()

    def _offer(self, files: list[NewFile]) -> None:
        """Show files as kept, ticked, or no such field at all."""
        self.offered = files
        field = self.fields["keep"]
        assert isinstance(field, KeepField)
        field.choices = [(f.sha256, f"{f.name} ({filesizeformat(f.size)})") for f in files]
        self.initial["keep"] = [file.sha256 for file in files]

    def clean_attachments(self) -> list[NewFile]:
        """All files that go with the form: those kept and wished, and the new ones."""
        wished = set(self.data.getlist(self.add_prefix("keep")))  # type: ignore[attr-defined]
        self.taken = [file for file in self._kept if file.sha256 in wished]
        faults: list[str] = []
        if len(self.taken) < len(wished):
            faults.append(gettext("The files you sent before are no longer kept. Please add them."))
        for upload in self.cleaned_data["attachments"]:
            if len(faults) >= settings.ATTACHMENT_MAX_FILES:
                # Unread: somebody chose a whole folder, or means harm.
                faults.append(gettext("The other files were left out, too."))
                break
            self._take(upload, faults)
        if faults:
            raise ValidationError(faults)
        return self.taken

    def _take(self, upload: UploadedFile, faults: list[str]) -> None:
        try:
            file = take(upload)
        except UploadRefused as refused:
            name = refused.params.get("name") or upload.name
            message = refusal_message(refused)
            faults.append(message if str(name) in message else f"{name}: {message}")
            return
        if any(file.sha256 == other.sha256 for other in self.taken):
            return
        if len(self.taken) >= settings.ATTACHMENT_MAX_FILES:
            faults.append(
                gettext("%(name)s was left out: no more than %(count)s files can be sent.")
                % {"name": file.name, "count": settings.ATTACHMENT_MAX_FILES}
            )
        elif sum(f.size for f in self.taken) + file.size > settings.ATTACHMENTS_MAX_BYTES:
            faults.append(
                gettext("%(name)s was left out: all files together may have %(size)s.")
                % {"name": file.name, "size": size(settings.ATTACHMENTS_MAX_BYTES)}
            )
        else:
            self.taken.append(file)

    def keep_taken(self) -> None:
        """Show the files taken so far as kept, for the form that is shown again."""
        self._offer(self.taken)
        data: Any = self.data
        data = data.copy()
        data.setlist(self.add_prefix("keep"), [file.sha256 for file in self.taken])
        self.data = data


def size(count: int) -> str:
    """A size in bytes as people say it: 5 MB, not 5.0 MB."""
    return filesizeformat(count).replace(".0\xa0", "\xa0")


def _hint() -> str:
    return gettext(
        "Up to %(count)s files, %(each)s each, %(total)s in all: PDF, Word, Excel, OFD, text,"
        " JPG, PNG or GIF."
    ) % {
        "count": settings.ATTACHMENT_MAX_FILES,
        "each": size(settings.ATTACHMENT_MAX_BYTES),
        "total": size(settings.ATTACHMENTS_MAX_BYTES),
    }
