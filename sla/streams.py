"""What the streams above tell supervision about themselves: words for their codes, own checks.

The service-level engine knows nothing of inquiries; each stream registers what it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from sla.proving.sifting import Lot
    from sla.proving.tally import Tally
    from sla.proving.verification import Batch, Difference

Words = Mapping[str, "str | Promise"]


@dataclass(frozen=True, slots=True)
class Stream:
    """A kind of case that is supervised: the words for its codes, and a check of its own.

    Topics and districts change while the house runs: they are looked up, names by code.
    `by_hand` are the channels of cases that staff type in for the citizen. `check` yields what it
    finds wrong with the stream's own rows of a batch of cases, and adds up what each counts as by
    its events; `sift` does the same for many cases fast, and yields only the keys of those that
    `check` must look at. `manage.py verify` runs them.
    """

    code: str
    name: str | Promise = ""
    kinds: Words = field(default_factory=dict)
    channels: Words = field(default_factory=dict)
    stages: Words = field(default_factory=dict)
    exclusions: Words = field(default_factory=dict)
    ratings: Mapping[int, str | Promise] = field(default_factory=dict)
    topics: Callable[[], Words] = dict
    districts: Callable[[], Words] = dict
    by_hand: frozenset[str] = frozenset()
    sift: Callable[[Lot, Tally], Iterator[int]] | None = None
    check: Callable[[Batch, Tally], Iterator[Difference]] | None = None


_streams: dict[str, Stream] = {}


def register(stream: Stream) -> None:
    _streams[stream.code] = stream


def streams() -> list[Stream]:
    return list(_streams.values())


def words(group: str) -> dict[Any, str | Promise]:
    """All codes of a group (kinds, channels, stages, exclusions, ratings, topics, districts) in
    their own order."""
    found: dict[Any, str | Promise] = {}
    for stream in streams():
        named = getattr(stream, group)
        found |= named() if callable(named) else named
    return found


def word(group: str, code: str | int) -> str:
    """The word for a code; the code itself where no stream has named it."""
    return str(words(group).get(code, code))


def stream(code: str) -> Stream:
    """The stream with this code. Raises KeyError."""
    return _streams[code]


def by_hand() -> frozenset[str]:
    """The channels of cases typed in by staff; their ratings can be left out of satisfaction."""
    return frozenset(channel for stream in streams() for channel in stream.by_hand)
