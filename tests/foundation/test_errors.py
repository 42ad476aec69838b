"""Every error has a page in the reader's language, and a problem document under /api/."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.http import require_POST

from foundation import errors
from foundation.errors import ErrorPagesMiddleware, TooManyRequests
from foundation.keyset import CursorError


def raising(error: Exception):
    def view(request):
        raise error

    return view


@require_POST
def only_post(request):
    return HttpResponse("done")


ERRORS = {
    "suspicious": (SuspiciousOperation("secret reason"), 400),
    "cursor": (CursorError("secret reason"), 400),
    "big": (RequestDataTooBig("secret reason"), 413),
    "denied": (PermissionDenied(), 403),
    "missing": (Http404("secret reason"), 404),
    "often": (TooManyRequests(90), 429),
    "broken": (RuntimeError("secret reason"), 500),
}

urlpatterns = [
    path(f"{prefix}{name}/", raising(error))
    for prefix in ("", "api/v1/")
    for name, (error, _status) in ERRORS.items()
] + [path("post/", only_post), path("api/v1/post/", only_post)]
handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error

here = override_settings(ROOT_URLCONF=__name__)


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@here
@pytest.mark.django_db
@pytest.mark.parametrize("name", ERRORS)
def test_each_error_has_its_page(visitor, name):
    response = visitor.get(f"/{name}/")
    assert response.status_code == ERRORS[name][1]
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "</html>" in response.content.decode()
    assert "secret reason" not in response.content.decode()


@here
@pytest.mark.parametrize("name", ERRORS)
def test_under_api_each_error_is_a_problem_document(visitor, name):
    response = visitor.get(f"/api/v1/{name}/")
    assert response.status_code == ERRORS[name][1]
    assert response["Content-Type"] == "application/problem+json"
    problem = json.loads(response.content)
    assert problem["status"] == response.status_code
    assert problem["request_id"] == response["X-Request-ID"]
    assert problem["detail"]
    assert "secret reason" not in response.content.decode()


@here
@pytest.mark.django_db
def test_who_tried_too_often_is_told_how_long_to_wait(visitor):
    assert visitor.get("/often/")["Retry-After"] == "90"
    assert visitor.get("/api/v1/often/")["Retry-After"] == "90"


@here
@pytest.mark.django_db
def test_an_address_for_forms_has_a_page_when_it_is_opened(visitor):
    response = visitor.get("/post/")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "</html>" in response.content.decode()
    assert visitor.get("/api/v1/post/")["Content-Type"] == "application/problem+json"


def test_an_answer_of_405_with_content_is_left_alone():
    def view(request):
        return HttpResponseNotAllowed(["GET"], b'{"detail": "own"}')

    response = ErrorPagesMiddleware(view)(RequestFactory().get("/"))
    assert response.content == b'{"detail": "own"}'


@here
@pytest.mark.django_db
def test_a_reason_given_for_refusing_is_shown():
    request = RequestFactory().get("/")
    response = errors.permission_denied(request, PermissionDenied("Only the drafter may do this."))
    assert "Only the drafter may do this." in response.content.decode()


@pytest.mark.django_db
def test_an_expired_form_is_explained():
    response = errors.csrf_failure(RequestFactory().get("/"), "CSRF cookie not set.")
    assert response.status_code == 403
    assert "CSRF cookie" not in response.content.decode()


def test_the_page_for_500_needs_no_database():
    # Without the mark django_db every query fails.
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "</html>" in response.content.decode()


@pytest.mark.parametrize("handler", [errors.bad_request, errors.server_error, errors.not_found])
def test_an_error_page_that_fails_still_says_what_it_is_about(handler, monkeypatch, caplog):
    def broken(*args: object) -> str:
        raise RuntimeError

    monkeypatch.setattr("foundation.errors.loader.render_to_string", broken)
    response = handler(RequestFactory().get("/"))
    assert response["Content-Type"].startswith("text/plain")
    assert response.content
    assert "could not be made" in caplog.text
