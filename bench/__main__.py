"""`python -m bench`: fill scratch databases, measure, print a table and keep the figures."""

from __future__ import annotations

import argparse
import json
import os
import platform
import secrets
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.figure import Figure, read
from bench.report import table
from bench.scratch import scratch

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}
USUAL = ["10k", "100k"]


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    server = os.environ.get("DATABASE_URL", "")
    found: dict[str, list[Figure]] = {}
    kept = _place("postgresql" if server.startswith("postgres") else "sqlite")
    for size in options.size or _usual_sizes():
        found[size] = _measure(SIZES[size], server, options)
        smallest = found.get("10k", []) if size != "10k" else []
        busy = f"load average {os.getloadavg()[0]:.1f}"
        print(f"\n{size} inquiries ({busy})\n{table(found[size], smallest)}\n", flush=True)
        _keep(found, kept)
    print(f"Kept in {kept.relative_to(ROOT)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measures the house at size, on scratch databases of its own: on the"
        " PostgreSQL server of DATABASE_URL, else on SQLite. SIZE=1m adds a million inquiries,"
        " SIZE=10m ten million case lines.",
    )
    parser.add_argument("--size", action="append", choices=list(SIZES), help="may be given again")
    parser.add_argument("--only", default="", help="names of figures, with commas between them")
    parser.add_argument("--keep", action="store_true", help="leave the PostgreSQL database there")
    return parser.parse_args()


def _usual_sizes() -> list[str]:
    wanted = os.environ.get("SIZE", "").lower()
    return [*USUAL, *([wanted] if wanted in SIZES and wanted not in USUAL else [])]


def _measure(size: int, server: str, options: argparse.Namespace) -> list[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="huiying-bench-") as folder,
        scratch(server, Path(folder), keep=options.keep) as database,
    ):
        out = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "bench.one", "--size", str(size), "--out", str(out)]
        surroundings = {
            **os.environ,
            "DATABASE_URL": database,
            "VAR_DIR": folder,
            "SECRET_KEY": secrets.token_urlsafe(48),
            # The load generator says, as a proxy would, that each citizen has an own address.
            "PROXY_COUNT": "1",
            "LOG_LEVEL": "ERROR",
            "BROKER_URL": "",
        }
        only = ["--only", options.only]
        _run([*command, *only], surroundings)
        return [read(data) for data in json.loads(out.read_text(encoding="utf-8"))]


def _run(command: list[str], surroundings: dict[str, str]) -> None:
    """Run to the end, or end it in order when told to stop."""
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings)
    try:
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if code:
        raise SystemExit(f"The measuring ended with status {code}.")


def _place(engine: str) -> Path:
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{engine}.json"


def _keep(found: dict[str, list[Figure]], file: Path) -> None:
    kept = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg(),
        "sizes": {size: [each.as_data() for each in figures] for size, figures in found.items()},
    }
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
