from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from foundation.clock import now
from ledger.sealing import seal


class Command(BaseCommand):
    help = (
        "Seal every day of the ledger that has ended and has no seal. The background work does"
        " this by itself; running it twice, late or from several processes seals nothing twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{seal(now())} days sealed")
