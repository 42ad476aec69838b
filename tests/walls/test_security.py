"""What every answer carries, and what no answer, address or log ever does."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from tests.walls.crawl import Seen
from tests.walls.sending import a_matter
from tests.walls.world import NOW, PASSWORD, STAFF, World, secret

pytestmark = pytest.mark.xdist_group("walls-pages")

VISITORS = ("", "citizen", *STAFF)
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
PUBLIC_CACHE = "public, max-age="


def policy_of(page: Seen) -> dict[str, str]:
    parts = [part.split(maxsplit=1) for part in page.headers["Content-Security-Policy"].split(";")]
    return {part[0]: " ".join(part[1:]) for part in parts if part}


def is_file(url: str) -> bool:
    return "/files/" in url


def is_static(url: str) -> bool:
    return url.startswith("/static/")


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_answer_is_guarded(world: World, visitor: str) -> None:
    for url, page in world.pages(visitor).items():
        if is_static(url):
            continue
        policy = policy_of(page)
        assert "unsafe" not in page.headers["Content-Security-Policy"], url
        if not is_file(url):
            assert {name: policy.get(name) for name in POLICY} == POLICY, url
        assert page.headers["X-Content-Type-Options"] == "nosniff", url
        assert page.headers["X-Frame-Options"] == "DENY", url
        assert page.headers["Referrer-Policy"] == "same-origin", url
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin", url


INLINE = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>\s*\S|<style|\sstyle=|\son[a-z]+\s*=\s*[\"']")


@pytest.mark.parametrize("visitor", VISITORS)
def test_no_page_of_ours_needs_inline_code(world: World, visitor: str) -> None:
    for url, page in world.pages(visitor).items():
        if page.headers.get("Content-Type", "").startswith("text/html") and "/admin/" not in url:
            assert not INLINE.search(page.text), url
            assert "http://" not in re.sub(r"http://(www\.w3\.org|localhost)", "", page.text), url


SAME_FOR_ALL = (
    "/answers/feed.atom",
    "/transparency/check_proof.py",
    "/transparency/seals.",
    "/open-data/2026/",
)
"""What is made for everybody, and so for caches too."""


@pytest.mark.parametrize("visitor", ["citizen", *STAFF])
def test_personal_pages_are_kept_by_no_cache(world: World, visitor: str) -> None:
    for url, page in world.pages(visitor).items():
        kept = page.headers.get("Cache-Control", "")
        if not is_static(url) and not kept.startswith(PUBLIC_CACHE):
            assert "no-store" in kept or url.startswith("/admin/jsi18n"), (url, kept)
        if kept.startswith(PUBLIC_CACHE):
            assert url.startswith(SAME_FOR_ALL), url
            assert "Set-Cookie" not in page.headers


def test_answers_to_a_token_are_kept_by_no_cache(world: World) -> None:
    for path in ("/api/v1/desk/queues/", f"/api/v1/desk/cases/{world.number('in_progress')}/"):
        headers = {"Authorization": f"Bearer {world.tokens['handler']}"}
        assert "no-store" in Client(headers=headers).get(path)["Cache-Control"]
    code = {"X-Query-Code": world.code("in_progress")}
    path = f"/api/v1/inquiries/{world.number('in_progress')}/"
    assert "no-store" in Client(headers=code).get(path).headers.get("Cache-Control", "")


@pytest.mark.parametrize("visitor", ["citizen", "handler", "supervisor"])
def test_files_are_given_out_as_downloads_that_cannot_run(world: World, visitor: str) -> None:
    found = [page for url, page in world.pages(visitor).items() if is_file(url)]
    assert found
    for page in found:
        assert page.headers["Content-Disposition"].startswith("attachment"), page.url
        assert "sandbox" in policy_of(page), page.url
        assert policy_of(page)["default-src"] == "'none'"
        assert "no-store" in page.headers["Cache-Control"]


def test_files_of_the_api_too(world: World) -> None:
    file = world.file("in_progress", "citizen")
    number = world.number("in_progress")
    for path, headers in (
        (
            f"/api/v1/inquiries/{number}/files/{file.pk}/",
            {"X-Query-Code": world.code("in_progress")},
        ),
        (
            f"/api/v1/desk/cases/{number}/files/{file.pk}/",
            {"Authorization": f"Bearer {world.tokens['handler']}"},
        ),
    ):
        answer = Client(headers=headers).get(path)
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/media/", "/var/", "/attachments/"])
def test_files_have_no_address_of_their_own(world: World, path: str) -> None:
    name = str(world.file("in_progress", "citizen").file.name)
    for client in (Client(), world.client("supervisor")):
        assert client.get(path + name).status_code == 404


# -- Cookies ---------------------------------------------------------------------------------


def test_cookies_are_for_us_alone(world: World) -> None:
    client = Client()
    client.post("/submit/", a_matter())
    client.get("/submit/")
    client.post("/text-size/", {"size": "large", "next": "/"})
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert set(client.cookies) == {"sessionid", "csrftoken", "text_size", "django_language"}
    for name, cookie in client.cookies.items():
        assert cookie["samesite"] == "Lax", name
        assert not cookie["domain"], name
        if name != "django_language":
            assert cookie["httponly"], name


def test_reading_public_pages_leaves_no_session(world: World) -> None:
    client = Client()
    for path in ("/", "/answers/", f"/answers/{world.number('published')}/", "/help/", "/follow/"):
        client.get(path)
    assert "sessionid" not in client.cookies


SAID_BY_SETTINGS = (
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "LANGUAGE_COOKIE_SECURE",
    "SECURE_SSL_REDIRECT",
    "SECURE_HSTS_SECONDS",
    "SESSION_COOKIE_HTTPONLY",
    "CSRF_COOKIE_HTTPONLY",
    "SESSION_COOKIE_AGE",
    "DEBUG",
    "PASSWORD_HASHERS",
    "AUTHENTICATION_BACKENDS",
    "AXES_FAILURE_LIMIT",
    "USE_X_FORWARDED_HOST",
)


@pytest.fixture(scope="module")
def real_settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The product's own settings, as a server behind HTTPS reads them."""
    asked = "from django.conf import settings as s\nprint({n: getattr(s, n) for n in %r})"
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HTTPS": "1",
        "SECRET_KEY": "x" * 60,
        "VAR_DIR": str(tmp_path_factory.mktemp("var")),
    }
    done = subprocess.run(
        [sys.executable, "-c", asked % (SAID_BY_SETTINGS,)],
        env=environment,
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = ast.literal_eval(done.stdout)
    return found


def test_under_https_cookies_never_travel_in_clear(real_settings: dict[str, Any]) -> None:
    for name in ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"):
        assert real_settings[f"{name}_SECURE"] is True
    assert real_settings["SECURE_SSL_REDIRECT"] is True
    assert real_settings["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert real_settings["SESSION_COOKIE_HTTPONLY"] is True
    assert real_settings["DEBUG"] is False
    assert real_settings["USE_X_FORWARDED_HOST"] is False


def test_passwords_are_hashed_with_argon2(real_settings: dict[str, Any]) -> None:
    from django.contrib.auth.hashers import make_password

    first = real_settings["PASSWORD_HASHERS"][0]
    assert first.endswith("Argon2PasswordHasher")
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=real_settings["PASSWORD_HASHERS"]):
        assert make_password("a-demo-password-1").startswith("argon2$argon2id$")


def test_axes_stands_in_front_of_every_sign_in(real_settings: dict[str, Any]) -> None:
    assert real_settings["AUTHENTICATION_BACKENDS"][0] == "axes.backends.AxesStandaloneBackend"
    assert real_settings["AXES_FAILURE_LIMIT"] <= 5


# -- Signing in ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/"])
def test_guessing_passwords_is_stopped(world: World, path: str) -> None:
    name = world.user("superuser").username
    client = Client()
    for turn in range(settings.AXES_FAILURE_LIMIT):
        claimed = {"X-Forwarded-For": f"10.0.0.{turn}"}
        sent = {"username": name, "password": f"wrong {turn}"}
        answer = Client(headers=claimed).post(path, sent)
    assert answer.status_code == 429
    right = {"username": name, "password": PASSWORD}
    assert client.post(path, right).status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.9").post(path, right).status_code == 302


def test_a_wrong_name_and_a_wrong_password_look_the_same(world: World) -> None:
    def page(name: str) -> str:
        answer = Client().post("/accounts/login/", {"username": name, "password": "wrong"})
        text = answer.content.decode().replace(name, "N")
        return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text)

    assert page(world.user("handler").username) == page("nobodyofthisname")


