from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.clock import now
from sla.attention.watching import self_test


class Command(BaseCommand):
    help = (
        "Send a marked matter through the public form and withdraw it, as an inspector would. "
        "Everything is rolled back: no case, no figure, no letter is left. Exit status 1 and a "
        "notice to the supervisors if the form does not work."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if problem := self_test(now()):
            raise CommandError(f"the public form is broken: {problem}")
        self.stdout.write("the public form works")
