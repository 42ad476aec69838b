"""The product's WSGI application, called inside a test's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

SIGNALS = (request_started, request_finished)


@contextmanager
def application() -> Iterator[Any]:
    """The application as servers get it. The connection stays open between requests, as it does
    for Django's test client: closing it would end the test's transaction."""
    from config.wsgi import application as wsgi

    for signal in SIGNALS:
        signal.disconnect(close_old_connections)
    try:
        yield wsgi
    finally:
        for signal in SIGNALS:
            signal.connect(close_old_connections)
