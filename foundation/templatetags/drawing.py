"""Pieces of pages that are drawn once for the same numbers."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.translation import get_language

register = template.Library()

REMEMBERED = 1024
"""Pieces each process remembers; the one not shown for the longest time is forgotten first."""


@dataclass(frozen=True, slots=True)
class _Values:
    """What a template is filled in with; equal to others with which it would look the same."""

    key: Hashable
    values: dict[str, Any] = field(compare=False)


@register.simple_tag
def drawn(name: str, **values: Any) -> str:
    """A template filled in with these values and nothing else, as `include ... only` does it, and
    remembered by its name, the language and all of the values.

    For templates that show nothing but their values and words: a piece is drawn anew as soon as
    any of them differs. Values are texts, numbers, and lists, dicts and frozen dataclasses of
    these. Raises TypeError for what cannot be told apart by its value.
    """
    return _drawn(name, get_language(), _Values(_key(values), values))


@lru_cache(maxsize=REMEMBERED)
def _drawn(name: str, language: str | None, given: _Values) -> str:
    return get_template(name).render(given.values)


def _key(value: Any) -> Hashable:
    """The value as something hashable. Its type counts, since 1, True and 1.0 are equal and so
    are a text and the same text marked safe, but are not shown alike."""
    if isinstance(value, dict):
        return tuple([(name, _key(one)) for name, one in value.items()])
    if type(value) in (list, tuple):
        return tuple([_key(one) for one in value])
    return type(value), value
