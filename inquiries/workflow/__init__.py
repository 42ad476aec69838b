"""The only writer of cases. A web page, an API call, a task and a command are doors to here.

    perform("accept", number, by=actor, at=now, seen=version, ...)

locks the case, asks the policy, runs the FSM transition, writes the ledger event, moves the
clocks, records the figures and queues the notices, all in one transaction, or does nothing and
says why.
"""

from __future__ import annotations

from inquiries.workflow import answering, citizen, handling, intake, rating, supervision
from inquiries.workflow.engine import perform
from inquiries.workflow.submission import NewInquiry, Submitted, submit

__all__ = [
    "NewInquiry",
    "Submitted",
    "answering",
    "citizen",
    "handling",
    "intake",
    "perform",
    "rating",
    "submit",
    "supervision",
]
