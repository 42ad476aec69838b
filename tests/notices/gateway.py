"""A text message gateway of one's own, which remembers what it was given."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "gateway-token"


@dataclass
class Gateway:
    """`answer` is the status it gives; while `open` is clear, it takes messages and is silent."""

    url: str
    answer: int = 200
    open: threading.Event = field(default_factory=threading.Event)
    taken: list[dict[str, Any]] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)

    @property
    def keys(self) -> list[str]:
        return [body["key"] for body in self.taken]


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway that listens on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.authorizations.add(self.headers["Authorization"])
            gateway.taken.append(json.loads(body))
            gateway.open.wait(timeout=60)
            try:
                self.send_response(gateway.answer)
                self.end_headers()
            except OSError:
                return  # The sender is no longer there.

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway = Gateway(f"http://127.0.0.1:{server.server_port}/send")
    gateway.open.set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield gateway
    finally:
        gateway.open.set()
        server.shutdown()
        server.server_close()
