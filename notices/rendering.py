"""From a queued letter to its words, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from notices.models import Outbox

ContextMaker = Callable[[Outbox], dict[str, Any]]
_makers: list[ContextMaker] = []


class Letter(NamedTuple):
    subject: str
    body: str


def provide_context(maker: ContextMaker) -> None:
    """Let a floor above add to every letter's context when it is sent (links, names)."""
    if maker not in _makers:
        _makers.append(maker)


def render(letter: Outbox) -> Letter:
    """The first line of templates/notices/<kind>.txt is the subject, the rest the body."""
    with override(letter.language):
        english = letter.language.startswith("en")
        context: dict[str, Any] = {
            **letter.context,
            "site_name": settings.SITE_NAME_EN if english else settings.SITE_NAME,
        }
        for maker in _makers:
            context |= maker(letter)
        text = render_to_string(f"notices/{letter.kind}.txt", context).strip()
    subject, _, body = text.partition("\n")
    return Letter(subject.strip(), body.strip() + "\n")