def test_who_has_left_cannot_go_on(world: World) -> None:
    user = world.user("handler")
    client, headers = (
        world.client("handler"),
        {"Authorization": f"Bearer {world.tokens['handler']}"},
    )
    assert client.get("/desk/").status_code == 200
    assert Client(headers=headers).get("/api/v1/desk/queues/").status_code == 200
    user.__class__.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/desk/").status_code == 302
    assert Client(headers=headers).get("/api/v1/desk/queues/").status_code == 401


def test_a_role_taken_away_is_gone_at_once(world: World) -> None:
    client = world.client("intake")
    assert client.get("/desk/new/").status_code == 200
    world.user("intake").grants.all().delete()
    assert client.get("/desk/new/").status_code == 403
    assert client.get(f"/desk/case/{world.number('submitted')}/").status_code == 404


def test_signing_in_changes_the_session(world: World) -> None:
    """A session id planted beforehand opens nothing afterwards."""
    client = Client()
    client.post("/follow/", {"number": world.number("replied"), "code": world.code("replied")})
    planted = client.cookies["sessionid"].value
    sent = {"username": world.user("handler").username, "password": PASSWORD}
    assert client.post("/accounts/login/", sent).status_code == 302
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/desk/").status_code == 302


def test_opening_a_case_changes_the_session(world: World) -> None:
    client = Client()
    client.post("/follow/", {"number": world.number("replied"), "code": world.code("replied")})
    planted = client.cookies["sessionid"].value
    client.post("/follow/", {"number": world.number("private"), "code": world.code("private")})
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(f"/follow/{world.number('private')}/").status_code == 302


