"""Open data for everybody: cases that lead to nobody, and figures with their definitions."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import condition, require_safe

from accounts.models import Department
from foundation import clock
from foundation.tables import csv_lines, json_pieces
from foundation.throttle import client_key, enforce
from inquiries.labels import CHANNELS, KINDS
from inquiries.limits import DOWNLOADS
from inquiries.models import Topic
from sla.figures.anonymity import BANDS, LONGEST, K
from sla.figures.open_data import COLUMNS, DEFINITIONS, FIELDS, SMALLEST, Year, years

FOR_ALL = "public, max-age=300"


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """What there is, what each field means, and what was done so that nobody is found in it."""
    now = clock.now()
    context = {
        "years": [Year(year, now) for year in years(now)],
        "fields": FIELDS.items(),
        "definitions": DEFINITIONS.items(),
        "kinds": KINDS.items(),
        "channels": CHANNELS.items(),
        "departments": Department.objects.all(),
        "topics": Topic.objects.all(),
        "bands": [*(name for _, name in BANDS), LONGEST],
        "k": K,
        "smallest": SMALLEST,
    }
    return render(request, "portal/open_data.html", context)


def _year(year: int) -> Year:
    now = clock.now()
    if year not in years(now):
        raise Http404
    return Year(year, now)


def _tag(request: HttpRequest, year: int) -> str:
    """One for each month and year; the table changes when the cut-off moves."""
    found = _year(year)
    return f'W/"{found.tag()}"'


@require_safe
@condition(etag_func=_tag)
def cases_csv(request: HttpRequest, year: int) -> StreamingHttpResponse:
    """The cases of a year as a table."""
    found = _begin(request, year)
    return _sent(csv_lines(COLUMNS, found.rows()), "text/csv; charset=utf-8", f"{year}-cases.csv")


@require_safe
@condition(etag_func=_tag)
def cases_json(request: HttpRequest, year: int) -> StreamingHttpResponse:
    """The same with what it is, as of when, and how many were left out."""
    found = _begin(request, year)
    pieces = json_pieces(found.about(), "rows", found.rows())
    return _sent(pieces, "application/json", f"{year}-cases.json")


@require_safe
def figures_json(request: HttpRequest, year: int) -> HttpResponse:
    """The figures of a year, on both bases, with their definitions."""
    found = _begin(request, year)
    # One address, one content: the definitions are in English, the guide tells them in Chinese.
    with override("en"):
        data = found.figures()
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Cache-Control"] = FOR_ALL
    return response


def _begin(request: HttpRequest, year: int) -> Year:
    found = _year(year)
    enforce(DOWNLOADS, client_key(request))
    return found


def _sent(pieces: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = FOR_ALL
    return response
