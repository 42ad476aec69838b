"""The shared files of cases with known answers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


def shared(name: str) -> Path:
    """A file of the shared data folder; the test is skipped where there is none."""
    root = Path(os.environ.get("HUIYING_SHARED", Path(__file__).parents[3] / "shared"))
    path = root / "data" / name
    if not path.exists():
        pytest.skip(f"shared data is not here: {name} (set HUIYING_SHARED)")
    return path


def load(name: str) -> Any:
    """What a shared file holds."""
    return json.loads(shared(name).read_text(encoding="utf-8"))
