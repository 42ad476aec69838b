"""The file cache stays within bounds without looking at every write."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.file_cache import FileCache


def cache_in(folder: Path, entries: int) -> FileCache:
    return FileCache(str(folder), {"OPTIONS": {"MAX_ENTRIES": entries}})


def test_what_was_written_is_read_and_added_once(tmp_path: Path) -> None:
    cache = cache_in(tmp_path, 10)
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    assert cache.get("a") == 1


def test_the_folder_is_tidied_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = cache_in(tmp_path, 10)
    monkeypatch.setattr("random.randrange", lambda most: 1)
    for n in range(30):
        cache.set(f"key-{n}", n)
    assert len(list(tmp_path.glob("*.djcache"))) == 30
    monkeypatch.setattr("random.randrange", lambda most: 0)
    cache.set("one-more", 1)
    assert len(list(tmp_path.glob("*.djcache"))) <= 21
