"""The real web server on loopback, and a small load generator with keep-alive connections."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

WORKERS = 2
THREADS = 4
CONNECTIONS = 4
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and the status it must be answered with."""

    method: str
    path: str
    expects: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Unexpected(Exception):
    """An answer with another status than the one expected: the figure would mean nothing."""


@dataclass(frozen=True, slots=True)
class Server:
    """The running web server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float | None:
        """What its workers have used of the processors so far; None where /proc is not told.

        Unlike the time a request takes it hardly depends on what else the machine is doing.
        """
        try:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            texts = [Path(f"/proc/{child}/stat").read_text() for child in children]
        except OSError:
            return None
        # User and system time are the 14th and 15th field; the 2nd, in brackets, may hold blanks.
        ticks = [sum(map(int, text.rpartition(")")[2].split()[11:13])) for text in texts]
        return sum(ticks) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server() -> Iterator[Server]:
    """gunicorn as `manage.py serve` starts it, with the surroundings of this process."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}"),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--worker-class", "gthread"),
        *("--timeout", "60", "--no-control-socket", "--log-level", "warning"),
    ]
    process = subprocess.Popen(command)
    try:
        _wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            _send(http.client.HTTPConnection(HOST, port, timeout=5), Call("GET", "/livez"))
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start")


def alone(web: Server, calls: Sequence[Call], *, seconds: float) -> list[float]:
    """Send the calls one after the other, for a time; the seconds each took."""
    connection = http.client.HTTPConnection(HOST, web.port, timeout=60)
    took: list[float] = []
    until = time.perf_counter() + seconds
    for call in calls:
        began = time.perf_counter()
        _send(connection, call)
        ended = time.perf_counter()
        took.append(ended - began)
        if ended > until:
            break
    connection.close()
    return took


def together(web: Server, calls: Sequence[Call], *, seconds: float) -> float:
    """Send the calls over several connections at once, for a time; answers a second."""
    waiting, lock = iter(calls), threading.Lock()
    until = time.perf_counter() + seconds
    done: list[int] = []
    faults: list[Exception] = []

    def work() -> None:
        connection = http.client.HTTPConnection(HOST, web.port, timeout=60)
        sent = 0
        while time.perf_counter() < until:
            with lock:
                call = next(waiting, None)
            if call is None:
                break
            try:
                _send(connection, call)
            except Exception as fault:  # noqa: BLE001 - told to the caller below
                faults.append(fault)
                break
            sent += 1
        done.append(sent)
        connection.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(done) / (time.perf_counter() - began)


def _send(connection: http.client.HTTPConnection, call: Call) -> None:
    connection.request(call.method, call.path, body=call.body, headers=call.headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != call.expects:
        said = body[:200].decode(errors="replace")
        raise Unexpected(f"{call.method} {call.path} answered {response.status}: {said}")
