"""The tree of a day: RFC 9162's definition, its paths, and what cannot be passed off as it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import NOTHING, leaf_hash, node_hash, path_of, root_from, root_of

LEAVES = st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=70)


def defined(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


def test_known_roots() -> None:
    """Of the test vectors of Certificate Transparency's reference implementation."""
    leaves = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243")]
    leaves += [bytes.fromhex("5051525354555657"), bytes.fromhex("606162636465666768696a6b6c6d6e6f")]
    known = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    assert {n: root_of(leaves[:n]).hex() for n in known} == known
    assert root_of([]) == NOTHING


@given(LEAVES)
def test_the_root_is_that_of_the_definition(leaves: list[bytes]) -> None:
    assert root_of(leaves) == defined(leaves)


@given(LEAVES, st.data())
def test_every_leaf_has_a_path_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    path = path_of(leaves, place, len(leaves))
    assert len(path) <= len(leaves).bit_length()
    assert root_from(leaves[place], place, len(leaves), path) == root_of(leaves)


@given(LEAVES, st.data())
def test_a_path_proves_its_own_leaf_and_place_alone(
    leaves: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    size, path, root = len(leaves), path_of(leaves, place, len(leaves)), root_of(leaves)
    assert root_from(leaves[place] + b"x", place, size, path) != root
    for i in range(len(path)):
        bent = [*path[:i], bytes(32), *path[i + 1 :]]
        assert root_from(leaves[place], place, size, bent) != root
    for wrong in ([*path, bytes(32)], path[:-1]):
        if wrong != path:
            with pytest.raises(ValueError, match="the path is too"):
                root_from(leaves[place], place, size, wrong)


def test_a_place_outside_the_tree_is_refused() -> None:
    for place in (-1, 2):
        with pytest.raises(ValueError, match="there is no leaf"):
            path_of([b"a", b"b"], place, 2)
        with pytest.raises(ValueError, match="there is no leaf"):
            root_from(b"a", place, 2, [bytes(32)])
    with pytest.raises(ValueError, match="fewer leaves"):
        path_of([b"a"], 0, 2)


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert root_of([b"a", b"b"]) == node_hash(left, right)
    assert root_of([left + right]) != root_of([b"a", b"b"])


def test_an_odd_leaf_is_not_doubled() -> None:
    assert root_of([b"a", b"b", b"c"]) != root_of([b"a", b"b", b"c", b"c"])
