"""One size on one database: fill it if it is empty, measure, and write the figures as JSON.

Started by `python -m bench` in a process of its own, whose environment names the database.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

PROVED = ["verify"]
"""Measured by itself, on copies that nothing is wrong with."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.one")
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    # Told to stop, the bench ends its web server first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from bench.copies import WHOLE, is_empty
    from bench.loading import load
    from bench.measuring import measure
    from foundation import clock

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    only = [name for name in options.only.split(",") if name]
    call_command("migrate", verbosity=0)
    if is_empty():
        say(f"Filling to {options.size:,} inquiries")
        load(options.size, now=clock.now().replace(microsecond=0), say=say, true=only == PROVED)
    say("Measuring")
    figures = [figure.as_data() for figure in measure(only, say, whole=options.size <= WHOLE)]
    options.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
