"""Small real files of every kind, and broken or hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
EXE = b"MZ\x90\x00" + b"\x00" * 60 + b"This program cannot be run in DOS mode." + b"\x00" * 200
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

TYPES = "[Content_Types].xml"
WORD = {TYPES: b"<Types/>", "_rels/.rels": b"<x/>", "word/document.xml": "<w>您好</w>".encode()}
SHEET = {TYPES: b"<Types/>", "_rels/.rels": b"<x/>", "xl/workbook.xml": b"<workbook/>"}
OFD_PARTS = {"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b"<ofd:Document/>"}


def archive(members: Mapping[str, bytes], *, packed: bool = True) -> bytes:
    file = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    file = io.BytesIO()
    image = Image.new("RGB", size, (200, 30, 30))
    image.putpixel((0, 0), (0, 0, 255))
    image.save(file, kind, **options)
    return file.getvalue()


def photo_with_position() -> bytes:
    """A JPEG as a telephone makes it: turned, with camera, position and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 34.0, 12.0)})
    return picture("JPEG", exif=exif, comment=b"SecretComment")


def huge_png() -> bytes:
    """A PNG of 30,000 by 30,000 pixels in a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE compound file of at most three streams; sector 0 is the table, 1 the directory."""
    table = [0xFFFFFFFD, 0xFFFFFFFE]
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    body = b""
    for name, data in streams.items():
        data = data.ljust(4096, b"\x00")
        sectors = -(-len(data) // 512)
        first = len(table)
        table += [*range(first + 1, first + sectors), 0xFFFFFFFE]
        entries.append(_entry(name, 2, first, len(data)))
        body += data.ljust(sectors * 512, b"\x00")
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 40, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", *table, *[0xFFFFFFFF] * (128 - len(table)))
    return bytes(header) + fat + b"".join(entries).ljust(512, b"\x00") + body


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    entry = bytearray(128)
    encoded = name.encode("utf-16-le")
    entry[: len(encoded)] = encoded
    struct.pack_into("<HB", entry, 64, len(encoded) + 2, kind)
    struct.pack_into("<III", entry, 68, *[0xFFFFFFFF] * 3)
    struct.pack_into("<II", entry, 116, start, size)
    return bytes(entry)


def workbook(sheet_kind: int) -> bytes:
    """The beginning of an Excel 97 workbook with one sheet: 0 worksheet, 1 macro sheet."""
    bof = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 0, 0, 0)
    sheet = struct.pack("<HHIBB", 0x0085, 8, 1000, 0, sheet_kind) + b"\x01\x00"
    return bof + sheet + struct.pack("<HH", 0x000A, 0)


GOOD: dict[str, bytes] = {
    "a.pdf": PDF,
    "a.docx": archive(WORD),
    "a.xlsx": archive(SHEET),
    "a.ofd": archive(OFD_PARTS),
    "a.doc": compound({"WordDocument": b"text"}),
    "a.xls": compound({"Workbook": workbook(0)}),
    "a.txt": "您好，这是附件。\r\n".encode(),
    "gb.txt": "您好，这是附件。".encode("gb18030"),
    "wide.txt": "您好".encode("utf-16"),
    "a.jpg": picture("JPEG"),
    "a.png": picture("PNG"),
    "a.gif": picture("GIF"),
}
