"""How much and how often citizens may send: the same through the portal and the API."""

from __future__ import annotations

from typing import Final

from foundation.throttle import Limit

SHORTEST_TITLE: Final = 2
LONGEST_TITLE: Final = 100
SHORTEST_TEXT: Final = 5
LONGEST_TEXT: Final = 5_000
LONGEST_NAME: Final = 60
LONGEST_PHONE: Final = 30
LONGEST_REMARK: Final = 2_000
"""Characters of a supplement, a reason, a comment or a note."""

LONGEST_REPLY: Final = 20_000
LONGEST_SEARCH: Final = 100

SUBMISSIONS: Final = Limit("submit", 30, 3600)
"""Per sender; a whole office may sit behind one address."""

SUBMISSIONS_PER_CONTACT: Final = Limit("submit-contact", 10, 24 * 3600)
"""Per telephone number or e-mail address."""

KEPT_UPLOADS: Final = Limit("kept-uploads", 60, 3600)
"""Refused forms whose files are kept for the next try, per sender."""

WRONG_CODES: Final = Limit("wrong-code", 20, 15 * 60)
"""Wrong pairs of number and query code, per sender. There is no limit per number: it would let
anybody lock a citizen out, and a code of 40 bits does not need it."""

CITIZEN_CHANGES: Final = Limit("citizen-change", 60, 3600)
"""Supplements, ratings and requests, per sender."""

READS: Final = Limit("read", 600, 60)
"""Public lists and searches through the API, per sender."""

DOWNLOADS: Final = Limit("download", 60, 3600)
"""Whole tables and proofs, per sender."""

STAFF_CALLS: Final = Limit("staff-call", 1200, 60)
"""API calls of one member of staff."""
