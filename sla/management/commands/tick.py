from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from foundation.clock import now
from sla.background import tick

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Do the background work once: fire due clocks, lapse and close cases, reckon clocks anew "
        "after a change of a calendar or a rule, send waiting letters, fold figures. With --loop, "
        "go on until told to stop. Running it twice, late or "
        "from several processes does nothing twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until SIGTERM or Ctrl-C")
        parser.add_argument(
            "--every", type=float, default=5.0, metavar="SECONDS", help="pause between passes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            done = tick(now())
            self.stdout.write(
                f"{done.events} events, {done.letters} letters, {done.deltas} changes of figures,"
                f" {done.clocks} clocks reckoned anew"
            )
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                tick(now())
            except Exception:
                # One failed pass (a database restarting) must not end the loop.
                log.exception("A background pass failed; the next one tries again")
            stop.wait(options["every"])
