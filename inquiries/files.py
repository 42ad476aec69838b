"""Files on their way into a case: checked by content, then handed to the workflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile

from foundation.uploads import prepare


@dataclass(frozen=True, slots=True)
class NewFile:
    """A checked file: its clean name, true media type, size in bytes and content."""

    name: str
    mime: str
    content: bytes
    sha256: str

    @property
    def size(self) -> int:
        return len(self.content)

    def as_django_file(self) -> ContentFile[bytes]:
        return ContentFile(self.content, name=self.name)


def take(upload: UploadedFile) -> NewFile:
    """An uploaded file, looked at and read; raises foundation.uploads.UploadRefused."""
    file = cast(BinaryIO, upload.file)
    checked, kept = prepare(upload.name or "", file, max_bytes=settings.ATTACHMENT_MAX_BYTES)
    kept.seek(0)
    return NewFile(checked.name, checked.mime, kept.read(), checked.sha256)
