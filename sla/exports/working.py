"""Writing exports batch by batch: any worker goes on where the last one stopped.

A batch is claimed by its row, appended to the file, and noted in one transaction; memory holds
one batch, however long the list. A CSV file grows line by line. A workbook cannot be appended to,
so its lines are kept as JSON and become a workbook at the end, in openpyxl's streaming mode; its
length is limited for that reason.
"""

from __future__ import annotations

import csv
import json
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from django.db import transaction
from django.utils import translation
from openpyxl import Workbook

from accounts.models import Department
from foundation.claims import claim
from sla.exports.columns import Value, head, lines, neutral
from sla.lists.frozen import frozen
from sla.lists.listing import listing, of_period
from sla.lists.sorting import columns_of, read_sort
from sla.lists.walking import Listing
from sla.models import ListExport
from sla.reports.workbook import text_cell
from sla.standing import horizon
from sla.supervision.asking import Question, read

log = logging.getLogger(__name__)

BATCH = 1000
BATCHES = 10
"""How many batches one pass writes at most, so that other work is not kept waiting."""
MOST_IN_WORKBOOK = 100_000
BOM = b"\xef\xbb\xbf"


def work(now: datetime) -> int:
    """Write some batches of the exports under way, delete what has expired; return the batches."""
    expire(now)
    for done in range(BATCHES):
        if not _batch(now):
            return done
    return BATCHES


def expire(now: datetime) -> int:
    """Delete the files whose time is over; return how many."""
    over = ListExport.objects.filter(expires_at__lte=now).exclude(state="expired")
    if not over.exists():  # an idle pass takes no write lock
        return 0
    with transaction.atomic():
        claimed = claim(over, BATCH)
        for export in claimed:
            export.path.unlink(missing_ok=True)
            export.draft.unlink(missing_ok=True)
        taken = ListExport.objects.filter(pk__in=[export.pk for export in claimed])
        taken.update(state=ListExport.State.EXPIRED)
    return len(claimed)


def _batch(now: datetime) -> bool:
    """Write one batch of the oldest export nobody else is writing; whether there was one."""
    waiting = ListExport.objects.filter(state=ListExport.State.WORKING).order_by("id")
    if not waiting.exists():
        return False
    with transaction.atomic():
        claimed = claim(waiting, 1)
        if not claimed:
            return False
        [export] = claimed
        try:
            with transaction.atomic():
                _write(export, now)
        except Exception:
            # A full disk or a broken row must not stop the other work of the pass.
            log.exception("Export %s failed", export.pk)
            export.draft.unlink(missing_ok=True)
            export.state, export.finished_at = ListExport.State.FAILED, now
        export.save()
    return True


def _write(export: ListExport, now: datetime) -> None:
    with translation.override(export.language):
        _form, asked = read(export.asked, now, list(Department.objects.all()))
        assert asked is not None
        page = _rows(export, asked).page(export.cursor or None, BATCH)
        written = lines(page.items, export.made_by_id, asked.at)
        if not export.cursor:
            written.insert(0, [*head()])
    _append(export, written)
    export.rows_done += len(page.items)
    export.cursor = page.next_cursor or ""
    if page.next_cursor is None:
        _finish(export)
        export.state, export.finished_at = ListExport.State.DONE, now


def _rows(export: ListExport, asked: Question) -> Listing:
    """The list as it stood when the file was asked for, or at the past instant asked about."""
    sort = read_sort(export.asked.get("sort", ""), columns_of(export.measure, asked.basis))
    seen_from = horizon(export.created_at)
    if of_period(export.measure) and asked.at != seen_from.at:
        return listing(export.measure, asked, seen_from, sort)
    return frozen(export.measure, asked, seen_from, sort)


def _append(export: ListExport, written: list[list[Value]]) -> None:
    export.draft.parent.mkdir(parents=True, exist_ok=True)
    with export.draft.open("ab") as file:
        file.truncate(export.size)
        file.write(_encoded(export, written))
        file.flush()
        os.fsync(file.fileno())
        export.size = file.seek(0, os.SEEK_END)


def _encoded(export: ListExport, written: list[list[Value]]) -> bytes:
    if export.form == ListExport.Form.XLSX:
        return "".join(json.dumps(line) + "\n" for line in written).encode()
    text = StringIO()
    csv.writer(text).writerows([neutral(value) for value in line] for line in written)
    return (BOM if not export.size else b"") + text.getvalue().encode()


def _finish(export: ListExport) -> None:
    if export.form == ListExport.Form.CSV:
        export.draft.replace(export.path)
        return
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for line in _kept(export):
        sheet.append([text_cell(sheet, v) if isinstance(v, str) else v for v in line])
    book.save(export.path)
    export.draft.unlink()


def _kept(export: ListExport) -> Iterator[list[Any]]:
    with export.draft.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
