"""What files are taken from citizens, by what is in them. Pure.

A file must be what its name says: the ending is on the list, the content has the signature and
the inner shape of that ending, and nothing in it can run. Files are kept outside the web root
and given out as downloads only; this is the first of those lines of defence.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from foundation.archives import Archive, ArchiveRefused
from foundation.images import FORMATS, ImageRefused, check_image, redraw
from foundation.ole import CompoundFile, DamagedFile, has_macro_sheet

MAX_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 100
LONGEST_ENDING = 10

MIME_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ofd": "application/ofd",
    "txt": "text/plain",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
}
"""The kinds that are taken. OFD (GB/T 33190) is the national format of official documents."""

ENDINGS = {**{kind: kind for kind in MIME_TYPES}, "jpeg": "jpg"}

MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|svg|iframe|object|embed|\?php|meta\s|form[\s>])",
    re.IGNORECASE,
)
"""What browsers take for a page, whatever a file is called."""

SNIFFED = 4096
PDF_PROGRAM = re.compile(rb"/(?:JavaScript|Launch)\b|/JS\s*\(")
NOT_TEXT = (b"MZ", b"\x7fELF", b"#!", b"%PDF-", b"PK\x03\x04", b"GIF8", b"{\\rtf")
PICTURE_STARTS: dict[str, tuple[bytes, ...]] = {
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
}
ENCODINGS = ("utf-8-sig", "gb18030")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class UploadRefused(ValueError):
    """Why a file is not taken.

    `code` is one of empty, too_large, name, kind, mismatch, damaged, encrypted, bomb, macros,
    active_content, image_too_large; `params` holds what a message may want to say.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: its clean name, kind, media type, size in bytes and SHA-256."""

    name: str
    kind: str
    mime: str
    size: int
    sha256: str


def check(name: str, file: BinaryIO, *, max_bytes: int = MAX_BYTES) -> Checked:
    """Look at a file as it was sent; raises UploadRefused. Leaves the file at its beginning."""
    clean = clean_name(name)
    kind = _kind(clean)
    data = _read(file, max_bytes)
    try:
        CHECKS[kind](kind, data)
    except (ArchiveRefused, ImageRefused) as error:
        raise UploadRefused(error.code, name=clean, kind=kind) from error
    except DamagedFile as error:
        raise UploadRefused("damaged", name=clean, kind=kind) from error
    except UploadRefused as error:
        raise UploadRefused(error.code, **{"name": clean, "kind": kind, **error.params}) from None
    return _described(clean, kind, data)


def prepare(name: str, file: BinaryIO, *, max_bytes: int = MAX_BYTES) -> tuple[Checked, BinaryIO]:
    """Check a file and return what to keep: images drawn anew, other files as they are.

    Size and digest are those of what is kept.
    """
    checked = check(name, file, max_bytes=max_bytes)
    if checked.kind not in FORMATS:
        return checked, file
    data = redraw(checked.kind, file)
    return _described(checked.name, checked.kind, data), io.BytesIO(data)


def clean_name(name: str) -> str:
    """A name safe to show, store and offer: no folders, controls or direction marks, not long.

    The ending survives. A name with nothing left becomes "file".
    """
    name = unicodedata.normalize("NFC", name).replace("．", ".")
    # Direction overrides make "gpj.exe" look like "exe.jpg"; category C holds them and controls.
    name = "".join(mark for mark in name if unicodedata.category(mark)[0] != "C" or mark == "\t")
    name = re.split(r"[/\\]", name)[-1]
    name = " ".join(re.sub(r'[<>:"|?*]', "_", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) <= LONGEST_ENDING:
        return f"{stem.strip('. ')[: LONGEST_NAME - len(ending) - 1] or 'file'}.{ending}"
    return name[:LONGEST_NAME] or "file"


def _kind(name: str) -> str:
    ending = unicodedata.normalize("NFKC", name).rpartition(".")[2].lower()
    if "." not in name or ending not in ENDINGS:
        raise UploadRefused("kind", name=name, allowed=", ".join(MIME_TYPES))
    return ENDINGS[ending]


def _read(file: BinaryIO, max_bytes: int) -> bytes:
    file.seek(0)
    data = file.read(max_bytes + 1)
    file.seek(0)
    if not data:
        raise UploadRefused("empty")
    if len(data) > max_bytes:
        raise UploadRefused("too_large", megabytes=max_bytes // (1024 * 1024))
    return data


def _described(name: str, kind: str, data: bytes) -> Checked:
    return Checked(name, kind, MIME_TYPES[kind], len(data), hashlib.sha256(data).hexdigest())


# -- What each kind must be -----------------------------------------------------------------


def _check_pdf(kind: str, data: bytes) -> None:
    if not data.startswith(b"%PDF-1.") and not data.startswith(b"%PDF-2."):
        raise UploadRefused("mismatch")
    if b"%%EOF" not in data[-2048:]:
        raise UploadRefused("damaged")
    if MARKUP.search(data, 0, SNIFFED) or PDF_PROGRAM.search(data):
        raise UploadRefused("active_content")


def _check_ooxml(kind: str, data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage" in CompoundFile(data).names():
        raise UploadRefused("encrypted")
    archive = _archive(data)
    main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
    if "[Content_Types].xml" not in archive.names or main not in archive.names:
        raise UploadRefused("mismatch")


def _check_ofd(kind: str, data: bytes) -> None:
    if "OFD.xml" not in _archive(data).names:
        raise UploadRefused("mismatch")


def _archive(data: bytes) -> Archive:
    if not data.startswith(b"PK"):
        raise UploadRefused("mismatch")
    return Archive(io.BytesIO(data))


def _check_ole(kind: str, data: bytes) -> None:
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UploadRefused("mismatch")
    file = CompoundFile(data)
    names = file.names()
    main = {"doc": {"WordDocument"}, "xls": {"Workbook", "Book"}}[kind]
    if "EncryptedPackage" in names:
        raise UploadRefused("encrypted")
    if not names & main:
        raise UploadRefused("mismatch")
    if names & {"Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}:
        raise UploadRefused("macros")
    if "\x01Ole10Native" in names:  # any file whatever, packed into the document
        raise UploadRefused("active_content")
    for entry in file.entries:
        if entry.name in {"Workbook", "Book"} and has_macro_sheet(file.stream(entry, 1 << 20)):
            raise UploadRefused("macros")


def _check_text(kind: str, data: bytes) -> None:
    if data.startswith(NOT_TEXT):
        raise UploadRefused("mismatch")
    text = _decoded(data)
    if text is None or CONTROL.search(text):
        raise UploadRefused("mismatch")
    if MARKUP.search(text.encode("utf-8", "replace")):
        raise UploadRefused("active_content")


def _decoded(data: bytes) -> str | None:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _check_picture(kind: str, data: bytes) -> None:
    if not data.startswith(PICTURE_STARTS[kind]):
        raise UploadRefused("mismatch")
    if MARKUP.search(data):
        raise UploadRefused("active_content")
    check_image(kind, io.BytesIO(data))


CHECKS: dict[str, Callable[[str, bytes], None]] = {
    "pdf": _check_pdf,
    "doc": _check_ole,
    "docx": _check_ooxml,
    "xls": _check_ole,
    "xlsx": _check_ooxml,
    "ofd": _check_ofd,
    "txt": _check_text,
    "jpg": _check_picture,
    "png": _check_picture,
    "gif": _check_picture,
}
