"""Real processes of the product, on the test's own database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90
"""Seconds to wait for what must happen; reached only when it does not."""


def database_url() -> str:
    """The address of the database this test runs on."""
    held = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{held['NAME']}"
    login = f"{quote(held['USER'])}:{quote(held['PASSWORD'])}".rstrip(":")
    host = f"{held['HOST'] or 'localhost'}:{held['PORT'] or 5432}"
    return f"postgres://{login}@{host}/{held['NAME']}"


def environment(var: Path, **more: str) -> dict[str, str]:
    """What a process of the product is told."""
    from django.conf import settings

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "VAR_DIR": str(var),
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "WARNING",
        **more,
    }


def run(code: str, env: dict[str, str]) -> str:
    """Run lines of Python with Django set up, to their end; what they print."""
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{code}"]
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def started(command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A process (and its children, as one group) that is killed in the end if it still runs."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        kill(process)
        if process.stdout is not None:
            process.stdout.close()


def kill(process: subprocess.Popen[Any]) -> None:
    """kill -9, of the process and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE)


def python(code: str, env: dict[str, str]) -> Any:
    """Start lines of Python with Django set up."""
    return started([sys.executable, "-c", f"import django\ndjango.setup()\n{code}"], env)


def worker(env: dict[str, str]) -> Any:
    """Start a Celery worker; whoever nudges before it is up finds it in the queue."""
    options = ["--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
    return started([sys.executable, "-m", "celery", "-A", "config", "worker", *options], env)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.1)
