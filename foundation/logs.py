"""Log lines as JSON, with the request id and without secrets.

Logs are read by more people, and kept longer, than cases are. Passwords, tokens, query codes,
telephone and identity numbers are therefore cut out of every line, wherever it came from.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from foundation import request_id
from foundation.masking import Kind, mask
from foundation.numbers import CODE_ALPHABET

HIDDEN = "***"

SENSITIVE = (
    r"(?:pass(?:word|wd)?\d?|pwd|secret|token|csrfmiddlewaretoken|sessionid|session_key|csrftoken"
    r"|api_?key|secret_key|query_?code|otp|cookie)"
)
SCRUBBERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(?i)\b(authorization\W{1,4}(?:\w+\s+)?|bearer\s+|token\s+)[\w.~+/=-]{8,}"),
        r"\1***",
    ),
    (
        re.compile(
            rf"(?i)(?<![a-z_])((?:[a-z]+_)?{SENSITIVE}|code)([\"']?\s?[=:]\s?)"
            r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s&;,\"')\]}]+)"
        ),
        r"\1\2***",
    ),
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]*@"), "***@"),
    (re.compile(rf"(?<![\w-])[{CODE_ALPHABET}]{{4}}-[{CODE_ALPHABET}]{{4}}(?![\w-])"), HIDDEN),
    # The short links in text messages.
    (re.compile(r"(?<=/s/)[\w-]+"), HIDDEN),
    # Long segments of letters and digits in a path are tokens.
    (re.compile(r"(?<=/)(?=[\w~:-]*\d)(?=[\w~:-]*[A-Za-z])[\w~:-]{24,}(?=[/?\s\"'#]|$)"), HIDDEN),
)
PERSONAL: tuple[Kind, ...] = ("mobile", "id_card", "email")

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "server_time",
    "status_code",
}
"""What every record has; anything else was given as `extra`."""


def scrub(text: str) -> str:
    """The text without secrets and without the personal numbers that have a clear shape."""
    for pattern, replacement in SCRUBBERS:
        text = pattern.sub(replacement, text)
    return mask(text, kinds=PERSONAL)


class ScrubFilter(logging.Filter):
    """Cuts secrets out of a record before any other formatter sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = scrub(record.getMessage())
        record.args = ()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request id, extras, error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if name := request_id.current():
            line["request_id"] = name
        if isinstance(status := getattr(record, "status_code", None), int):
            line["status"] = status
        for key, value in record.__dict__.items():
            if key not in STANDARD:
                line[key] = HIDDEN if re.search(SENSITIVE, key, re.IGNORECASE) else _plain(value)
        if record.exc_info:
            line["error"] = scrub(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | bool | None) else scrub(str(value))
