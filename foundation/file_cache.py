"""The cache of the embedded default: files, shared by all processes of one machine."""

from __future__ import annotations

import random
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache

TIDIED_ONCE_IN = 100
"""Django lists the whole folder at every write, to see whether it is full; at a few thousand
entries that costs more than taking in a matter does."""


class FileCache(FileBasedCache):
    """Django's file cache, which looks for entries to throw away at one write in a hundred.

    It may pass its greatest size by about as many entries.
    """

    def _cull(self) -> Any:
        if random.randrange(TIDIED_ONCE_IN) == 0:  # noqa: S311 - no secret
            return super()._cull()  # type: ignore[misc]
        return None
