from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.clock import now
from sla.figures.balance import Balance, balance, row_faults
from sla.figures.comparing import changes, spans
from sla.figures.measures import BASES, MEASURES, ZONE
from sla.figures.periods import InstantError, PeriodError, instant_of
from sla.figures.rates import RATES
from sla.figures.report import COLUMNS, Report, Row, definitions, report
from sla.figures.scope import Scope
from sla.figures.stock import answer_times
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
        parser.add_argument(
            "--compare",
            action="store_true",
            help="with --json: beside the period before and the year before, as known now",
        )
        parser.add_argument(
            "--times",
            action="store_true",
            help="with --json: working days to the first reply, median and 90th percentile;"
            " reads the answered cases of the period",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        instant = now()
        left_out = by_hand() if options["exclude_staff_entered"] else frozenset()
        try:
            as_of = instant_of(options["as_of"], instant) if options["as_of"] else None
            made = report(
                _day("--from", options["start"]),
                _day("--to", options["end"]),
                basis=options["basis"],
                by=options["by"],
                as_of=as_of,
                now=instant,
                scope=Scope(unsurveyed=left_out),
            )
        except PeriodError as error:
            raise CommandError(f"--from, --to: {error}") from None
        except InstantError as error:
            raise CommandError(f"--as-of: {error}") from None
        flow = balance(made.period, instant, as_of=as_of)
        faults = [*flow.faults, *row_faults(made)]
        if options["json"]:
            data = made.as_data() | {"balance": flow.as_data(), "faults": faults}
            if options["compare"]:
                data["comparison"] = _comparison(made, instant) if as_of is None else {}
            if options["times"]:
                data["answer_days"] = _times(made, hindsight=as_of is not None)
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join([*_table(made), "", *_balance(flow, faults)]))
        if faults:
            raise CommandError("the figures do not balance; run verify before using them")


def _comparison(made: Report, now: datetime) -> dict[str, Any]:
    found = spans(made.period, now.astimezone(ZONE).date())
    if found is None:
        return {}
    data = {}
    for name, span in (("before", found.before), ("year_before", found.year_before)):
        if span is not None:
            then = report(span.start, span.end, basis=made.basis, now=now).total
            compared = changes(made.total.counts, made.total.rates, then.counts, then.rates)
            data[name] = {
                "period": {"from": span.start.isoformat(), "to": span.end.isoformat()},
                **{measure: change.as_data() for measure, change in compared.items()},
            }
    return data


def _times(made: Report, *, hindsight: bool) -> dict[str, Any]:
    column = COLUMNS[made.by or "department"]
    by = "handler_id" if column == "handler" else column
    whole, each = answer_times(
        made.period, made.as_of, basis=made.basis, by=by, hindsight=hindsight
    )
    data: dict[str, Any] = {"total": asdict(whole)}
    if made.by is not None:
        data["rows"] = {row.key: asdict(each[row.value]) for row in made.rows if row.value in each}
    return data


def _balance(flow: Balance, faults: list[str]) -> list[str]:
    line = (
        f"carried in {flow.carried_in} + received {flow.received} = replied {flow.replied}"
        f" + excluded {flow.excluded} + carried out {flow.carried_out} (by event)"
    )
    return [line, *(f"does not balance: {fault}" for fault in faults)]


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
