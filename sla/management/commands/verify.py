from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.snapshot import snapshot
from sla.models import Case
from sla.verification import Difference, silent, verify


class Command(BaseCommand):
    help = (
        "Recounts all figures from the cases, replays all clocks, walks the ledger's chains and"
        " checks states and words against it. Names every difference and exits with 1 if there"
        " is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--progress", action="store_true", help="say on standard error how far it is"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found: list[Difference] = []
        with snapshot():
            cases = Case.objects.count()
            for difference in verify(self._progress(cases) if options["progress"] else silent):
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

    def _progress(self, cases: int) -> Any:
        def tell(check: str, done: int) -> None:
            self.stderr.write(f"{check}: {done} of {cases}")

        return tell
