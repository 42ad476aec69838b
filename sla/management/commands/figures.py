from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.clock import now
from sla.figures import COLUMNS, Report, Row, definitions, report
from sla.measures import BASES, MEASURES, ZONE
from sla.periods import InstantError, PeriodError, instant_of
from sla.rates import RATES
from sla.scope import Scope
from sla.streams import by_hand

HEADINGS = {
    "reply_rate": "reply rate",
    "on_time_rate": "on time",
    "satisfaction": "satisfaction",
    "participation": "participation",
}


class Command(BaseCommand):
    help = "Counts and rates of a period, each rate with its numerator and denominator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", required=True, metavar="DAY")
        parser.add_argument("--to", dest="end", required=True, metavar="DAY")
        parser.add_argument(
            "--basis",
            choices=BASES,
            default="receipt",
            help="receipt (default): what became of the cases received in the period;"
            " event: what happened in the period",
        )
        parser.add_argument("--by", choices=tuple(COLUMNS), help="one row for each")
        parser.add_argument(
            "--as-of",
            metavar="INSTANT",
            help="as known then, such as 2026-11-22T17:30:00+08:00; a day means its end."
            " Without a zone, Chinese time is meant. Default: now",
        )
        parser.add_argument(
            "--exclude-staff-entered",
            action="store_true",
            help="leave cases typed in by staff out of what was asked, rated and satisfied",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        instant = now()
        left_out = by_hand() if options["exclude_staff_entered"] else frozenset()
        try:
            made = report(
                _day("--from", options["start"]),
                _day("--to", options["end"]),
                basis=options["basis"],
                by=options["by"],
                as_of=instant_of(options["as_of"], instant) if options["as_of"] else None,
                now=instant,
                scope=Scope(unsurveyed=left_out),
            )
        except PeriodError as error:
            raise CommandError(f"--from, --to: {error}") from None
        except InstantError as error:
            raise CommandError(f"--as-of: {error}") from None
        if options["json"]:
            self.stdout.write(json.dumps(made.as_data(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_table(made)))


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option}: {text!r} is no day such as 2026-11-22") from None


def _table(made: Report) -> list[str]:
    """The report as lines of text, columns aligned."""
    head = [made.by or "", *MEASURES, *(HEADINGS[name] for name in RATES)]
    body = [_cells(row) for row in [*made.rows, made.total]]
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
    known = made.as_of.astimezone(ZONE)
    title = (
        f"{made.period.start} to {made.period.end}, by {made.basis},"
        f" as of {known:%Y-%m-%d %H:%M:%S %z}, definition {made.definition}"
    )
    if made.unsurveyed:
        title += f", satisfaction without channels {', '.join(sorted(made.unsurveyed))}"
    named = "; ".join(
        f"{HEADINGS[rate]} ({one.code}) = {one.numerator} / {one.denominator}"
        for rate, one in definitions().items()
    )
    return [
        title,
        named,
        *(_line(cells, widths) for cells in [head, *body]),
    ]


def _cells(row: Row) -> list[str]:
    found = [f"{rate.percent} ({rate.n}/{rate.d})" for rate in row.rates.values()]
    return [row.key, *(str(row.counts[measure]) for measure in MEASURES), *found]


def _line(cells: list[str], widths: list[int]) -> str:
    first, *rest = cells
    padded = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
    return "  ".join([first.ljust(widths[0]), *padded]).rstrip()
