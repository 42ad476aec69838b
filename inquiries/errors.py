"""What can go wrong with a move, each a thing a person can be told precisely."""

from __future__ import annotations

from inquiries.policy import Refusal


class MoveError(Exception):
    """Base of all reasons a move was not made. Nothing has been changed."""


class NoSuchCase(MoveError):
    """No inquiry has this number."""


class MoveRefused(MoveError):
    """The actor may not make this move now."""

    def __init__(self, move: str, reason: Refusal) -> None:
        super().__init__(f"{move}: {reason}")
        self.move, self.reason = move, reason


class StaleCase(MoveError):
    """The case has moved on since the form was made."""

    def __init__(self, seen: int, version: int) -> None:
        super().__init__(f"seen {seen}, now {version}")
        self.seen, self.version = seen, version


class InvalidInput(MoveError):
    """One field of the input is unusable; `inquiries.labels.FAULTS` puts `code` in words."""

    def __init__(self, field: str, code: str, **params: object) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code, self.params = field, code, params
