"""Input fields that take exactly what the schema says, and say so in the schema.

REST framework turns numbers into text and words into booleans. That suits forms; in JSON it
hides mistakes, so these fields take JSON values of their own type only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import SkipField, empty

from foundation.numbers import NumberError, parse_number
from foundation.upload_messages import refusal_message
from foundation.uploads import UploadRefused
from inquiries.contact import normalise_phone
from inquiries.files import NewFile, take
from inquiries.forms.fields import CONTROLS, UNREADABLE
from inquiries.limits import LONGEST_PHONE

VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]"
"""A mark that is neither a blank nor one of the invisible ones that are dropped."""

PHONE = (
    r"^(?:1[3-9][0-9]{9}|0(?:10|2[0-9]|[3-9][0-9]{2})-[2-9][0-9]{6,7}"
    r"|\+(?!86)[1-9][0-9]{6,14})$"
)
"""The spelling the schema asks for; others that can be dialled are read, too."""

LARGEST = 2**31 - 1
NUMBER = r"^[0-9]{8}-[0-9]{6}-[0-9]$"


def from_form(field: serializers.Field) -> bool:
    """Whether the input is a form or query string, where everything is text."""
    return isinstance(getattr(field.root, "initial_data", None), QueryDict)


class Words(serializers.CharField):
    """Text of at least `shortest` visible marks. Line ends become \\n, invisible marks are dropped.

    Text that may be left out may also be empty, and then is.
    """

    def __init__(self, longest: int, *, shortest: int = 1, **kwargs: Any) -> None:
        optional = not kwargs.pop("required", True)
        self.shortest = 0 if optional else shortest
        if optional:
            kwargs["default"] = ""
        super().__init__(
            max_length=longest,
            min_length=self.shortest or None,
            allow_blank=optional,
            **kwargs,
        )

    default_error_messages = {
        "unreadable": _("Some characters arrived unreadable. Please type them once more."),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        ProhibitNullCharactersValidator()(data)
        if UNREADABLE in data and from_form(self):
            self.fail("unreadable")
        text = super().to_internal_value(self.clean(data))
        if len(re.findall(VISIBLE, text)) < self.shortest:
            self.fail("min_length" if text else "blank", min_length=self.shortest)
        return text

    def clean(self, text: str) -> str:
        return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


class Line(Words):
    """Text in one line; runs of blanks become one."""

    def clean(self, text: str) -> str:
        return " ".join(CONTROLS.sub("", text).split())


@extend_schema_field({"type": "string", "pattern": PHONE, "maxLength": LONGEST_PHONE})
class Phone(serializers.CharField):
    """A telephone number that can be dialled, in one spelling."""

    default_error_messages = {"phone": _("This is not a telephone number we can call.")}

    def to_internal_value(self, data: Any) -> str:
        try:
            return normalise_phone(data) if isinstance(data, str) else self.fail("invalid")
        except ValueError:
            self.fail("phone")


class Email(serializers.EmailField):
    """An e-mail address, as text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of some codes. One that may be left out may be empty."""

    def __init__(self, codes: Sequence[str], **kwargs: Any) -> None:
        plain = [str(code) for code in codes]
        super().__init__(choices=plain, **kwargs)
        if not self.required:
            self.allow_blank = True
            plain.append("")
        set_override(self, "field", {"type": "string", "enum": plain})

    def run_validation(self, data: Any = empty) -> Any:
        if data == "" and not self.required:
            return super().run_validation(empty)
        return super().run_validation(data)

    def get_value(self, dictionary: Any) -> Any:
        return dictionary.get(self.field_name, empty)


class WholeNumber(serializers.IntegerField):
    """An integer; in JSON a number, in a form its digits."""

    def to_internal_value(self, data: Any) -> int:
        if from_form(self):
            plain = isinstance(data, str) and re.fullmatch("[0-9]{1,20}", data) is not None
        else:
            plain = isinstance(data, int | float) and not isinstance(data, bool)
        if not plain:
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """True or false; in a form these words."""

    WORDS = {"true": True, "True": True, "false": False, "False": False}

    def get_value(self, dictionary: Any) -> Any:
        return dictionary.get(self.field_name, empty)

    def to_internal_value(self, data: Any) -> bool:
        if from_form(self) and data in self.WORDS:
            return self.WORDS[data]
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "boolean", "const": True})
class Agreed(Flag):
    """A consent that has to be given."""

    default_error_messages = {"not_given": _("Without this consent we cannot go on.")}

    def to_internal_value(self, data: Any) -> bool:
        if not super().to_internal_value(data):
            self.fail("not_given")
        return True


class Code(serializers.SlugRelatedField):
    """A department, topic or district, by its code. One that may be left out may be empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)
        pattern = "^[-a-z0-9_]+$" if self.required else "^[-a-z0-9_]*$"
        set_override(self, "field", {"type": "string", "maxLength": 40, "pattern": pattern})

    def run_validation(self, data: Any = empty) -> Any:
        if data == "" and not self.required:
            raise SkipField
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\0" in data or not data.isascii():
            self.fail("invalid")
        return super().to_internal_value(data)


class CaseNumber(serializers.CharField):
    """The number of another case, in any spelling."""

    default_error_messages = {"number": _("This is not a number of ours.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", {"type": "string", "pattern": NUMBER})

    def to_internal_value(self, data: Any) -> str:
        try:
            return parse_number(data) if isinstance(data, str) else self.fail("invalid")
        except NumberError:
            self.fail("number")


@extend_schema_field({"type": "string", "format": "binary"})
class File(serializers.FileField):
    """An attachment, checked by what is in it; its value is a NewFile."""

    def to_internal_value(self, data: Any) -> NewFile:  # type: ignore[override]
        if not isinstance(data, UploadedFile):
            self.fail("invalid")
        try:
            return take(data)
        except UploadRefused as refused:
            raise serializers.ValidationError(refusal_message(refused), refused.code) from None


class Files(serializers.ListField):
    """Attachments; together within the house's limits."""

    child = File()
    default_error_messages = {"total": _("All files together are too large.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("default", list)
        super().__init__(max_length=settings.ATTACHMENT_MAX_FILES, **kwargs)

    def to_internal_value(self, data: Any) -> list[NewFile]:
        # Unread, files that are too many or too large cost nothing.
        sizes = [file.size or 0 for file in data if isinstance(file, UploadedFile)]
        if len(sizes) > settings.ATTACHMENT_MAX_FILES:
            self.fail("max_length", max_length=settings.ATTACHMENT_MAX_FILES)
        if sum(sizes) > settings.ATTACHMENTS_MAX_BYTES:
            self.fail("total")
        files: list[NewFile] = super().to_internal_value(data)
        return files
