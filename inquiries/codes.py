"""Query codes and signed links: the secrets that open a citizen's case.

The code is derived from the form's secret submission key, so that a second click on "submit"
gets the same code without the code ever being stored; only its digest is.
"""

from __future__ import annotations

import hashlib

from django.core import signing

from foundation.digests import digest, digests
from foundation.numbers import CODE_ALPHABET, CODE_LENGTH, normalise_code

CODE_PURPOSE = "query-code"
LINK_SALT = "inquiries.follow-link"
LINK_DAYS = 180
SURVEY_PURPOSE = "survey-link"
SURVEY_LENGTH = 16
"""79 bits: nobody finds a link by trying, and it is short enough for a text message."""


def code_for(submission_key: str) -> str:
    """The query code of the case this form submission makes."""
    return normalise_code(_letters(digest("code-of-submission", submission_key), CODE_LENGTH))


def _letters(hexadecimal: str, length: int) -> str:
    """The beginning of a digest in letters that are not misread."""
    number = int(hexadecimal, 16)
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[index])
    return "".join(letters)


def code_digest(number: str, code: str) -> str:
    """What is stored of a code; bound to the number, so equal codes do not look equal."""
    return digest(CODE_PURPOSE, f"{number}:{normalise_code(code)}")


def possible_digests(number: str, code: str) -> list[str]:
    """The digests a stored one may equal, former keys included."""
    return digests(CODE_PURPOSE, f"{number}:{normalise_code(code)}")


def key_digest(submission_key: str) -> str:
    """What is stored of a submission key, to know a repeated submission."""
    return hashlib.sha256(submission_key.encode()).hexdigest()


def follow_token(number: str) -> str:
    """A signed token for the link in a letter, which opens the case without typing the code."""
    return signing.dumps(number, salt=LINK_SALT)


def number_in(token: str) -> str | None:
    """The number a follow token was made for; None if it is forged or too old."""
    try:
        number: str = signing.loads(token, salt=LINK_SALT, max_age=LINK_DAYS * 86400)
    except signing.BadSignature:
        return None
    return number


def survey_token(number: str, round_: int, stored: str) -> str | None:
    """The secret of the link to a round's survey; None if it is not the one stored.

    Derived, not kept: every letter of a round has the same link, and no table has it. A token
    made under a former key is found again.
    """
    return next(
        (token for token in _survey_tokens(number, round_) if token_digest(token) == stored), None
    )


def survey_digest(number: str, round_: int) -> str:
    """What is stored of the token of a new survey."""
    return token_digest(_survey_tokens(number, round_)[0])


def token_digest(token: str) -> str:
    """What a token is looked up by, in whatever case it was typed."""
    return hashlib.sha256(token.upper().encode()).hexdigest()


def _survey_tokens(number: str, round_: int) -> list[str]:
    made = digests(SURVEY_PURPOSE, f"{number}:{round_}")
    return [_letters(found, SURVEY_LENGTH) for found in made]
