"""Files that are not what they say, too many or too large, and strangely named."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from inquiries.models import Attachment
from tests.foundation import files
from tests.walls.sending import SENT, WORDS, a_matter, state_of_things
from tests.walls.world import World

pytestmark = pytest.mark.xdist_group("walls-forms")

BAD_FILES = {
    "bomb.docx": files.archive(files.WORD | {"word/media/x": b"\0" * 30_000_000}),
    "renamed.pdf": files.EXE,
    "program.exe": files.EXE,
    "picture.jpg": files.SVG,
    "page.jpg": files.HTML,
    "page.png": files.HTML,
    "page.txt": files.HTML,
    "drawing.svg": files.SVG,
    "empty.pdf": b"",
    "endless.png": files.huge_png(),
    "\u202egpj.exe": files.EXE,
    "..%2f..%2fpasswd": b"root:x:0:0",
    "large.pdf": files.PDF.replace(b"%%EOF", b"") + b"x" * (10 * 1024 * 1024) + b"%%EOF",
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("form", ["submit", "entry"])
def test_a_bad_file_is_told_by_its_field(world: World, form: str, name: str) -> None:
    visitor, place, fields = SENT[form]
    before = state_of_things()
    sent = fields() | {"text": WORDS, "attachments": SimpleUploadedFile(name, BAD_FILES[name])}
    answer = world.client(visitor).post(place(world), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert WORDS in text
    assert 'id="id_attachments_error"' in text
    assert state_of_things() == before


def test_too_many_files_are_a_mistake_not_an_attack(world: World) -> None:
    many = [SimpleUploadedFile(f"{n}.txt", f"第{n}份".encode()) for n in range(25)]
    before = state_of_things()
    answer = Client().post("/submit/", a_matter(text=WORDS, attachments=many))
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert 'id="id_attachments_error"' in answer.content.decode()
    assert state_of_things() == before


STRANGE_NAMES = {
    "../../../etc/passwd.txt": "passwd.txt",
    "C:\\Windows\\a.txt": "a.txt",
    'a"; filename="b.exe.txt': None,
    "a%0d%0aSet-Cookie: x=y.txt": None,
    "<img src=x onerror=alert(1)>.txt": None,
    "．．／secret.txt": None,
    "长" * 300 + ".txt": None,
}


@pytest.mark.parametrize("name", STRANGE_NAMES)
def test_strange_file_names_are_harmless(world: World, name: str) -> None:
    upload = SimpleUploadedFile("a.txt", "内容".encode())
    upload._name = name  # type: ignore[attr-defined]  # past the client's own tidying
    client = Client()
    sent = client.post("/submit/", a_matter(attachments=upload))
    assert sent.status_code == 302
    kept = Attachment.objects.latest("pk")
    assert not re.search(r'[/\\<>"\r\n]', kept.name)
    assert len(kept.name) <= 100
    assert STRANGE_NAMES[name] in (None, kept.name)
    assert re.fullmatch(r"attachments/2026/03/[0-9a-f]{32}", str(kept.file.name))
    page = client.get(f"/follow/{kept.inquiry.number}/").content.decode()
    assert "<img src=x" not in page
    given = client.get(f"/follow/{kept.inquiry.number}/files/{kept.pk}/")
    assert given["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in given["Content-Disposition"]
    assert "Set-Cookie" not in given.headers


def test_a_file_of_another_case_is_not_given_out(world: World) -> None:
    client = world.client("citizen")
    file = world.file("submitted", "citizen")
    assert client.get(f"/follow/{world.number('closed')}/files/{file.pk}/").status_code == 404
    assert client.get(f"/follow/{world.number('closed')}/files/{10**30}/").status_code == 404
    staff = world.client("supervisor")
    assert staff.get(f"/desk/case/{world.number('closed')}/files/{10**30}/").status_code == 404
