"""Opening a case with its number and query code: one door for the portal and the API.

An unknown number and a wrong code are one and the same failure, take the same work, and are
counted, so that nothing can be learned by trying.
"""

from __future__ import annotations

from typing import Final

from django.utils.crypto import constant_time_compare

from foundation.errors import TooManyRequests
from foundation.numbers import NumberError, parse_number
from foundation.throttle import hit, peek
from inquiries.codes import possible_digests
from inquiries.errors import NoSuchCase
from inquiries.limits import WRONG_CODES
from inquiries.models import Inquiry

NOBODYS: Final = "0" * 64
"""What a code is compared with when there is no case: no code has this digest."""


def open_case(number: str, code: str, *, sender: str) -> Inquiry:
    """The inquiry this number and query code belong to, its case and topic loaded with it.

    `number` and `code` are taken as they were typed; `sender` is whom to count, see
    `foundation.throttle.client_key`. Raises NoSuchCase, or TooManyRequests after too many wrong
    pairs.
    """
    if retry_after := peek(WRONG_CODES, sender):
        raise TooManyRequests(retry_after)
    inquiry = _find(number)
    stored = inquiry.code_digest if inquiry is not None else NOBODYS
    written = inquiry.number if inquiry is not None else number
    fits = False
    for made in possible_digests(written, code):
        fits |= constant_time_compare(made, stored)
    if inquiry is None or not fits:
        if retry_after := hit(WRONG_CODES, sender):
            raise TooManyRequests(retry_after)
        raise NoSuchCase(number)
    return inquiry


def _find(number: str) -> Inquiry | None:
    try:
        canonical = parse_number(number)
    except NumberError:
        return None
    found = Inquiry.objects.select_related("case__department", "topic", "district")
    return found.filter(case__number=canonical).first()
