from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.clock import now
from inquiries.importing.playing import Player, already_there, office
from inquiries.importing.sheet import Fault, Message, SheetError, read
from sla.figures.folding import fold
from sla.policies import NoPolicy

PREFIX = "board:"


class Command(BaseCommand):
    help = (
        "Play a message-board export (.xlsx with the columns 留言编号 留言用户 留言主题 留言时间 "
        "留言详情 答复意见 答复时间) through the real moves at the times they happened. Messages "
        "imported before are skipped, by 留言编号. If any row is faulty nothing is imported."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sheet", help="name of the sheet; by default the first")
        parser.add_argument("--department", default="imported", help="code of the department")
        parser.add_argument("--department-name", default="导入单位", help="its name, if it is new")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        instant = now()
        try:
            messages, faults = read(options["file"], options["sheet"], now=instant)
        except SheetError as error:
            raise CommandError(str(error)) from error
        known = already_there(PREFIX)
        fresh = [message for message in messages if PREFIX + message.ref not in known]
        if faults:
            self._report(options, 0, len(messages) - len(fresh), faults)
            raise CommandError(f"{len(faults)} faulty rows; nothing was imported", returncode=1)
        desk = office(options["department"], options["department_name"])
        try:
            self._play(Player(desk, instant), fresh, quiet=options["json"])
        except NoPolicy as error:
            raise CommandError(f"{error}. Run `manage.py seed` first.") from error
        fold()
        self._report(options, len(fresh), len(messages) - len(fresh), [])

    def _play(self, player: Player, messages: list[Message], *, quiet: bool) -> None:
        for done, message in enumerate(messages, start=1):
            try:
                player.play(message, PREFIX + message.ref)
            except NoPolicy:
                raise
            except Exception as error:
                raise CommandError(
                    f"row {message.row}: {error}; {done - 1} rows before it were imported"
                ) from error
            if not quiet and done % 100 == 0:
                self.stderr.write(f"{done}/{len(messages)}")

    def _report(
        self, options: dict[str, Any], imported: int, skipped: int, faults: list[Fault]
    ) -> None:
        if options["json"]:
            outcome = {
                "imported": imported,
                "skipped": skipped,
                "failed": len(faults),
                "faults": [asdict(fault) for fault in faults],
            }
            self.stdout.write(json.dumps(outcome, ensure_ascii=False))
            return
        self.stdout.write(f"imported {imported}, skipped {skipped}, failed {len(faults)}")
        for fault in faults:
            self.stdout.write(f"  row {fault.row}, {fault.column}: {fault.reason}")
