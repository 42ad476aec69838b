"""The ledger's seals for everybody, and for a citizen the proof of their own case."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import condition, require_safe

import ledger
from foundation import clock
from foundation.keyset import paginate
from foundation.tables import csv_lines, json_pieces
from foundation.throttle import client_key, enforce
from inquiries import access
from inquiries.limits import DOWNLOADS
from inquiries.views.portal.following import ask_for_code
from ledger.checking import seal_lines
from ledger.models import Seal
from ledger.proof import proof_of
from ledger.seal import COLUMNS, FORMAT

PAGE_SIZE = 30
CHECKER: Final = Path(ledger.__file__).parent / "handout" / "check_proof.py"
FOR_ALL: Final = "public, max-age=300"


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """The seals, newest first, with what they prove."""
    page = paginate(
        Seal.objects.all(),
        order="-day",
        cursor=request.GET.get("cursor") or None,
        size=PAGE_SIZE,
    )
    return render(request, "portal/transparency.html", {"page": page})


def _last_sealed(request: HttpRequest) -> datetime | None:
    return Seal.objects.order_by("-day").values_list("sealed_at", flat=True).first()


def _last_seal(request: HttpRequest) -> str | None:
    last = Seal.objects.order_by("-day").values_list("hash", flat=True).first()
    return f'"{last}"' if last else None


@require_safe
@condition(etag_func=_last_seal, last_modified_func=_last_sealed)
def seals_json(request: HttpRequest) -> StreamingHttpResponse:
    """All seals, oldest first."""
    enforce(DOWNLOADS, client_key(request))
    rows = (line.as_data() for line in seal_lines())
    pieces = json_pieces({"format": FORMAT}, "seals", rows)
    return _sent(pieces, "application/json", "seals.json")


@require_safe
@condition(etag_func=_last_seal, last_modified_func=_last_sealed)
def seals_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a table."""
    enforce(DOWNLOADS, client_key(request))
    rows = (line.as_data() for line in seal_lines())
    return _sent(csv_lines(COLUMNS, rows), "text/csv; charset=utf-8", "seals.csv")


def _sent(pieces: Any, content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = FOR_ALL
    return response


@require_safe
def checker(request: HttpRequest) -> FileResponse:
    """The stand-alone program that checks a proof."""
    response = FileResponse(
        CHECKER.open("rb"),
        as_attachment=True,
        filename=CHECKER.name,
        content_type="text/x-python; charset=utf-8",
    )
    response["Cache-Control"] = FOR_ALL
    return response


@require_safe
def proof(request: HttpRequest, number: str) -> HttpResponseBase:
    """The proof of a case, for a session that has opened it."""
    if not access.may_open(request, number):
        return ask_for_code(request, number)
    enforce(DOWNLOADS, client_key(request))
    found = proof_of(number, clock.now())
    if found is None:
        raise Http404
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="proof-{number}.json"'
    response["Cache-Control"] = "no-store, private"
    return response
