"""Bodies nobody should send: each is a precise 4xx, never a 500, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from werkzeug.test import Client as WsgiClient

from inquiries.models import Inquiry
from tests.api.conftest import SUBMISSION, Caller, faults, problem
from tests.foundation import files
from tests.wsgi import application

GOOD = json.dumps(SUBMISSION)
BOUNDARY = "multipart/form-data; boundary=BoUnDaRyStRiNg"


@pytest.fixture(autouse=True)
def _nothing_comes_in(bureau: None) -> Any:
    yield
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe{\x00}\x00",
        "{}".encode("utf-16"),
        '{"title": "环境"}'.encode("gb18030"),
        b'{"title": "\xed\xa0\x80"}',
        b'{"rating": NaN}',
        b'{"rating": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xef\xbb\xbf{}",
    ],
    ids=range(12),
)
def test_what_is_no_json_in_utf_8_is_malformed(anybody: Caller, body: bytes) -> None:
    found = problem(anybody.send("/inquiries/", body), 400)
    assert found["code"] in ({"malformed"} if body else {"invalid"})


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "5", "true", "[{}]"])
def test_json_that_is_no_object_is_invalid(anybody: Caller, body: str) -> None:
    assert problem(anybody.send("/inquiries/", body), 400)["code"] == "invalid"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "application/json; charset=gb18030",
        "application/json; charset=hex",
        "application/json; charset=idna",
        "application/json; charset=nonsense",
        "multipart/form-data; boundary=x; charset=utf-7",
        "multipart/mixed; boundary=x",
        "nonsense",
    ],
)
def test_other_media_types_and_charsets_are_not_taken(anybody: Caller, content_type: str) -> None:
    with application() as wsgi:
        response = WsgiClient(wsgi).post(
            "/api/v1/inquiries/", data=GOOD.encode(), content_type=content_type
        )
    assert response.status_code == 415
    assert response.content_type == "application/problem+json"
    assert response.get_json()["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("title", "a\0b", "null_characters_not_allowed"),
        ("title", "\ud800咨询", "surrogate_characters_not_allowed"),
        ("text", "\udfff" * 20, "surrogate_characters_not_allowed"),
        ("name", "\0", "null_characters_not_allowed"),
        ("title", "x" * 101, "max_length"),
        ("title", "x", "min_length"),
        ("text", "x" * 5001, "max_length"),
        ("text", " \u3000\n ", "blank"),
        ("text", "", "blank"),
        ("text", None, "null"),
        ("text", ["x"], "invalid"),
        ("text", {"x": 1}, "invalid"),
        ("text", 123456, "invalid"),
        ("name", True, "invalid"),
        ("kind", "petition", "invalid_choice"),
        ("kind", ["complaint"], "invalid_choice"),
        ("phone", "12345", "phone"),
        ("phone", "1" * 99, "phone"),
        ("phone", 13800138000, "invalid"),
        ("email", "nobody", "invalid"),
        ("email", "a@" + "b" * 70 + ".cn", "invalid"),
        ("email", "a@b.cn\nbcc: x@y.cn", "invalid"),
        ("email", 5, "invalid"),
        ("topic", "nothing", "does_not_exist"),
        ("district", 5, "invalid"),
        ("consent", False, "not_given"),
        ("consent", "true", "invalid"),
        ("consent", None, "null"),
        ("wants_public", "yes", "invalid"),
        ("language", "fr", "invalid_choice"),
    ],
)
def test_a_faulty_field_is_named(anybody: Caller, field: str, value: Any, code: str) -> None:
    found = faults(anybody.post("/inquiries/", SUBMISSION | {field: value}))
    assert found[field] == code


def test_all_faults_are_told_at_once(anybody: Caller) -> None:
    required = {"kind", "title", "text", "name", "consent"}
    assert faults(anybody.post("/inquiries/", {})) == dict.fromkeys(required, "required")
    unreachable = {key: value for key, value in SUBMISSION.items() if key != "phone"}
    assert faults(anybody.post("/inquiries/", unreachable)) == {"phone": "contact"}


def test_bodies_beyond_the_limit_are_refused_before_they_are_read(anybody: Caller) -> None:
    huge = json.dumps(SUBMISSION | {"text": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    problem(anybody.send("/inquiries/", huge), 413)
    response = Client().post(
        "/api/v1/inquiries/",
        b"",
        content_type=BOUNDARY,
        headers={"Content-Length": str(10**12)},
    )
    problem(response, 413)


def test_a_form_too_large_in_its_fields_is_refused(anybody: Caller) -> None:
    form = SUBMISSION | {"text": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
    problem(anybody.upload("/inquiries/", form), 413)
    many = SUBMISSION | {f"field{n}": "x" for n in range(2000)}
    problem(anybody.upload("/inquiries/", many), 400)
    hundred = [SimpleUploadedFile(f"{n}.pdf", files.PDF) for n in range(100)]
    problem(anybody.upload("/inquiries/", SUBMISSION | {"files": hundred}), 400)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"--BoUnDaRyStRiNg\r\n",
        b'--BoUnDaRyStRiNg\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xff\xfe',
        (
            b"--BoUnDaRyStRiNg\r\n"
            b'Content-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--BoUnDaRyStRiNg--\r\n"
        ),
        b"--BoUnDaRyStRiNg\r\n" + b"X: y\r\n" * 5000 + b"\r\n\r\n--BoUnDaRyStRiNg--\r\n",
    ],
    ids=range(6),
)
def test_broken_forms_are_refused(anybody: Caller, body: bytes) -> None:
    problem(anybody.send("/inquiries/", body, BOUNDARY), 400)


def test_a_form_without_a_boundary_is_refused(anybody: Caller) -> None:
    problem(anybody.send("/inquiries/", b"x", "multipart/form-data"), 400)


BOMB = files.archive(files.WORD | {"word/media/x": b"\0" * 30_000_000})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bomb.docx", BOMB, "bomb"),
        ("letter.pdf", files.EXE, "mismatch"),
        ("letter.exe", files.EXE, "kind"),
        ("letter.txt", files.HTML, "active_content"),
        ("letter.pdf", b"", "empty"),
        ("\u202egpj.exe", files.EXE, "kind"),
        ("picture.png", files.huge_png(), "image_too_large"),
        ("letter.pdf", files.PDF + b"x" * settings.ATTACHMENT_MAX_BYTES, "too_large"),
    ],
    ids=range(8),
)
def test_files_are_judged_by_their_content(
    anybody: Caller, name: str, content: bytes, code: str
) -> None:
    good = SimpleUploadedFile("good.pdf", files.PDF)
    form = SUBMISSION | {"files": [good, SimpleUploadedFile(name, content)]}
    assert faults(anybody.upload("/inquiries/", form)) == {"files.1": code}


def test_too_many_and_too_much_are_told(anybody: Caller, settings: Any) -> None:
    six = [SimpleUploadedFile(f"{n}.pdf", files.PDF) for n in range(6)]
    assert faults(anybody.upload("/inquiries/", SUBMISSION | {"files": six})) == {
        "files": "max_length"
    }
    settings.ATTACHMENTS_MAX_BYTES = 2 * len(files.PDF)
    three = [SimpleUploadedFile(f"{n}.pdf", files.PDF) for n in range(3)]
    assert faults(anybody.upload("/inquiries/", SUBMISSION | {"files": three})) == {
        "files": "total"
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("put", "/inquiries/", 405),
        ("delete", "/answers/", 405),
        ("options", "/inquiries/", 405),
        ("trace", "/topics/", 405),
        ("get", "/inquiries/", 405),
        ("post", "/topics/", 405),
        ("get", "/nothing/", 404),
        ("post", "/desk/cases/20260302-000001-0/moves/close/", 404),
        ("post", "/desk/cases/20260302-000001-0/moves/lapse/", 404),
    ],
)
def test_other_methods_and_addresses_are_problems_too(method: str, path: str, status: int) -> None:
    response = Client().generic(method.upper(), f"/api/v1{path}")
    problem(response, status)
    if status == 405:
        assert "GET" in response["Allow"] or "POST" in response["Allow"]


def test_head_is_answered_like_get_without_a_body() -> None:
    response = Client().head("/api/v1/topics/")
    assert (response.status_code, response.content) == (200, b"")


def test_whatever_a_caller_accepts_it_gets_json() -> None:
    for accept in ("text/html", "application/xml;q=0.5", "nonsense", ""):
        response = Client().get("/api/v1/topics/", headers={"Accept": accept})
        assert response["Content-Type"] == "application/json"
