from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sla.proving.report_checking import Finding, StatementError, check_report


class Command(BaseCommand):
    help = (
        "Check the sums and percentages a report prints. FILE holds one object, or a list of them"
        ' under "reports"; each has "statements" (equations such as "9/9=100%", or objects with'
        ' name, rate, definition, printed, counts) and may have "table3".'
        " Fails if any does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {name: _checked(name, report) for name, report in _reports(options["file"])}
        wrong = sum(not finding.holds for findings in found.values() for finding in findings)
        if options["json"]:
            data = {name: [one.as_data() for one in findings] for name, findings in found.items()}
            text = json.dumps({"wrong": wrong, "reports": data}, ensure_ascii=False, indent=2)
            self.stdout.write(text)
        else:
            for name, findings in found.items():
                for one in findings:
                    if not one.holds:
                        also = f" (as {', '.join(one.fits)} it would hold)" if one.fits else ""
                        self.stdout.write(f"{name}: {one.statement}: {one.reason}{also}")
            checked = sum(map(len, found.values()))
            self.stdout.write(f"{wrong} of {checked} statements do not hold")
        if wrong:
            raise SystemExit(1)


def _reports(path: Path) -> list[tuple[str, dict[str, Any]]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"{path}: is no JSON: {error}") from None
    reports = data.get("reports", [data]) if isinstance(data, dict) else data
    if not isinstance(reports, list) or not all(isinstance(one, dict) for one in reports):
        raise CommandError(f'{path}: holds no report; see "manage.py check_report --help"')
    return [(str(one.get("id", place)), one) for place, one in enumerate(reports, start=1)]


def _checked(name: str, report: dict[str, Any]) -> list[Finding]:
    try:
        return list(check_report(report))
    except StatementError as error:
        raise CommandError(f"{name}: {error}") from None
