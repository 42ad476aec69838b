"""Looking into documents that are ZIP archives (OOXML and OFD). Pure.

Members are read in full, once and within limits, so what an archive claims about itself need
not be believed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

MAX_MEMBERS = 2_000
MAX_TOTAL = 100 * 1024 * 1024
"""Bytes of all members together when unpacked."""

MAX_RATIO = 200
RATIO_FROM = 1024 * 1024
"""Members smaller than this when unpacked may be packed as tightly as they like."""

SIGNATURE = b"PK\x03\x04"
END_RECORD = b"PK\x05\x06"
END_LENGTH = 22
CHUNK = 1 << 16

PROGRAM = re.compile(
    r"(?:^|/)(?:vbaProject[^/]*\.bin|vbaData\.xml)$|^xl/macrosheets/|(?:^|/)activeX/", re.IGNORECASE
)
EXECUTABLE = re.compile(
    r"\.(?:exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|jar|lnk|sh)$", re.IGNORECASE
)


class ArchiveRefused(ValueError):
    """Why an archive is not taken: `code` is damaged, encrypted, bomb, macros or active_content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Archive:
    """An archive whose members have all been read without going beyond any limit."""

    def __init__(self, file: BinaryIO) -> None:
        _check_frame(file)
        try:
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                _check_list(members)
                self.names = {member.filename for member in members}
                self.content_types = b""
                left = MAX_TOTAL
                for member in members:
                    data = list(_read(archive, member, left))
                    left -= sum(map(len, data))
                    if member.filename == "[Content_Types].xml":
                        self.content_types = b"".join(data)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise ArchiveRefused("damaged") from error
        if b"macroEnabled" in self.content_types:
            raise ArchiveRefused("macros")


def _check_frame(file: BinaryIO) -> None:
    """The archive must fill the file from the first byte to the last: no polyglots."""
    file.seek(0)
    if file.read(4) != SIGNATURE:
        raise ArchiveRefused("damaged")
    size = file.seek(0, 2)
    file.seek(max(0, size - END_LENGTH - 0xFFFF))
    tail = file.read()
    at = tail.rfind(END_RECORD)
    if at < 0 or len(tail) - at < END_LENGTH:
        raise ArchiveRefused("damaged")
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    if len(tail) - at - END_LENGTH != comment:
        raise ArchiveRefused("damaged")
    file.seek(0)


def _check_list(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL:
        raise ArchiveRefused("bomb")
    names = [member.filename for member in members]
    if len(set(names)) != len(names):
        raise ArchiveRefused("damaged")
    for member in members:
        name = member.filename
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or ":" in name:
            raise ArchiveRefused("damaged")
        if member.flag_bits & 1:
            raise ArchiveRefused("encrypted")
        if PROGRAM.search(name):
            raise ArchiveRefused("macros")
        if EXECUTABLE.search(name):
            raise ArchiveRefused("active_content")
        packed = max(1, member.compress_size)
        if member.file_size > RATIO_FROM and member.file_size / packed > MAX_RATIO:
            raise ArchiveRefused("bomb")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            limit -= len(chunk)
            if limit < 0:
                raise ArchiveRefused("bomb")
            yield chunk
