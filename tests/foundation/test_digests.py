"""Secrets are compared by keyed digest, also after the key was changed."""

from __future__ import annotations

from django.test import override_settings

from foundation.digests import digest, digests, matches


def test_a_digest_fits_its_secret_and_purpose_only():
    stored = digest("query code", "K7PM-2XQA")
    assert len(stored) == 64
    assert matches("query code", "K7PM-2XQA", stored)
    assert not matches("query code", "K7PM-2XQB", stored)
    assert not matches("API token", "K7PM-2XQA", stored)
    assert not matches("query code", "K7PM-2XQA", "")


def test_the_secret_cannot_be_found_without_the_key():
    with override_settings(SECRET_KEY="a" * 50):
        one = digest("query code", "K7PM-2XQA")
    with override_settings(SECRET_KEY="b" * 50):
        assert digest("query code", "K7PM-2XQA") != one


def test_codes_still_open_after_the_key_was_changed():
    with override_settings(SECRET_KEY="a" * 50):
        stored = digest("query code", "K7PM-2XQA")
    with override_settings(SECRET_KEY="b" * 50, SECRET_KEY_FALLBACKS=["a" * 50]):
        assert matches("query code", "K7PM-2XQA", stored)
        assert stored in digests("query code", "K7PM-2XQA")
    with override_settings(SECRET_KEY="b" * 50, SECRET_KEY_FALLBACKS=[]):
        assert not matches("query code", "K7PM-2XQA", stored)
