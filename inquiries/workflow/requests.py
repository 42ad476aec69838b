"""Requests that a move leaves without anything to decide on."""

from __future__ import annotations

from inquiries.workflow.step import Step

SETTLING = frozenset({"return", "reassign", "reply", "merge", "withdraw", "lapse"})
"""Moves after which the department that asked for more time no longer needs it."""


def settle(step: Step) -> None:
    """Close a request for an extension as lapsed: refused, and by nobody."""
    if step.move not in SETTLING:
        return
    request = step.inquiry.extension_requests.filter(granted__isnull=True).first()
    if request is not None:
        request.granted, request.decided_at = False, step.at
        request.save(update_fields=["granted", "decided_at"])
        step.data["extension_lapsed"] = request.amount
