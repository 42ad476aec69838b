"""Which cases a visitor's session has opened, and of which it may show the receipt.

The session holds numbers, and for a receipt the form's key; the query code is derived from it
when the receipt is shown, and is stored nowhere.
"""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from inquiries.codes import code_for

OPENED: Final = "opened_cases"
RECEIPTS: Final = "receipts"
MOST: Final = 20
"""How many cases one session keeps open; the oldest is closed first."""


def opened(request: HttpRequest) -> list[str]:
    """The numbers this session has opened, latest last."""
    found: list[str] = request.session.get(OPENED, [])
    return found


def may_open(request: HttpRequest, number: str) -> bool:
    return number in opened(request)


def remember(request: HttpRequest, number: str) -> None:
    """Let this session open a case from now on."""
    _renew(request)
    request.session[OPENED] = [*(n for n in opened(request) if n != number), number][-MOST:]


def remember_receipt(request: HttpRequest, number: str, secret: str) -> None:
    """Let this session show the receipt, with the query code, and open the case."""
    remember(request, number)
    receipts: dict[str, str] = request.session.get(RECEIPTS, {})
    kept = {**receipts, number: secret}
    request.session[RECEIPTS] = dict(list(kept.items())[-MOST:])


def code_of_receipt(request: HttpRequest, number: str) -> str | None:
    """The query code, if the case was submitted in this session."""
    secret = request.session.get(RECEIPTS, {}).get(number)
    return code_for(secret) if secret else None


def forget(request: HttpRequest) -> None:
    """Close every case, as one does before leaving a shared computer."""
    for key in (OPENED, RECEIPTS):
        request.session.pop(key, None)


def _renew(request: HttpRequest) -> None:
    """Go on in a new session, so that an id planted in a browser beforehand opens nothing.

    The old row stays until it expires: a second click that came with it must still be answered.
    Staff were given a new session when they signed in.
    """
    if request.user.is_authenticated or request.session.is_empty():
        return
    held = dict(request.session.items())
    request.session = type(request.session)()
    request.session.update(held)
