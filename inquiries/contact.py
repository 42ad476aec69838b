"""Telephone numbers as citizens write them. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST_INPUT = 40
SEPARATORS = re.compile(r"[\s()\-‐‑‒–—―−_·.]+")
MOBILE = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})", re.ASCII)
LANDLINE = re.compile(r"(?:\+86|0086)?0?(10|2\d|[3-9]\d{2})([2-9]\d{6,7})", re.ASCII)
FOREIGN = re.compile(r"(?:\+|00)(?!86)[1-9]\d{6,14}", re.ASCII)
EXTENSION = re.compile(r"(?:转|分机|ext|x|#)(\d{1,6})$", re.IGNORECASE | re.ASCII)


def normalise_phone(text: str) -> str:
    """13800138000, 0395-3131234 (转 8 as -8), or +85261234567; full-width digits are read too.

    Raises ValueError for what cannot be dialled: a local number must have its area code.
    """
    plain = unicodedata.normalize("NFKC", text)[: LONGEST_INPUT + 1]
    digits = SEPARATORS.sub("", plain)
    if len(plain) > LONGEST_INPUT:
        raise ValueError("too long")
    extension = EXTENSION.search(digits)
    if extension:
        digits = digits[: extension.start()]
    tail = f"-{extension[1]}" if extension else ""
    if (match := MOBILE.fullmatch(digits)) and not extension:
        return match[1]
    if (digits.startswith(("0", "+86"))) and (match := LANDLINE.fullmatch(digits)):
        return f"0{match[1]}-{match[2]}{tail}"
    if (match := FOREIGN.fullmatch(digits)) and not extension:
        return "+" + match[0].removeprefix("+").removeprefix("00")
    raise ValueError("not a telephone number")
