"""Attempts are limited by sender, whoever claims to be the sender."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory, override_settings

from foundation import throttle
from foundation.errors import TooManyRequests
from foundation.throttle import Limit, LimitThrottle, client_address, client_key

THREE = Limit("test", 3, 60)
NOON = datetime(2026, 11, 22, 12, 0, 15, tzinfo=UTC)


def test_a_limit_is_reached_told_and_over_with_its_window():
    with time_machine.travel(NOON, tick=False) as clock:
        assert [throttle.hit(THREE, "a") for _ in range(5)] == [None, None, None, 45, 45]
        assert throttle.hit(THREE, "b") is None
        assert throttle.hit(Limit("other", 3, 60), "a") is None
        clock.shift(45)
        assert throttle.hit(THREE, "a") is None


def test_looking_does_not_count():
    with time_machine.travel(NOON, tick=False):
        for _ in range(9):
            assert throttle.peek(THREE, "a") is None
        for _ in range(3):
            throttle.hit(THREE, "a")
        assert throttle.peek(THREE, "a") == 45


def test_beyond_the_limit_a_view_is_left():
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            throttle.enforce(THREE, "a")
        with pytest.raises(TooManyRequests) as refused:
            throttle.enforce(THREE, "a")
        assert refused.value.retry_after == 45


def test_no_address_or_number_is_kept_in_the_cache(monkeypatch):
    keys: list[str] = []

    def note(key: str, *args: object) -> bool:
        keys.append(key)
        return True

    monkeypatch.setattr(cache, "add", note)
    throttle.hit(THREE, "13939521234")
    assert len(keys) == 1
    assert "13939521234" not in keys[0]


def test_a_cache_that_is_down_stops_nobody(monkeypatch, caplog):
    def down(*args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache, "add", down)
    monkeypatch.setattr(cache, "get", down)
    assert throttle.hit(THREE, "a") is None
    assert throttle.peek(THREE, "a") is None
    assert "not enforced" in caplog.text


def test_a_count_that_expires_while_it_is_raised_starts_anew(monkeypatch):
    monkeypatch.setattr(cache, "add", lambda *args: False)
    assert throttle.hit(THREE, "a") is None
    assert throttle.hit(THREE, "a") is None


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (0, "203.0.113.9", None, "203.0.113.9"),
        (1, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "127.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1", None, "127.0.0.1"),
        (1, "127.0.0.1", "nonsense", ""),
        (1, "", "198.51.100.1", "198.51.100.1"),
        (0, "", None, ""),
        (0, "::ffff:203.0.113.9", None, "203.0.113.9"),
        (0, "fe80::1%eth0", None, "fe80::1"),
    ],
)
def test_the_sender_is_the_one_our_own_proxy_saw(proxies, remote, forwarded, address):
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    with override_settings(PROXY_COUNT=proxies):
        assert client_address(request) == address


@pytest.mark.parametrize(
    ("remote", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_a_network_of_ipv6_counts_as_one_sender(remote, key):
    assert client_key(RequestFactory().get("/", REMOTE_ADDR=remote)) == key


def test_the_api_is_limited_by_the_same_counter():
    class Throttle(LimitThrottle):
        limit = Limit("test", 1, 60)

    with time_machine.travel(NOON, tick=False):
        request = RequestFactory().get("/")
        assert Throttle().allow_request(request, None)
        refused = Throttle()
        assert not refused.allow_request(request, None)
        assert refused.wait() == 45
        other = RequestFactory().get("/", REMOTE_ADDR="203.0.113.1")
        assert Throttle().allow_request(other, None)
