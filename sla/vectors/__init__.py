"""Cases with known answers, put to the working-time engine. Pure; imports no Django.

A file holds a list of cases, or an object whose `vectors` are one. A case asks one question
(`sla.vectors.questions`), tells the life of a matter (`sla.vectors.lives`), or names a day of
receipt and a number of working days.
"""

from __future__ import annotations

from sla.vectors.checking import Outcome, Report, check
from sla.vectors.reading import Unreadable, cases_in

__all__ = ["Outcome", "Report", "Unreadable", "cases_in", "check"]
