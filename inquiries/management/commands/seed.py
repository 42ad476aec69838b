from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.actors import Role
from foundation.clock import now
from inquiries.demo import bureau, seeding
from sla import defaults
from sla.figures.folding import fold


class Command(BaseCommand):
    help = (
        "Make a small bureau to try things in: departments, one member of staff per role, topics, "
        "the Chinese calendar 2004-2026, policies, reply templates and a few dozen inquiries in "
        "every state. What is already there is left alone. With --bare only calendar and policies."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bare", action="store_true", help="calendar and policies only, for a real bureau"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["bare"]:
            defaults.install()
            self.stdout.write("calendar and policies are in place")
            return
        staff = bureau.build()
        made = seeding.seed(staff, now())
        fold()
        self.stdout.write(f"{made} inquiries made" if made else "the data of earlier runs is kept")
        self.stdout.write(f"\nSign in at /desk/ with the password {bureau.PASSWORD}")
        for person in bureau.PEOPLE:
            roles = ", ".join(Role(role).value for role in person.roles)
            self.stdout.write(f"  {person.username:<14} {roles}")
