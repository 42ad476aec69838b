"""The Merkle tree of a day's chain heads, as RFC 9162 (section 2.1) builds it. Pure.

Leaves and inner nodes are hashed with different first bytes, so that neither can be passed off as
the other; a node without a neighbour is carried up as it is, never doubled. Hashes are bytes here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

LEAF, NODE = b"\x00", b"\x01"
NOTHING = hashlib.sha256(b"").digest()
"""The root over no leaves."""


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


class Tree:
    """Leaves added one after another; keeps one hash for each level, however many there are."""

    def __init__(self) -> None:
        self.size = 0
        self._full: list[bytes] = []

    def add(self, content: bytes) -> None:
        found, size = leaf_hash(content), self.size
        while size & 1:
            found, size = node_hash(self._full.pop(), found), size >> 1
        self._full.append(found)
        self.size += 1

    def root(self) -> bytes:
        if not self._full:
            return NOTHING
        *others, found = self._full
        for left in reversed(others):
            found = node_hash(left, found)
        return found


def root_of(contents: Iterable[bytes]) -> bytes:
    tree = Tree()
    for content in contents:
        tree.add(content)
    return tree.root()


def path_of(contents: Iterable[bytes], place: int, size: int) -> list[bytes]:
    """The hashes that lead from the leaf at `place` to the root of `size` leaves, lowest first.

    The leaves are read once, in order. Raises ValueError when the place is none of theirs or there
    are fewer of them.
    """
    if not 0 <= place < size:
        raise ValueError(f"there is no leaf {place} among {size}")
    return _path(iter(contents), place, size)


def _path(contents: Iterator[bytes], place: int, size: int) -> list[bytes]:
    if size == 1:
        next(contents)
        return []
    left = 1 << (size - 1).bit_length() - 1
    if place < left:
        lower = _path(contents, place, left)
        return [*lower, _root_of_next(contents, size - left)]
    beside = _root_of_next(contents, left)
    return [*_path(contents, place - left, size - left), beside]


def _root_of_next(contents: Iterator[bytes], size: int) -> bytes:
    tree = Tree()
    for content in islice(contents, size):
        tree.add(content)
    if tree.size < size:
        raise ValueError("there are fewer leaves than the tree had")
    return tree.root()


def root_from(content: bytes, place: int, size: int, path: Iterable[bytes]) -> bytes:
    """The root a leaf and its path lead to. Raises ValueError for a path of the wrong length."""
    found, last = leaf_hash(content), size - 1
    if not 0 <= place <= last:
        raise ValueError(f"there is no leaf {place} among {size}")
    for beside in path:
        if last == 0:
            raise ValueError("the path is too long")
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return found
