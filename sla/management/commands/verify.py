from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from foundation.snapshot import snapshot
from ledger.seal import COLUMNS, SealLine
from sla.models import Case
from sla.slicing import most_jobs
from sla.verification import Difference, Progress, silent, verify

BAR = 30
"""Characters of the progress bar."""


class Command(BaseCommand):
    help = (
        "Recounts all figures from the cases and from the ledger, replays all clocks, walks the"
        " ledger's chains and seals, and checks states and words against them. Names every"
        " difference and exits with 1 if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
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
            for difference in verify(progress, published, jobs):
                found.append(difference)
                if not options["json"]:
                    self.stdout.write(str(difference))
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
            return _Bar(self.stderr, cases)
        return self._lines(cases) if asked else silent

    def _lines(self, cases: int) -> Progress:
        def tell(done: int) -> None:
            self.stderr.write(f"{done} of {cases} cases")

        return tell


def _jobs(asked: int | None) -> int:
    most = most_jobs()
    if asked is None:
        return most
    if asked < 1:
        raise CommandError("--jobs must be at least 1")
    return asked if most > 1 else 1


class _Bar:
    """A line that is drawn over itself until all cases are done."""

    def __init__(self, out: Any, cases: int) -> None:
        self._out, self._cases = out, cases

    def __call__(self, done: int) -> None:
        share = min(1.0, done / self._cases) if self._cases else 1.0
        full = round(BAR * share)
        line = f"\r[{'#' * full}{'.' * (BAR - full)}] {done} / {self._cases}"
        self._out.write(line, ending="\n" if done >= self._cases else "")
        self._out.flush()


def _published(name: str) -> list[SealLine]:
    try:
        rows = json.loads(Path(name).read_text(encoding="utf-8"))["seals"]
        return [SealLine(**{column: row[column] for column in COLUMNS}) for row in rows]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{name} holds no seals: {error}") from error
