"""The directory of an OLE compound file (.doc and .xls before 2007). Pure.

Only what is needed to tell such files apart and to see whether they carry programs. Every chain
of sectors is followed at most as far as the file is long, so a crafted file cannot loop.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""

ENTRY = 128
MACRO_SHEETS = frozenset({1, 6})
"""Kinds of a BOUNDSHEET record: Excel 4 macro sheet, Visual Basic module."""


class DamagedFile(ValueError):
    """Not a compound file, or one that contradicts itself."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stream or storage: its name, first sector and size in bytes."""

    name: str
    start: int
    size: int


class CompoundFile:
    """The entries of a compound file and the bytes of its larger streams."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(SIGNATURE):
            raise DamagedFile("no compound file")
        self._data = data
        (shift,) = struct.unpack_from("<H", data, 30)
        if shift not in {9, 12}:
            raise DamagedFile("unknown sector size")
        self._size: int = 1 << shift
        self._sectors = len(data) // self._size
        self._next = self._allocation_table()
        (directory,) = struct.unpack_from("<I", data, 48)
        self.entries = list(self._entries(self._chain(directory)))

    def names(self) -> set[str]:
        """The names of all streams and storages, at any depth."""
        return {entry.name for entry in self.entries}

    def stream(self, entry: Entry, limit: int) -> bytes:
        """The first `limit` bytes of a stream of 4 kB or more."""
        return self._chain(entry.start, limit)[: entry.size][:limit]

    def _sector(self, number: int) -> bytes:
        if number >= self._sectors:
            raise DamagedFile("a sector is missing")
        begin = (number + 1) * self._size
        return self._data[begin : begin + self._size]

    def _numbers(self, sector: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])

    def _allocation_table(self) -> list[int]:
        """For each sector the number of the one that follows it."""
        tables = [n for n in struct.unpack_from("<109I", self._data, 76) if n < FREE]
        (more,) = struct.unpack_from("<I", self._data, 68)
        for _ in range(self._sectors):
            if more >= FREE:
                break
            *numbers, more = self._numbers(self._sector(more))
            tables += [n for n in numbers if n < FREE]
        if len(tables) > self._sectors:
            raise DamagedFile("the allocation table is longer than the file")
        return [n for table in tables for n in self._numbers(self._sector(table))]

    def _chain(self, start: int, limit: int | None = None) -> bytes:
        parts: list[bytes] = []
        number = start
        wanted = self._sectors if limit is None else min(self._sectors, limit // self._size + 1)
        while number < FREE and len(parts) < wanted:
            parts.append(self._sector(number))
            if number >= len(self._next):
                raise DamagedFile("a sector has no place in the allocation table")
            number = self._next[number]
        return b"".join(parts)

    def _entries(self, directory: bytes) -> Iterator[Entry]:
        for begin in range(0, len(directory) - ENTRY + 1, ENTRY):
            length, kind = struct.unpack_from("<HB", directory, begin + 64)
            if kind == 0:
                continue
            name = directory[begin : begin + max(0, min(length, 64) - 2)]
            start, size = struct.unpack_from("<II", directory, begin + 116)
            yield Entry(name.decode("utf-16-le", "replace"), start, size)


def has_macro_sheet(workbook: bytes) -> bool:
    """Whether the beginning of an Excel workbook stream lists a sheet that is a program."""
    position = 0
    while position + 4 <= len(workbook):
        record, length = struct.unpack_from("<HH", workbook, position)
        kind = workbook[position + 9 : position + 10]
        if record == 0x0085 and kind and kind[0] in MACRO_SHEETS:
            return True
        if record == 0x000A:  # end of the part that lists the sheets
            return False
        position += 4 + length
    return False
