"""A charset named in a request does no harm."""

from __future__ import annotations

import bz2

import pytest
from werkzeug.test import Client

from foundation.charset import Utf8Only
from tests.wsgi import application

CHARSETS = ["hex", "idna", "bz2", "rot13", "utf-16", "utf-7", "nonsense", "", "utf-8'"]
HEADERS = [f"text/plain; charset={charset}" for charset in CHARSETS] + [
    "text/plain; charset*=nonsense''x",
    "text/plain; charset*=utf-8''%68%65%78",
    "text/plain; charset*0*=hex; charset*1=y",
    ";" * 500,
    "text/plain; =; ;x",
]


@pytest.mark.parametrize("content_type", HEADERS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_charset_breaks_a_request(content_type: str, method: str) -> None:
    with application() as wsgi:
        response = Client(wsgi).open(
            "/text-size/?next=%2F&x=%E7%8E%AF",
            method=method,
            data=b"size=large&x=" + bz2.compress(b"a=b&" * 10_000),
            content_type=content_type,
        )
    assert response.status_code in (302, 403, 405)


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8", '; charset="utf8"'])
def test_a_body_in_utf_8_keeps_its_kind(charset: str) -> None:
    def show(environ, start_response):
        return [environ["CONTENT_TYPE"].encode()]

    given = f"application/x-www-form-urlencoded{charset}"
    assert Utf8Only(show)({"CONTENT_TYPE": given}, None) == [given.encode()]
