"""Giving out attachments: as downloads, never to be run or shown inside the site."""

from __future__ import annotations

from typing import Final

from django.http import FileResponse

from inquiries.models import Attachment

SANDBOX: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"


def download(attachment: Attachment) -> FileResponse:
    """The file under its own name. The caller has checked who is asking."""
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.mime,
    )
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
