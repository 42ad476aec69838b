from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Department
from foundation.clock import now
from sla import streams
from sla.figures.periods import Period, PeriodError
from sla.models import Policy
from sla.rules.ruling import MOST
from sla.simulation.form import Change, base_rule
from sla.simulation.reading import TARGETS, CalendarFileError, Trial, calendars_from, rule_of, run
from sla.simulation.replaying import Comparison, Load
from sla.targets import IN_DEPARTMENT, Target
from sla.worktime import Calendar

VALUES = ("stream", "target", "kind", "topic", "department", "amount", "unit", "cutoff", "cap")


class Command(BaseCommand):
    help = (
        "Replay the cases received in a period under another rule or calendar, and compare what "
        "became of them with what would have. Nothing is written. What is not given is as it is "
        "in force now. How it is reckoned: docs/decisions/0015-rules-and-replays.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", required=True, metavar="DAY")
        parser.add_argument("--to", dest="end", required=True, metavar="DAY")
        parser.add_argument("--stream", default="inquiry")
        parser.add_argument("--target", choices=[t.value for t in TARGETS], default="reply")
        parser.add_argument("--kind", default="", help="only cases of this kind")
        parser.add_argument("--topic", default="", help="only cases of this topic (its code)")
        parser.add_argument("--department", default="", help="a department's own rule (its code)")
        parser.add_argument("--amount", type=int, help="units allowed")
        parser.add_argument("--unit", choices=Policy.Unit.values)
        parser.add_argument("--cutoff", choices=Policy.Cutoff.values)
        parser.add_argument("--cap", type=int, help="most units with extensions")
        parser.add_argument(
            "--policy-file",
            metavar="JSON",
            help=f"the same in a file: an object with any of {', '.join(VALUES)}",
        )
        parser.add_argument(
            "--calendar",
            metavar="FILE",
            help='a calendar to try: JSON with "years": {"2027": {"holidays": {day: name}, '
            '"makeup": [day]}} and/or "week": {"0": [["09:00", "12:00"], ...]}',
        )
        parser.add_argument("--most", type=int, default=1000, help="flips to list (1000)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["policy_file"]:
            options |= _policy_file(options["policy_file"])
        instant = now()
        trial = _trial(options)
        found = run(trial, instant, most=max(0, options["most"]))
        codes: dict[int | None, str] = dict(Department.objects.values_list("pk", "code"))
        if options["json"]:
            self.stdout.write(json.dumps(_data(trial, found, codes), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_text(trial, found, codes)))


def _policy_file(path: str) -> dict[str, Any]:
    raw = _json("--policy-file", path)
    if not isinstance(raw, dict) or set(raw) - set(VALUES):
        raise CommandError(f"--policy-file: an object with any of {', '.join(VALUES)} is expected")
    for name, value in raw.items():
        wanted = int if name in ("amount", "cap") else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise CommandError(f"--policy-file: {name} is {value!r}, not {wanted.__name__}")
    return raw


def _json(option: str, path: str) -> Any:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{option}: {error}") from None


def _trial(options: dict[str, Any]) -> Trial:
    """What is asked for. Raises CommandError."""
    try:
        period = Period(_day("--from", options["start"]), _day("--to", options["end"]))
    except PeriodError as error:
        raise CommandError(f"--from, --to: {error}") from None
    stream, target = options["stream"], _target(options["target"])
    known = {one.code: one for one in streams.streams()}
    if stream not in known:
        raise CommandError(f"--stream: {stream!r} is none of {', '.join(known)}")
    kind, topic = options["kind"], options["topic"]
    _known("--kind", kind, known[stream].kinds)
    _known("--topic", topic, known[stream].topics())
    department = _department(options["department"], target)
    base = base_rule(stream, target, kind, now(), category=topic, department_id=department)
    if base is None:
        raise CommandError(f"no rule is in force for {target}; nothing was timed")
    change = _change(options)
    calendars = _calendars(options["calendar"], base)
    if change.nothing and not calendars:
        raise CommandError("nothing to try: give --amount, --unit, --cutoff, --cap or --calendar")
    scope = (target, department, topic, kind)
    if change.nothing:
        return Trial(period, scope, stream, None, calendars)
    rule = change.of(rule_of(base))
    if rule.cap is not None and rule.cap < rule.amount:
        raise CommandError(f"--cap: {rule.cap} is smaller than the amount, {rule.amount}")
    return Trial(period, scope, stream, rule, calendars)


def _known(option: str, value: str, words: Collection[str]) -> None:
    if value and value not in words:
        raise CommandError(f"{option}: {value!r} is none of {', '.join(words)}")


def _calendars(path: str | None, base: Policy) -> dict[int, Calendar]:
    if not path:
        return {}
    try:
        return calendars_from(_json("--calendar", path), base.calendar.based_on or base.calendar)
    except CalendarFileError as error:
        raise CommandError(f"--calendar: {error}") from None


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option}: {text!r} is no day such as 2026-11-22") from None


