"""Files that came with a form which was not accepted, so that nobody has to choose them again.

They are kept outside the database, under the form's secret, for two hours.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

from inquiries.files import NewFile

KEPT_FOR: Final = timedelta(hours=2)


def keep(secret: str, files: Iterable[NewFile]) -> None:
    """Keep files for the form with this secret."""
    folder = _folder(secret)
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.sha256).write_bytes(file.content)
        facts = {"name": file.name, "mime": file.mime}
        (folder / f"{file.sha256}.json").write_text(json.dumps(facts), encoding="utf-8")


def kept(secret: str) -> list[NewFile]:
    """The files kept for a form, in the order in which they came."""
    found = []
    for path in sorted(_folder(secret).glob("*.json"), key=lambda p: (p.stat().st_mtime_ns, p)):
        facts = json.loads(path.read_text(encoding="utf-8"))
        content = path.with_suffix("").read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest == path.stem:
            found.append(NewFile(facts["name"], facts["mime"], content, digest))
    return found


def drop(secret: str) -> None:
    """Forget what was kept: the form has been accepted."""
    shutil.rmtree(_folder(secret), ignore_errors=True)


def clear(now: datetime) -> int:
    """Throw away what has been waiting too long; how many forms' files that were."""
    if not _root().is_dir():
        return 0
    thrown = 0
    before = (now - KEPT_FOR).timestamp()
    for folder in _root().iterdir():
        try:
            old = folder.stat().st_mtime < before
        except FileNotFoundError:  # another process was quicker
            continue
        if old:
            shutil.rmtree(folder, ignore_errors=True)
            thrown += 1
    return thrown


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / "pending"


def _folder(secret: str) -> Path:
    return _root() / hashlib.sha256(secret.encode()).hexdigest()[:40]
