"""Files are taken for what is in them, not for what they are called."""

from __future__ import annotations

import hashlib
import io
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from foundation.uploads import MIME_TYPES, UploadRefused, check, clean_name, prepare
from tests.foundation import files


def refusal(name: str, data: bytes, **options: int) -> str:
    with pytest.raises(UploadRefused) as refused:
        check(name, io.BytesIO(data), **options)
    return refused.value.code


@pytest.mark.parametrize("name", files.GOOD)
def test_files_that_are_what_they_say_are_taken(name):
    data = files.GOOD[name]
    checked = check(name, io.BytesIO(data))
    assert checked.name == name
    assert checked.kind == name.rpartition(".")[2]
    assert checked.mime == MIME_TYPES[checked.kind]
    assert checked.size == len(data)
    assert checked.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", ["照片.JPG", "a.jpeg", "a.JPEG", "a．jpg"])
def test_endings_are_read_kindly(name):
    assert check(name, io.BytesIO(files.GOOD["a.jpg"])).kind == "jpg"


def test_the_file_is_left_at_its_beginning():
    file = io.BytesIO(files.PDF)
    file.read()
    check("a.pdf", file)
    assert file.tell() == 0


@pytest.mark.parametrize("name", sorted(set(files.GOOD) - {"gb.txt", "wide.txt"}))
@pytest.mark.parametrize("ending", MIME_TYPES)
def test_no_kind_passes_for_another(name, ending):
    if name.endswith(f".{ending}"):
        return
    assert refusal(f"a.{ending}", files.GOOD[name]) in {"mismatch", "damaged"}


@pytest.mark.parametrize("ending", MIME_TYPES)
@pytest.mark.parametrize("data", [files.EXE, files.HTML, files.SVG, b"\x7fELF\x02\x01\x01" * 50])
def test_programs_and_pages_pass_for_nothing(ending, data):
    assert refusal(f"a.{ending}", data) in {"mismatch", "active_content", "damaged"}


@pytest.mark.parametrize(
    "name",
    [
        *("a.exe", "a.html", "a.svg", "a.zip", "a.rar", "a.docm", "a.js", "a.pdf.exe", "a", ""),
        *(".pdf", "evil\u202egpj.exe", "a.php\x00.exe", "pdf", "a.pd\u200bff", "a."),
    ],
)
def test_kinds_that_are_not_on_the_list_are_refused(name):
    assert refusal(name, files.PDF) == "kind"


def test_an_empty_or_too_large_file_is_refused():
    assert refusal("a.pdf", b"") == "empty"
    assert refusal("a.pdf", files.PDF, max_bytes=10) == "too_large"
    assert check("a.pdf", io.BytesIO(files.PDF), max_bytes=len(files.PDF)).kind == "pdf"


@pytest.mark.parametrize("ending", ["jpg", "png", "gif"])
def test_a_picture_with_a_page_inside_is_refused(ending):
    data = files.GOOD[f"a.{ending}"]
    assert refusal(f"a.{ending}", data + files.HTML) == "active_content"


def test_a_pdf_with_a_page_or_a_program_inside_is_refused():
    page = files.PDF[:9] + files.HTML + files.PDF[9:]
    assert refusal("a.pdf", page) == "active_content"
    for action in (b"/S/JavaScript/JS(app.alert(1))", b"/S/Launch/F(cmd.exe)", b"/JS (x)"):
        assert refusal("a.pdf", files.PDF.replace(b"/Type", action + b"/Type")) == "active_content"
    assert refusal("a.pdf", files.HTML + files.PDF) == "mismatch"
    assert refusal("a.pdf", files.PDF[:40]) == "damaged"


@pytest.mark.parametrize(
    ("name", "members", "code"),
    [
        ("a.docx", {**files.WORD, "word/vbaProject.bin": b"x"}, "macros"),
        ("a.xlsx", {**files.SHEET, "xl/VBAPROJECT.BIN": b"x"}, "macros"),
        ("a.xlsx", {**files.SHEET, "xl/macrosheets/sheet1.xml": b"x"}, "macros"),
        ("a.docx", {**files.WORD, "word/activeX/activeX1.xml": b"x"}, "macros"),
        (
            "a.docx",
            {**files.WORD, files.TYPES: b"application/vnd.ms-word.document.macroEnabled.main"},
            "macros",
        ),
        ("a.docx", {**files.WORD, "word/run.exe": b"x"}, "active_content"),
        ("a.docx", {**files.WORD, "../../etc/passwd": b"x"}, "damaged"),
        ("a.docx", {**files.WORD, "/etc/passwd": b"x"}, "damaged"),
        ("a.docx", {"notes.txt": b"x"}, "mismatch"),
        ("a.ofd", {"notes.txt": b"x"}, "mismatch"),
        ("a.docx", {**files.WORD, "word/big.xml": b"0" * 30_000_000}, "bomb"),
        ("a.docx", {**files.WORD, **{f"word/{n}.xml": b"" for n in range(2001)}}, "bomb"),
    ],
)
def test_documents_are_looked_into(name, members, code):
    assert refusal(name, files.archive(members)) == code


def test_an_archive_that_unpacks_to_too_much_is_refused():
    members = {f"word/{n}.xml": bytes(range(256)) * 2000 for n in range(220)}
    data = files.archive({**files.WORD, **members})
    assert len(data) < 10 * 1024 * 1024
    assert refusal("a.docx", data) == "bomb"


