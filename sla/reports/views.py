"""The reports' pages: list, new, a version, signing, correcting, and the files to take away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Role
from foundation import clock
from foundation.keyset import paginate
from foundation.templatetags.huiying import local_date
from sla.figures.measures import ZONE
from sla.figures.periods import Period
from sla.figures.rates import NONE
from sla.models import PeriodReport, ReportVersion
from sla.reports import spans
from sla.reports.blocks import Block, chart_words, interval_of, is_rate
from sla.reports.forms import CorrectionForm, NewReportForm
from sla.reports.freezing import (
    REFUSALS,
    ReportRefused,
    as_data,
    correction_of,
    freeze_again,
    freeze_first,
    is_sound,
    version_before,
    why_not_sign,
)
from sla.reports.freezing import sign as put_signature
from sla.reports.word import word_file
from sla.reports.words import in_language
from sla.reports.workbook import workbook_file
from sla.supervision import charts
from sla.supervision.desk import DOWNLOAD_POLICY, Desk, actor_of, guarding, supervising

PAGE = 30
ROOM = 1.1
"""How much higher than the highest bar its chart is, so that the number above it has room."""
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Writer = Callable[[dict[str, Any], list[str], str, list[Block]], bytes]
FILES: dict[str, tuple[str, Writer]] = {
    "docx": (WORD, word_file),
    "xlsx": (SHEET, workbook_file),
}


def _frame(request: HttpRequest) -> dict[str, Any]:
    return {"queue_nav": Desk(request, "reports").nav(), "nav_title": _("Supervision")}


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _may_freeze(request: HttpRequest) -> bool:
    return actor_of(request).has(Role.SUPERVISOR)


@supervising
def listed(request: HttpRequest) -> HttpResponse:
    """All reports, the newest period first, each with its newest version."""
    versions = ReportVersion.objects.select_related("signature").defer("figures", "document")
    newest = Prefetch("versions", versions.order_by("-number"))
    reports = PeriodReport.objects.prefetch_related(newest)
    page = paginate(reports, order="-end", cursor=request.GET.get("cursor"), size=PAGE)
    rows = [(report, _name(report), report.versions.all()[0]) for report in page.items]
    context = {"rows": rows, "page": page, "may_freeze": _may_freeze(request)}
    return render(request, "supervision/reports/list.html", _frame(request) | context)


def _name(report: PeriodReport) -> str:
    return spans.name(report.kind, Period(report.start, report.end))[_language()]


@require_http_methods(["GET", "HEAD", "POST"])
@guarding
def new(request: HttpRequest) -> HttpResponse:
    """Freeze the first version of a report."""
    if not _may_freeze(request):
        raise PermissionDenied(str(REFUSALS["not_supervisor"]))
    now = clock.now()
    if request.method != "POST":
        form = NewReportForm(initial={"year": now.astimezone(ZONE).year}, now=now)
        return _new(request, form)
    form = NewReportForm(request.POST, now=now)
    if not form.is_valid():
        return _new(request, form, 422)
    data = form.cleaned_data
    by = actor_of(request)
    try:
        made = freeze_first(data["kind"], data["period"], by=by, as_of=data["as_of"], now=now)
    except ReportRefused as refused:
        form.add_error(None, refused.words)
        return _new(request, form, 409 if refused.code == "exists" else 422)
    messages.success(request, _("The report is frozen. Another supervisor can sign it now."))
    return redirect("supervision:report", pk=made.report_id)


def _new(request: HttpRequest, form: NewReportForm, status: int = 200) -> HttpResponse:
    context = _frame(request) | {"form": form}
    return render(request, "supervision/reports/new.html", context, status=status)


@supervising
def shown(request: HttpRequest, pk: int, number: int | None = None) -> HttpResponse:
    """A version of a report as it was frozen; the newest where no number is given."""
    report = get_object_or_404(PeriodReport, pk=pk)
    return _show(request, report, number)


def _show(
    request: HttpRequest,
    report: PeriodReport,
    number: int | None = None,
    form: CorrectionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    versions = list(
        report.versions.select_related("signature").defer("figures", "document").order_by("-number")
    )
    version = _version(report, number or versions[0].number)
    before = version_before(version)
    corrected = correction_of(version, before)
    newest = version.number == versions[0].number
    signature = getattr(version, "signature", None)
    language, by = _language(), actor_of(request)
    context = {
        "report": report,
        "version": version,
        "versions": versions,
        "signature": signature,
        "document": in_language(version.document, language),
        "blocks": _drawn(version.document["blocks"], language),
        "before": before,
        "correction": _drawn(corrected, language),
        "corrected": sum(len(block["rows"]) for block in corrected if block["type"] == "table"),
        "sound": is_sound(version),
        "newest": newest,
        "may_sign": newest and signature is None and not why_not_sign(version, by),
        "waits": newest and signature is None,
        "form": form or CorrectionForm(initial={"seen": versions[0].number}, now=clock.now()),
        "may_freeze": newest and _may_freeze(request),
    }
    template = "supervision/reports/report.html"
    return render(request, template, _frame(request) | context, status=status)


def _version(report: PeriodReport, number: int) -> ReportVersion:
    versions = report.versions.select_related("signature")
    return get_object_or_404(versions, number=number)


def _drawn(blocks: list[Block], language: str) -> list[Block]:
    return [_block(block, language) for block in in_language(blocks, language)]


def _block(block: Block, language: str) -> Block:
    """A block with its chart's geometry, if it is one; a table's columns marked as words or not."""
    if block["type"] == "table":
        first, *columns = block["columns"]
        held = [[row["cells"][place] for row in block["rows"]] for place in range(len(columns))]
        words = [any(map(_is_words, cells)) for cells in held]
        rows = [
            row | {"cells": list(zip(map(_with_range, row["cells"]), words, strict=True))}
            for row in block["rows"]
        ]
        heads = [(column, said) for column, said in zip(columns, words, strict=True)]
        return block | {"rows": rows, "first": first, "heads": heads}
    if block["type"] != "chart":
        return block
    block = block | {"words": chart_words(block, language)}
    labels, series = block["labels"], block["series"]
    if block["shape"] == "bars":
        values = series[0]["values"]
        room = ROOM * max(values, default=0)
        return block | {"chart": charts.bars(list(zip(labels, values, strict=True)), top=room)}
    named = [(one["name"], one["values"]) for one in series]
    return block | {"chart": charts.lines(labels, named)}


def _with_range(cell: Any) -> Any:
    return cell | {"range": interval_of(cell)} if is_rate(cell) else cell


def _is_words(cell: Any) -> bool:
    return isinstance(cell, str) and cell != NONE and not cell[:1].isdigit()


@require_POST
@guarding
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze a new version of a report."""
    report = get_object_or_404(PeriodReport, pk=pk)
    now = clock.now()
    form = CorrectionForm(request.POST, now=now)
    if not _may_freeze(request):
        raise PermissionDenied(str(REFUSALS["not_supervisor"]))
    if not form.is_valid():
        return _show(request, report, form=form, status=422)
    data = form.cleaned_data
    try:
        freeze_again(
            report,
            seen=data["seen"],
            reason=data["reason"],
            by=actor_of(request),
            as_of=data["as_of"],
            now=now,
        )
    except ReportRefused as refused:
        form.add_error(None, refused.words)
        return _show(request, report, form=form, status=409)
    messages.success(request, _("The new version is frozen. What changed is shown below."))
    return redirect("supervision:report", pk=pk)


