from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.clock import now
from inquiries.demo import bureau
from inquiries.demo.lives import live
from sla.figures.folding import fold

REPORT_EVERY = 200
YEAR = 365


class Command(BaseCommand):
    help = (
        "Play a plausible year of invented inquiries, ending now, through the real moves: more on "
        "working days than at weekends, most answered in time, some late, rejected or reopened."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--inquiries", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, help="another number, another year")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["inquiries"]
        if wanted < 1:
            raise CommandError("--inquiries must be at least 1")
        staff = bureau.build()
        rng = random.Random(options["seed"])  # noqa: S311
        instant = now()
        for done, received in enumerate(sorted(_arrivals(rng, wanted, instant)), start=1):
            live(staff, rng, received_at=received, now=instant)
            if done % REPORT_EVERY == 0 or done == wanted:
                self.stderr.write(f"{done}/{wanted}")
        fold()
        self.stdout.write(f"{wanted} inquiries made")


def _arrivals(rng: random.Random, wanted: int, end: datetime) -> list[datetime]:
    """Instants of the past year, a Saturday or Sunday drawn a third as often as a weekday."""
    found: list[datetime] = []
    while len(found) < wanted:
        at = end - timedelta(seconds=rng.uniform(0, YEAR * 86400))
        if at.weekday() < 5 or rng.random() < 1 / 3:
            found.append(at)
    return found
