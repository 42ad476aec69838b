"""`manage.py serve`: web server and background loop live and die together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


def until(what: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"gave up; exit status {process.poll()}")
        time.sleep(0.1)


def children(process: subprocess.Popen[str]) -> list[int]:
    listed = subprocess.run(
        ["ps", "--no-headers", "-o", "pid", "--ppid", str(process.pid)],
        capture_output=True,
        text=True,
    )
    return [int(pid) for pid in listed.stdout.split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def loop_among(pids: list[int]) -> int:
    return next(pid for pid in pids if b"--loop" in Path(f"/proc/{pid}/cmdline").read_bytes())


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("served")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"sqlite:///{folder}/served.sqlite3",
        "VAR_DIR": str(folder),
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return environment


@pytest.fixture
def server(port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    until(answers, process)
    yield process
    process.terminate()
    process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_both_and_is_not_a_failure(server, number):
    started = children(server)
    assert len(started) == 2
    server.send_signal(number)
    assert server.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in started)


def test_when_the_background_loop_ends_the_web_server_ends_too(server):
    started = children(server)
    os.kill(loop_among(started), signal.SIGKILL)
    assert server.wait(PATIENCE) == 1
    assert not any(alive(pid) for pid in started)
    assert "background loop" in server.stderr.read()