def test_an_archive_that_lies_about_its_sizes_is_refused():
    data = bytearray(files.archive({**files.WORD, "word/big.xml": b"0" * 5_000_000}))
    central = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 100)
    assert refusal("a.docx", bytes(data)) == "damaged"


def test_an_archive_with_something_before_or_after_is_refused():
    data = files.GOOD["a.docx"]
    assert refusal("a.docx", files.HTML + data) == "mismatch"
    assert refusal("a.docx", data + files.HTML) == "damaged"
    assert refusal("a.docx", data[:-30]) == "damaged"


def test_a_document_under_a_password_is_refused():
    encrypted = files.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})
    assert refusal("a.docx", encrypted) == "encrypted"
    assert refusal("a.xls", encrypted) == "encrypted"
    data = bytearray(files.GOOD["a.docx"])
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        at = data.find(mark) + (8 if mark == b"PK\x01\x02" else 6)
        data[at] |= 1
    assert refusal("a.docx", bytes(data)) == "encrypted"


@pytest.mark.parametrize(
    ("name", "streams", "code"),
    [
        ("a.doc", {"WordDocument": b"x", "Macros": b"x"}, "macros"),
        ("a.xls", {"Workbook": files.workbook(0), "_VBA_PROJECT_CUR": b"x"}, "macros"),
        ("a.xls", {"Workbook": files.workbook(1)}, "macros"),
        ("a.doc", {"WordDocument": b"x", "\x01Ole10Native": b"x"}, "active_content"),
        ("a.doc", {"PowerPoint Document": b"x"}, "mismatch"),
        ("a.doc", {"Workbook": files.workbook(0)}, "mismatch"),
    ],
)
def test_old_documents_are_looked_into(name, streams, code):
    assert refusal(name, files.compound(streams)) == code


@given(st.data())
def test_no_damage_to_an_old_document_does_more_than_refuse_it(data):
    broken = bytearray(files.GOOD["a.xls"])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(8, 1600))
        broken[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(broken)))
    for sample in (bytes(broken), bytes(broken[:cut])):
        with suppress(UploadRefused):
            check("a.xls", io.BytesIO(sample))


@given(st.sampled_from(sorted(files.GOOD)), st.binary(min_size=1, max_size=300))
def test_no_bytes_do_more_than_be_refused(name, data):
    whole = files.GOOD[name]
    for sample in (data, whole[: len(data)] + data, whole[: len(whole) // 2] + data):
        with suppress(UploadRefused):
            check(name, io.BytesIO(sample))


def test_a_picture_loses_what_it_says_about_its_maker():
    photo = files.photo_with_position()
    assert b"SecretCamera" in photo
    assert b"SecretComment" in photo
    checked, file = prepare("家门口.jpg", io.BytesIO(photo))
    kept = file.read()
    assert b"Secret" not in kept
    assert checked.size == len(kept)
    assert checked.sha256 == hashlib.sha256(kept).hexdigest()
    image = Image.open(io.BytesIO(kept))
    assert not image.getexif()
    assert image.size == (30, 40)  # upright, as the camera meant it


@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.jpg"])
def test_a_picture_still_shows_the_same(name):
    _, file = prepare(name, io.BytesIO(files.GOOD[name]))
    image = Image.open(file).convert("RGB")
    assert image.size == (40, 30)
    red, green, blue = (band.crop((30, 20, 31, 21)).tobytes()[0] for band in image.split())
    assert red > 180 > 60 > max(green, blue)


def test_other_files_are_kept_as_they_are():
    checked, file = prepare("a.pdf", io.BytesIO(files.PDF))
    assert file.read() == files.PDF
    assert checked.size == len(files.PDF)


def test_a_picture_with_too_many_pixels_is_refused_unread():
    assert refusal("a.png", files.huge_png()) == "image_too_large"


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif"])
def test_a_torn_picture_is_refused(name):
    data = files.GOOD[name]
    assert refusal(name, data[: len(data) // 2]) == "damaged"


@pytest.mark.parametrize(
    "data", [b"a\x00b", b"\xff\xfe\x00", "a\x1b[31m".encode("utf-16"), b"\x01\x02", b"\xff" * 9]
)
def test_bytes_that_are_no_text_are_refused(data):
    assert refusal("a.txt", data) == "mismatch"


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("现场照片.jpg", "现场照片.jpg"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\张三\\a.txt", "a.txt"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ('a<b>"c|?*.txt', "a_b__c___.txt"),
        ("  .hidden.pdf ", "hidden.pdf"),
        (".pdf", "pdf"),
        ("", "file"),
        ("...", "file"),
        ("\u200b.txt", "txt"),
        ("长" * 300 + ".docx", "长" * 95 + ".docx"),
        ("x" * 300, "x" * 100),
    ],
)
def test_names_are_cleaned(name, clean):
    assert clean_name(name) == clean


@given(st.text(max_size=150))
def test_a_clean_name_is_safe_and_stays(name):
    clean = clean_name(name)
    assert clean
    assert len(clean) <= 100
    assert not set(clean) & set('/\\<>:"|?*\x00\n\r\u202e\u2066')
    assert clean_name(clean) == clean


def test_every_refusal_has_a_sentence():
    from foundation.upload_messages import MESSAGES, refusal_message

    for code in MESSAGES:
        assert "%(" not in refusal_message(UploadRefused(code, name="a.pdf", megabytes=10))
    with pytest.raises(UploadRefused) as refused:
        check("a.exe", io.BytesIO(b"x"))
    assert "docx" in refusal_message(refused.value)
