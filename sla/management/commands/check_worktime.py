"""`manage.py check_worktime FILE`: a bureau tests the engine against cases of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sla.vectors import Unreadable, cases_in, check


class Command(BaseCommand):
    help = (
        "Puts the cases of a JSON file to the working-time engine and says which agree. Needs no"
        " database. Exits with 1 if a case failed or the file cannot be read."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file of cases")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = check(cases_in(self._text(options["file"])))
        except Unreadable as fault:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(fault)}, ensure_ascii=False))
            raise CommandError(f"{options['file']}: {fault}") from None
        if options["json"]:
            self.stdout.write(json.dumps(report.as_data(), ensure_ascii=False, indent=2))
        else:
            for outcome in (*report.of("skipped"), *report.of("failed")):
                self.stdout.write(str(outcome))
            self.stdout.write(report.summary)
        if report.of("failed"):
            sys.exit(1)

    def _text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable("the file is not in UTF-8") from None
        except OSError as error:
            raise Unreadable(f"the file cannot be read: {error.strerror}") from None
