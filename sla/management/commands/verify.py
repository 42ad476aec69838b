from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.snapshot import snapshot
from ledger.seal import COLUMNS, SealLine
from sla.models import Case
from sla.verification import Difference, Progress, silent, verify

BAR = 30
"""Characters of the progress bar."""

OFTEN = 0.2
"""Seconds between two drawings of it."""


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
            "--seals",
            metavar="FILE",
            help="seals that were kept elsewhere, as /transparency/seals.json gives them;"
            " whoever can change the database cannot change these",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        published = _published(options["seals"]) if options["seals"] else []
        found: list[Difference] = []
        with snapshot():
            cases = Case.objects.count()
            for difference in verify(self._progress(cases, options["progress"]), published):
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
        def tell(check: str, done: int) -> None:
            self.stderr.write(f"{check}: {done} of {cases}")

        return tell


class _Bar:
    """One line a check, drawn over itself until the check is done."""

    def __init__(self, out: Any, cases: int) -> None:
        self._out, self._cases = out, cases
        self._check, self._drawn = "", 0.0

    def __call__(self, check: str, done: int) -> None:
        now = time.monotonic()
        whole = done >= self._cases
        if not whole and check == self._check and now - self._drawn < OFTEN:
            return
        share = min(1.0, done / self._cases) if self._cases else 1.0
        full = round(BAR * share)
        line = f"\r{check:<10} [{'#' * full}{'.' * (BAR - full)}] {done} / {self._cases}"
        self._out.write(line, ending="\n" if whole else "")
        self._out.flush()
        self._check, self._drawn = check, now


def _published(name: str) -> list[SealLine]:
    try:
        rows = json.loads(Path(name).read_text(encoding="utf-8"))["seals"]
        return [SealLine(**{column: row[column] for column in COLUMNS}) for row in rows]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{name} holds no seals: {error}") from error
