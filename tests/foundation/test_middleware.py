"""What every response carries: protection, a request id, the reader's language."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils.translation import get_language

from foundation import request_id
from foundation.context import site
from foundation.headers import HEADERS, SecurityHeadersMiddleware
from foundation.language import LanguageMiddleware
from foundation.preferences import set_text_size, text_size
from foundation.request_id import RequestIdMiddleware


def respond(request):
    return HttpResponse("x")


# -- headers --------------------------------------------------------------------------------


def test_nothing_inline_or_foreign_may_run_and_nobody_may_frame():
    response = SecurityHeadersMiddleware(respond)(RequestFactory().get("/"))
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in response["Permissions-Policy"]
    assert "Cache-Control" not in response


def test_a_view_keeps_the_headers_it_has_set():
    def view(request):
        headers = {"Content-Security-Policy": "sandbox", "Cache-Control": "max-age=60"}
        request.session = SimpleNamespace(accessed=True, is_empty=lambda: False)
        return HttpResponse("x", headers=headers)

    response = SecurityHeadersMiddleware(view)(RequestFactory().get("/"))
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize(
    ("stored", "looked_at", "kept_out_of_caches"),
    [({"_auth_user_id": "1"}, True, True), ({"a": 1}, False, False), ({}, True, False)],
)
def test_pages_made_from_a_session_are_stored_nowhere(stored, looked_at, kept_out_of_caches):
    def view(request):
        request.session = SessionStore()
        request.session.update(stored)
        request.session.accessed = looked_at
        return HttpResponse("x")

    response = SecurityHeadersMiddleware(view)(RequestFactory().get("/"))
    assert ("no-store" in response.get("Cache-Control", "")) is kept_out_of_caches


def test_answers_to_a_token_are_stored_nowhere():
    request = RequestFactory().get("/", HTTP_AUTHORIZATION="Token x")
    assert "no-store" in SecurityHeadersMiddleware(respond)(request)["Cache-Control"]


urlpatterns = [path("admin/", admin.site.urls)]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_the_admins_pages_carry_the_policy_too(client):
    response = client.get("/admin/login/")
    assert response.status_code in {200, 302}
    assert response["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    assert b"<script>" not in response.content
    assert b"onclick" not in response.content


# -- request id -----------------------------------------------------------------------------


def test_each_request_has_an_id_of_its_own_while_it_lasts():
    seen = []

    def view(request):
        seen.append(request_id.current())
        return HttpResponse("x")

    responses = [RequestIdMiddleware(view)(RequestFactory().get("/")) for _ in range(2)]
    assert [response["X-Request-ID"] for response in responses] == seen
    assert len(set(seen)) == 2
    assert request_id.current() == ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [("proxy-id_1.2", True), ("short", False), ("a" * 65, False), ('x"\n{"level"', False)],
)
def test_the_proxys_id_is_kept_unless_it_could_do_harm(given, kept):
    response = RequestIdMiddleware(respond)(RequestFactory().get("/", HTTP_X_REQUEST_ID=given))
    assert (response["X-Request-ID"] == given) is kept


def test_the_id_is_gone_after_an_error():
    def view(request):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        RequestIdMiddleware(view)(RequestFactory().get("/"))
    assert request_id.current() == ""


# -- language and text size -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, "en-US,en;q=0.9", "zh-hans"),
        (None, None, "zh-hans"),
        ("en", "zh-CN", "en"),
        ("zh-hans", "en", "zh-hans"),
        ("fr", "fr", "zh-hans"),
        ("../../etc", None, "zh-hans"),
        ("", None, "zh-hans"),
    ],
)
def test_chinese_comes_first_unless_the_reader_chose(cookie, accepted, language):
    seen = []

    def view(request):
        seen.append((get_language(), request.LANGUAGE_CODE))
        return HttpResponse("x")

    request = RequestFactory().get("/")
    if accepted:
        request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    if cookie is not None:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    response = LanguageMiddleware(view)(request)
    assert seen == [(language, language)]
    assert response["Content-Language"] == language
    assert "Cookie" in response["Vary"]


@pytest.mark.parametrize(
    ("language", "setting"), [("zh-hans", "SITE_NAME"), ("en", "SITE_NAME_EN")]
)
def test_the_bureau_is_named_in_the_readers_language(language, setting):
    request = RequestFactory().get("/answers/?page=2")
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
    seen = []

    def view(request):
        seen.append(site(request))
        return HttpResponse("x")

    LanguageMiddleware(view)(request)
    assert seen == [
        {
            "site_name": getattr(settings, setting),
            "text_size": "normal",
            "return_to": "/answers/?page=2",
        }
    ]


def test_large_text_is_remembered_until_it_is_undone():
    request = RequestFactory().post("/text-size/", {"size": "large", "next": "/answers/"})
    response = set_text_size(request)
    assert response.status_code == 302
    assert response["Location"] == "/answers/"
    assert response.cookies["text_size"].value == "large"
    reader = RequestFactory().get("/")
    reader.COOKIES["text_size"] = "large"
    assert text_size(reader) == "large"
    undone = set_text_size(RequestFactory().post("/text-size/", {"size": "normal"}))
    assert undone.cookies["text_size"].value == ""
    assert undone["Location"] == "/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", ""]
)
def test_the_switch_leads_nowhere_else(target):
    request = RequestFactory().post("/text-size/", {"size": "large", "next": target})
    assert set_text_size(request)["Location"] == "/"


def test_the_text_size_is_not_changed_by_opening_an_address():
    assert set_text_size(RequestFactory().get("/text-size/?size=large")).status_code == 405