def _target(name: str) -> Target:
    if name not in TARGETS:
        raise CommandError(f"target: {name!r} is none of {', '.join(TARGETS)}")
    return Target(name)


def _department(code: str, target: Target) -> int | None:
    if not code:
        return None
    if target not in IN_DEPARTMENT:
        raise CommandError(f"--department: departments have no rule of their own for {target}")
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"--department: there is no department {code!r}")
    return found.pk


def _change(options: dict[str, Any]) -> Change:
    for name in ("amount", "cap"):
        value = options[name]
        if value is not None and not 1 <= value <= MOST:
            raise CommandError(f"--{name}: {value} does not lie between 1 and {MOST}")
    for name, choices in (("unit", Policy.Unit.values), ("cutoff", Policy.Cutoff.values)):
        if options[name] is not None and options[name] not in choices:
            raise CommandError(f"--{name}: {options[name]!r} is none of {', '.join(choices)}")
    return Change(options["amount"], options["unit"], options["cutoff"], options["cap"])


def _load(load: Load) -> dict[str, Any]:
    return {
        name: {
            "met": tally.met,
            "missed": tally.missed,
            "open": tally.open,
            "on_time_rate": tally.on_time.as_data(),
        }
        for name, tally in (("before", load.before), ("after", load.after))
    }


def _data(trial: Trial, found: Comparison, codes: dict[int | None, str]) -> dict[str, Any]:
    rule = trial.rule
    return {
        "from": trial.period.start.isoformat(),
        "to": trial.period.end.isoformat(),
        "target": trial.target.value,
        "rule": rule
        and {"unit": rule.unit, "amount": rule.amount, "cutoff": rule.cutoff, "cap": rule.cap},
        "calendar": bool(trial.calendars),
        "looked": found.looked,
        "concerned": found.concerned,
        "moved": found.moved,
        "total": _load(found.total),
        "departments": {codes.get(key, ""): _load(load) for key, load in found.departments.items()},
        "flipped": found.flips_in_all,
        "worse": found.worse,
        "better": found.better,
        "flips": [
            {
                "number": flip.number,
                "department": codes.get(flip.department, ""),
                "before": flip.before.value,
                "after": flip.after.value,
                "due_before": flip.due_before and flip.due_before.isoformat(),
                "due_after": flip.due_after and flip.due_after.isoformat(),
            }
            for flip in found.flips
        ],
    }


def _text(trial: Trial, found: Comparison, codes: dict[int | None, str]) -> list[str]:
    rule = trial.rule
    tried = f"{rule.amount} {rule.unit}, {rule.cutoff}" if rule else "rules as they were"
    tried += f", at most {rule.cap}" if rule and rule.cap is not None else ""
    tried += ", on the calendar given" if trial.calendars else ""
    lines = [
        f"{trial.target}, received {trial.period.start} to {trial.period.end}: {tried}",
        (
            f"{found.looked} looked at, {found.concerned} under the proposal,"
            f" {found.moved} with another date"
        ),
        "",
    ]
    loads = [(codes.get(key, "-"), load) for key, load in found.departments.items()]
    for name, load in [*sorted(loads), ("total", found.total)]:
        before, after = load.before, load.after
        lines.append(
            f"{name}: on time {before.on_time.percent} ({before.on_time.n}/{before.on_time.d})"
            f" -> {after.on_time.percent} ({after.on_time.n}/{after.on_time.d}),"
            f" late {before.missed} -> {after.missed}, open {before.open} -> {after.open}"
        )
    lines += [
        "",
        (
            f"{found.flips_in_all} with another verdict: {found.worse} become late,"
            f" {found.better} no longer late"
        ),
    ]
    lines += [f"{flip.number} {flip.before} -> {flip.after}" for flip in found.flips]
    if found.flips_in_all > len(found.flips):
        lines.append(f"... and {found.flips_in_all - len(found.flips)} more (--most)")
    return lines