@pytest.mark.parametrize(
    ("visitor", "path"), [("handler", "/desk/"), ("citizen", "/follow/{number}/")]
)
def test_an_idle_session_ends(world: World, visitor: str, path: str) -> None:
    client, url = world.client(visitor), path.format(number=world.number("submitted"))
    assert client.get(url).status_code == 200
    with time_machine.travel(NOW.timestamp() + settings.SESSION_COOKIE_AGE + 60, tick=False):
        assert client.get(url).status_code == 302


def test_signing_out_ends_the_session_itself(world: World) -> None:
    client = world.client("handler")
    stolen = client.cookies["sessionid"].value
    assert client.get("/accounts/logout/").status_code == 405
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get("/desk/").status_code == 302


def test_a_shared_computer_is_left_empty(world: World) -> None:
    client = world.client("citizen")
    client.post("/follow/leave/")
    for name in ("submitted", "replied"):
        assert client.get(f"/follow/{world.number(name)}/").status_code == 302
        assert client.get(f"/submit/receipt/{world.number(name)}/").status_code == 302


# -- Secrets in addresses --------------------------------------------------------------------


def test_no_secret_stands_in_an_address(world: World) -> None:
    secrets = {world.code(name) for name in world.cases} | set(world.tokens.values())
    secrets |= {code.replace("-", "") for code in secrets}
    client = Client()
    answers = [
        client.post("/submit/", a_matter()),
        client.post("/follow/", {"number": world.number("replied"), "code": world.code("replied")}),
        client.post("/follow/", {"number": world.number("replied"), "code": "wrong"}),
    ]
    addresses = [answer.headers.get("Location", "") for answer in answers]
    for visitor in ("", "citizen", "intake", "handler"):
        for url, page in world.pages(visitor).items():
            addresses += [url, *page.links]
    for address in addresses:
        assert not [word for word in secrets if word in address]


def test_names_and_telephones_stand_in_no_address(world: World) -> None:
    for visitor in ("citizen", "intake", "supervisor"):
        for url in world.pages(visitor):
            assert secret("name") not in url
            assert not re.search(r"1[3-9]\d{9}", url)


def test_codes_and_tokens_in_a_query_open_nothing(world: World) -> None:
    """They are read from bodies and headers alone, so nobody gets used to writing them there."""
    number = world.number("replied")
    code = world.code("replied")
    assert Client().get(f"/follow/?number={number}&code={code}").status_code == 200
    assert Client().get(f"/follow/{number}/?code={code}").status_code == 302
    assert Client().get(f"/api/v1/inquiries/{number}/?code={code}").status_code == 400
    token = world.tokens["handler"]
    assert Client().get(f"/api/v1/desk/queues/?token={token}").status_code == 401
