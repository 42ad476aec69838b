from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from foundation.snapshot import snapshot
from ledger.seal import COLUMNS, SealLine
from sla.models import Case
from sla.proving.slicing import most_jobs
from sla.proving.verification import Difference, Progress, silent, verify

BAR = 30
"""Characters of the progress bar."""

BROKEN_OFF = 130
"""What shells say of a command that was interrupted."""


class Command(BaseCommand):
    help = (
        "Recounts all figures from the cases and from the ledger, replays all clocks, walks the"
        " ledger's chains and seals, and checks states and words against them. Names every"
        " difference and exits with 1 if there is one; broken off, with 130."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--whole",
            action="store_true",
            help="look closely at every case, not only at those that the fast way did not find in"
            " order; takes several times as long and should find the same",
        )
        parser.add_argument(
            "--progress", action="store_true", help="say on standard error how far it is"
        )
        parser.add_argument(
            "--jobs",
            type=int,
            metavar="N",
            help="share the work among so many processes; by default one for each core on"
            " PostgreSQL; on SQLite there is always one",
        )
        parser.add_argument(
            "--seals",
            metavar="FILE",
            help="seals that were kept elsewhere, as /transparency/seals.json gives them;"
            " whoever can change the database cannot change these",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        published = _published(options["seals"]) if options["seals"] else []
        jobs = 1 if connection.in_atomic_block else _jobs(options["jobs"])
        found: list[Difference] = []
        with snapshot():
            cases = Case.objects.count()
            progress = self._progress(cases, options["progress"])
            try:
                for difference in verify(progress, published, jobs, whole=options["whole"]):
                    found.append(difference)
                    if not options["json"]:
                        self.stdout.write(str(difference))
            except KeyboardInterrupt:
                so_far = f"broken off with {len(found)} differences so far"
                raise CommandError(so_far, returncode=BROKEN_OFF) from None
        if options["json"]:
            data = {"cases": cases, "differences": [one.as_data() for one in found]}
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        if found:
            raise CommandError(f"{len(found)} differences in {cases} cases")
        if not options["json"]:
            self.stdout.write(f"0 differences in {cases} cases")

    def _progress(self, cases: int, asked: bool) -> Progress:
        """A bar on a terminal; lines where it was asked for and there is none."""
        if self.stderr.isatty():
            return _Bar(self.stderr, cases, time.monotonic())
        return _Lines(self.stderr, cases, time.monotonic()) if asked else silent


def _jobs(asked: int | None) -> int:
    most = most_jobs()
    if asked is None:
        return most
    if asked < 1:
        raise CommandError("--jobs must be at least 1")
    return asked if most > 1 else 1


class _Lines:
    """Says how far it is, how fast, and how long it will still take."""

    def __init__(self, out: Any, cases: int, began: float) -> None:
        self._out, self._cases, self._began = out, cases, began

    def __call__(self, done: int) -> None:
        self._out.write(f"{done} of {self._cases} cases{self._pace(done)}")

    def _pace(self, done: int) -> str:
        """Nothing until there is something to reckon with."""
        seconds = time.monotonic() - self._began
        if seconds < 1 or not done:
            return ""
        left = round(max(0, self._cases - done) * seconds / done)
        return f", {done / seconds:,.0f} a second, {left // 60}:{left % 60:02} left"


class _Bar(_Lines):
    """A line that is drawn over itself until all cases are done."""

    _width = 0

    def __call__(self, done: int) -> None:
        share = min(1.0, done / self._cases) if self._cases else 1.0
        full = round(BAR * share)
        bar = f"[{'#' * full}{'.' * (BAR - full)}] {done} / {self._cases}{self._pace(done)}"
        # What is left of a longer line before is wiped out.
        longer = max(0, self._width - len(bar))
        self._width = len(bar)
        self._out.write(f"\r{bar}{' ' * longer}", ending="\n" if done >= self._cases else "")
        self._out.flush()


def _published(name: str) -> list[SealLine]:
    try:
        rows = json.loads(Path(name).read_text(encoding="utf-8"))["seals"]
        return [SealLine(**{column: row[column] for column in COLUMNS}) for row in rows]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{name} holds no seals: {error}") from error
