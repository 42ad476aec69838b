"""Requests nobody should send: forged, misaddressed, in other methods, charsets and host names."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from inquiries.codes import follow_token
from inquiries.limits import SUBMISSIONS, WRONG_CODES
from inquiries.models import Inquiry
from tests.walls.sending import FORM, WORDS, a_matter, encoded, state_of_things
from tests.walls.tables import all_pages
from tests.walls.world import PASSWORD, World, secret

pytestmark = pytest.mark.xdist_group("walls-forms")


def test_forms_from_elsewhere_change_nothing(world: World) -> None:
    """Without our token every POST is answered with the page for an expired form."""
    before = state_of_things()
    for visitor in ("", "citizen", "supervisor", "intake"):
        client = Client(enforce_csrf_checks=True)
        client.cookies.update(world.client(visitor).cookies)
        for name, url in all_pages(world):
            answer: Any = client.post(url, a_matter())
            assert answer.status_code == 403, name
    assert state_of_things() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_not_taken(world: World, method: str) -> None:
    staff, stranger = world.client("supervisor"), Client()
    wrong = []
    for name, url in all_pages(world):
        # Who has signed in is led on from the sign-in page, however it is asked for.
        client = stranger if name == "accounts:login" else staff
        answer = client.generic(method, url)
        if answer.status_code != 405:
            wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=hex",
        "application/x-www-form-urlencoded; charset=gbk",
        "application/x-www-form-urlencoded; charset=idna",
        "nonsense",
    ],
)
@pytest.mark.parametrize("path", ["/submit/", "/follow/", "/accounts/login/"])
def test_other_media_types_and_charsets(world: World, path: str, content_type: str) -> None:
    before = state_of_things()
    body = encoded(a_matter(number="1", code="2", username="x", password="y"))
    answer = Client().generic("POST", path, body.encode(), content_type=content_type)
    # The page with all fields wanting, or that the request cannot be read.
    assert answer.status_code in {200, 400, 422}
    assert state_of_things() == before


@pytest.mark.parametrize("charset", ["hex", "idna", "utf-7", "rot13", "nonsense", "gbk"])
@pytest.mark.parametrize("path", ["/answers/?q=%E7%8E%AF", "/follow/?number=%E7", "/"])
def test_no_charset_upsets_a_page(world: World, path: str, charset: str) -> None:
    answer = Client().generic("GET", path, content_type=f"text/plain; charset={charset}")
    assert answer.status_code in {200, 400}


def test_a_form_of_ten_megabytes_is_too_large(world: World) -> None:
    answer = Client().post("/submit/", a_matter(text="长" * 3_500_000))
    assert answer.status_code == 413
    fields = "&".join(f"f{n}=x" for n in range(3000))
    assert Client().generic("POST", "/submit/", fields, content_type=FORM).status_code == 400
    answer = Client().generic("POST", "/submit/", b"x", headers={"Content-Length": str(10**13)})
    assert answer.status_code == 413


ELSEWHERE = [
    "http://evil.example/",
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "\\\\evil.example/",
    "/\\evil.example/",
    "javascript:alert(1)",
    "http:evil.example",
    "http:///evil.example",
    " //evil.example",
    "\x08//evil.example",
    "//evil.example\x00",
    "https://localhost@evil.example/",
    "/\r\nLocation: http://evil.example/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_elsewhere(world: World, target: str) -> None:
    user = world.user("handler")
    sign_in = {"username": user.username, "password": PASSWORD, "next": target}
    signed_in = world.client("supervisor")
    answers = [
        Client().post("/text-size/", {"size": "large", "next": target}),
        Client().post("/i18n/setlang/", {"language": "en", "next": target}),
        Client().post("/accounts/login/", sign_in),
        Client().post(f"/accounts/login/?next={quote(target)}", sign_in | {"next": ""}),
        signed_in.get(f"/accounts/login/?next={quote(target)}"),
        signed_in.post("/desk/urge/", {"next": target}),
        Client().post("/i18n/setlang/", {"language": "en"}, headers={"Referer": target.strip()}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/")
        assert not answer["Location"].startswith(("//", "/\\"))
        assert "evil" not in answer["Location"] or "%0D%0A" in answer["Location"]
        assert "\r" not in answer["Location"]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:80@evil", ""]
)
def test_other_host_names_are_refused(world: World, host: str) -> None:
    for path in ("/", "/answers/feed.atom", "/accounts/login/", "/api/v1/topics/"):
        answer = Client(headers={"host": host} if host else {}, SERVER_NAME=host or "evil").get(
            path
        )
        assert answer.status_code == 400
        assert "evil" not in answer.content.decode()


def test_a_forwarded_host_is_not_believed(world: World) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    client = Client(headers=headers)
    for path in ("/", "/answers/feed.atom", "/follow/"):
        assert "evil.example" not in client.get(path).content.decode()


# -- Limits cannot be talked away ------------------------------------------------------------


def test_guessing_codes_is_throttled_whatever_address_is_claimed(world: World) -> None:
    number = world.number("in_progress")
    for turn in range(WRONG_CODES.count + 1):
        claimed = {"X-Forwarded-For": f"10.0.0.{turn}", "X-Real-IP": f"10.1.0.{turn}"}
        answer = Client(headers=claimed).post("/follow/", {"number": number, "code": "AAAABBBB"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    # Nor does the right code help, or the other door, until the time is over.
    right = {"number": number, "code": world.code("in_progress")}
    assert Client().post("/follow/", right).status_code == 429
    code = {"X-Query-Code": world.code("in_progress")}
    assert Client(headers=code).get(f"/api/v1/inquiries/{number}/").status_code == 429
    # Somebody at another address is not locked out by it.
    assert Client(REMOTE_ADDR="192.0.2.7").post("/follow/", right).status_code == 302


def test_many_matters_from_one_sender_have_to_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = type(SUBMISSIONS)(SUBMISSIONS.name, 2, SUBMISSIONS.seconds)
    monkeypatch.setattr("inquiries.views.portal.submission.SUBMISSIONS", few)
    for turn in range(3):
        sent = a_matter(phone=f"1351111000{turn}", text=WORDS)
        answer = Client(headers={"X-Forwarded-For": f"10.0.0.{turn}"}).post("/submit/", sent)
    assert answer.status_code == 429
    assert WORDS in answer.content.decode()
    assert Inquiry.objects.filter(text=WORDS).count() == 2


def test_links_of_letters_cannot_be_made_up(world: World) -> None:
    token = follow_token(world.number("submitted"))
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), token.split(":")[0], "x:y:z"):
        for answer in (Client().get(f"/my/{forged}/"), Client().post(f"/my/{forged}/")):
            assert answer.status_code == 410
            assert secret("title") not in answer.content.decode()
