from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import translation

from accounts.actors import Actor, ActorKind
from foundation.clock import now
from sla.almanac.files import FileRefused
from sla.almanac.loading import change_from_file
from sla.almanac.picture import changes_of
from sla.models import Recalculation, WorkCalendar
from sla.recalculating import (
    AnotherUnderWay,
    CalendarChange,
    NothingChanged,
    Outdated,
    apply,
    look,
    propose_calendar,
    work_off,
)
from sla.worktime import CalendarError

OPERATOR = Actor(ActorKind.SYSTEM, "load_calendar")
FIGURES = ("looked", "changed", "overdue", "relieved", "settled")


class Command(BaseCommand):
    help = (
        "Load the days off and make-up days of a year from a CSV or iCalendar file, settle the "
        "year by its notice, and reckon running clocks anew. What would change is said first; "
        "with --dry-run nothing else happens. The columns of a CSV file are date,kind,name,hours."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--calendar", default="cn", metavar="CODE")
        parser.add_argument("--year", type=int, help="default: the one in the file's name")
        parser.add_argument("--notice", default="", help="number of the notice; settles the year")
        parser.add_argument("--link", default="", help="address of the notice")
        parser.add_argument("--reason", required=True, help="citizens whose date moves read it")
        parser.add_argument("--dry-run", action="store_true", help="say what would change")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        # Operators read English, as in every command; the house's pages speak Chinese.
        with translation.override("en"):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        if not options["reason"].strip():
            raise CommandError("--reason: say why, such as the number of the notice")
        calendar = WorkCalendar.objects.filter(code=options["calendar"], based_on=None).first()
        if calendar is None:
            raise CommandError(f"--calendar: the house has no calendar {options['calendar']!r}")
        change = self._change(calendar, options)
        try:
            with transaction.atomic():
                found = propose_calendar(calendar, change, by=OPERATOR, at=now())
                look(found.pk, now())
                found.refresh_from_db()
                transaction.set_rollback(options["dry_run"])
        except NothingChanged:
            raise CommandError("all of this is so already; nothing would change") from None
        except CalendarError as error:
            raise CommandError(str(error)) from None
        if not options["json"]:
            self._tell(found)
        if not options["dry_run"]:
            self._apply(found, options["reason"])
        if options["json"]:
            self.stdout.write(json.dumps(_data(found), ensure_ascii=False, indent=2))

    def _change(self, calendar: WorkCalendar, options: dict[str, Any]) -> CalendarChange:
        file: Path = options["file"]
        named = re.search(r"(?<!\d)(20\d\d)(?!\d)", file.name)
        year = options["year"] or (int(named[1]) if named else None)
        if year is None:
            raise CommandError("--year: which year is it? The file's name does not say")
        link = options["link"]
        try:
            if link:
                URLValidator(["http", "https"])(link)
            content = file.read_bytes()
        except ValidationError:
            raise CommandError(f"--link: {link!r} is no address such as https://…") from None
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        notice = options["notice"]
        if link and not notice:
            raise CommandError("--link: --notice is missing, the number of the notice")
        settled = {"confirmed": True, "notice": notice, "link": link} if notice else None
        try:
            return change_from_file(calendar, year, file.name, content, settled)
        except FileRefused as refused:
            reasons = "\n".join(f"  {fault}" for fault in refused.faults)
            raise CommandError(f"{file.name} was not loaded:\n{reasons}") from None

    def _tell(self, found: Recalculation) -> None:
        for one in changes_of(found.proposal):
            self.stdout.write(f"{one.what}: {one.before} -> {one.after}")
        self.stdout.write(
            f"{found.looked} clocks looked at: {found.changed} dates move, {found.overdue} become"
            f" overdue, {found.settled} become certain without moving"
        )

    def _apply(self, found: Recalculation, reason: str) -> None:
        try:
            apply(found.pk, by=OPERATOR, reason=reason, at=now())
        except (AnotherUnderWay, Outdated) as error:
            said = type(error).__doc__
            raise CommandError(f"Nothing was changed. {said} Please run it again.") from None
        while work_off(now()):
            pass
        found.refresh_from_db()
        if found.state != Recalculation.State.DONE:
            self.stderr.write("Some cases are in other hands; `manage.py tick` reckons them anew.")
        self.stdout.write(f"{found.done_looked} clocks reckoned anew: change {found.pk}")


def _data(found: Recalculation) -> dict[str, Any]:
    return {
        "change": found.pk,
        "state": found.state,
        "proposal": found.proposal,
        **{name: getattr(found, name) for name in FIGURES},
        "earliest": found.earliest and found.earliest.isoformat(),
        "latest": found.latest and found.latest.isoformat(),
        "done": {name: getattr(found, f"done_{name}") for name in ("looked", "changed", "overdue")},
    }