@require_POST
@guarding
def sign(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Sign a version somebody else has made."""
    report = get_object_or_404(PeriodReport, pk=pk)
    version = _version(report, number)
    by = actor_of(request)
    if not by.has(Role.SUPERVISOR):
        raise PermissionDenied(str(REFUSALS["not_supervisor"]))
    try:
        put_signature(version, by=by, now=clock.now())
    except ReportRefused as refused:
        messages.error(request, refused.words)
        return _show(request, report, number, status=409)
    messages.success(request, _("The report is signed."))
    return redirect("supervision:report_version", pk=pk, number=number)


@supervising
def export(request: HttpRequest, pk: int, number: int, form: str) -> HttpResponse:
    """A version as a file: docx, xlsx or json; `lang` zh or en, else the reader's language."""
    version = _version(get_object_or_404(PeriodReport, pk=pk), number)
    language = request.GET.get("lang") or _language()
    if language not in ("zh", "en") or form not in (*FILES, "json"):
        raise Http404
    name = f"{version.report.kind}-{version.report.start}-v{number}-{language}.{form}"
    response: HttpResponse
    if form == "json":
        dumped = {"ensure_ascii": False, "indent": 1}
        response = JsonResponse(as_data(version), json_dumps_params=dumped)
    else:
        mime, write = FILES[form]
        signature = _signature(version, language)
        corrected = correction_of(version, version_before(version))
        written = write(version.document, signature, language, corrected)
        response = HttpResponse(written, content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response


def _signature(version: ReportVersion, language: str) -> list[str]:
    """The lines under a report: who signed when, or that nobody has; cut-off and digest."""
    from django.utils import translation

    signature = getattr(version, "signature", None)
    with translation.override("en" if language == "en" else "zh-hans"):
        if signature is None:
            first = [_("Not signed yet")]
        else:
            first = [
                _("Signed by %(name)s") % {"name": signature.signer},
                local_date(signature.signed_at),
            ]
        cut_off = _("Data cut-off %(at)s, version %(number)s") % {
            "at": _minute(version.as_of),
            "number": version.number,
        }
        return [*first, cut_off]


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M}"
