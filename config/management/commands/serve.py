"""`manage.py serve`: the web server and the background loop, as one thing that ends as one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

GRACE = 15.0
"""Seconds the children have to finish what they are doing."""


class Command(BaseCommand):
    help = "Serves the site and runs the background loop beside it; Ctrl-C ends both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument("--workers", type=int, default=2, help="web server processes")
        parser.add_argument("--threads", type=int, default=4, help="threads in each of them")

    def handle(self, *args: Any, **options: Any) -> None:
        self._stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        children = {
            "web server": self._start(self._web(options)),
            "background loop": self._start([sys.executable, "manage.py", "tick", "--loop"]),
        }
        self.stdout.write(f"Huiying: http://{options['host']}:{options['port']}/  (Ctrl-C ends it)")
        self.stdout.flush()
        try:
            ended = self._wait(children)
        finally:
            end(list(children.values()))
        if ended:
            raise CommandError(f"The {ended} ended by itself; everything was stopped.")

    def _web(self, options: dict[str, Any]) -> list[str]:
        return [
            *(sys.executable, "-m", "gunicorn", "config.wsgi"),
            *("--bind", f"{options['host']}:{options['port']}"),
            *("--workers", str(options["workers"]), "--threads", str(options["threads"])),
            *("--worker-class", "gthread", "--timeout", "60", "--graceful-timeout", "10"),
            *("--no-control-socket", "--log-level", "warning"),
        ]

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        # In a session of its own a child does not see the terminal's Ctrl-C: it is told to stop
        # once, by us, and can finish its work.
        return subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _wait(self, children: dict[str, subprocess.Popen[bytes]]) -> str:
        """Wait for a signal (answers nothing) or for a child to end (answers its name)."""
        while not self._stopping:
            for name, child in children.items():
                if child.poll() is not None:
                    return name
            time.sleep(0.2)
        return ""


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask every child to end, wait for them together, and kill those that will not."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
