"""Logs are JSON, and hold no secrets."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import request_id
from foundation.logs import JsonFormatter, ScrubFilter, scrub
from foundation.numbers import CODE_ALPHABET

CODES = st.text(CODE_ALPHABET, min_size=8, max_size=8).map(lambda code: f"{code[:4]}-{code[4:]}")


def line(message: str, *args: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("app", logging.INFO, "x.py", 1, message, args, None)
    record.__dict__.update(extra)
    return json.loads(JsonFormatter().format(record))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("opened with K7PM-2XQA", "opened with ***"),
        ("/follow/?number=20261122-000042-8&code=k7pm2xqa", None),
        ("POST password=hunter2&next=/", "POST password=***&next=/"),
        ('{"password": "hunter2 and more", "a": 1}', '{"password": ***, "a": 1}'),
        ("access_token='abc'", "access_token=***"),
        ("Authorization: Token 0123456789abcdef", "Authorization: Token ***"),
        ("authorization=Bearer abc.def.ghi", "authorization=Bearer ***"),
        ("csrfmiddlewaretoken=abc123&x=1", "csrfmiddlewaretoken=***&x=1"),
        ("amqp://huiying:s3cret@broker/", "amqp://***@broker/"),
        ("/survey/9f86d081884c7d659a2feaa0c55ad015/", "/survey/***/"),
        ("call 13939521234 now", "call 139****1234 now"),
        ("身份证411104198808080037", "身份证41****************"),
        ("sent to zhangsan@163.com", "sent to z***@163.com"),
        ("Not Found: /answers/20261122-000042-8/", "Not Found: /answers/20261122-000042-8/"),
        ("status_code=404 duration=12", "status_code=404 duration=12"),
        ("swept 12 clocks in 3 batches", "swept 12 clocks in 3 batches"),
    ],
)
def test_secrets_are_cut_out(text, shown):
    if shown is None:
        shown = "/follow/?number=20261122-000042-8&code=***"
    assert scrub(text) == shown


@given(CODES)
def test_no_query_code_gets_into_a_line(code):
    assert code not in json.dumps(line("Opened %s", f"/x/{code}/"))
    assert code not in json.dumps(line("code=%s", code.replace("-", "")))
    assert code not in json.dumps(line("failed", detail=f"<{code}>"))


def test_a_line_says_when_what_and_in_which_request():
    token = request_id._current.set("abc12345")
    try:
        made = line("%s of %d", "one", 2, case="20261122-000042-8", seconds=1.5)
    finally:
        request_id._current.reset(token)
    assert made["message"] == "one of 2"
    assert made["level"] == "INFO"
    assert made["logger"] == "app"
    assert made["request_id"] == "abc12345"
    assert made["case"] == "20261122-000042-8"
    assert made["seconds"] == 1.5
    assert str(made["time"]).endswith("+00:00")


def test_outside_a_request_there_is_no_id():
    assert "request_id" not in line("tick")


def test_an_extra_with_a_telling_name_is_hidden():
    made = line("x", api_token="abc", new_password="def", case="ghi")
    assert (made["api_token"], made["new_password"], made["case"]) == ("***", "***", "ghi")


def test_an_error_is_one_line_without_secrets():
    try:
        raise ValueError("password=hunter2\nsecond")
    except ValueError:
        record = logging.LogRecord("app", logging.ERROR, "x.py", 1, "bad", (), sys.exc_info())
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert "hunter2" not in text
    assert "ValueError" in json.loads(text)["error"]


def test_a_filter_does_the_same_for_other_formatters():
    record = logging.LogRecord("app", logging.INFO, "x.py", 1, "code %s", ("K7PM-2XQA",), None)
    assert ScrubFilter().filter(record)
    assert "K7PM" not in logging.Formatter().format(record)


@given(st.text(max_size=200))
def test_no_text_makes_logging_fail(text):
    assert json.loads(JsonFormatter().format(logging.makeLogRecord({"msg": text})))
