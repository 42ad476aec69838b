"""A database of the bench's own, beside the product's, gone when the bench is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def scratch(server: str, folder: Path, *, keep: bool = False) -> Iterator[str]:
    """Make an empty database and tell its DATABASE_URL.

    `server` is a PostgreSQL address whose user may create databases, or empty for SQLite in
    `folder`.
    """
    if not server.startswith("postgres"):
        file = folder / "bench.sqlite3"
        yield f"sqlite:///{file}"
        return
    name = f"huiying_bench_{os.getpid()}"
    parts = urlsplit(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        if not keep:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
