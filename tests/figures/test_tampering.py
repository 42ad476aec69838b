"""Somebody with the database's password changes what happened; `verify` names it.

The clever forger knows how the ledger works: they lift the triggers, change rows and all hashes
that hang on them, and mend the case line, the clock and the figures as well. What they cannot
change are seals somebody else has kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inquiries.models import Inquiry
from inquiries.workflow import perform
from ledger.chain import GENESIS, event_hash
from ledger.checking import seal_lines
from ledger.merkle import root_of
from ledger.models import Event, Seal, SealedHead
from ledger.seal import seal_hash
from ledger.sealing import GRACE, midnight, seal
from sla.figures.folding import fold
from sla.figures.measures import civil_day
from sla.models import Case, Delta, Rollup
from sla.proving.verification import Sifting, verify
from sla.sweep import sweep
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.flush import ledger_unguarded

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
REPLIED = MONDAY + 10 * DAY
"""Long after the promised date."""


@pytest.fixture
def late(cast: Cast) -> Inquiry:
    """A case answered too late, in a house whose every day is sealed."""
    inquiry, other = make_inquiry(), make_inquiry()
    moves: dict[int, tuple[tuple[str, str], ...]] = {
        0: (("accept", "intake"), ("assign", "intake"), ("sign_for", "handler")),
        9: (("draft", "handler"), ("submit_for_review", "handler")),
        10: (("reply", "reviewer"),),
    }
    inputs: dict[str, Any] = {"assign": {"department": cast.tech}, "draft": {"text": "您好。"}}
    for day in range(12):
        at = MONDAY + day * DAY
        sweep(at)
        for move, who in moves.get(day, ()):
            perform(move, inquiry.number, by=cast.by(who), at=at, **inputs.get(move, {}))
        if day == 4:
            advance(other, cast, "publish", at)
        fold()
        seal(midnight(civil_day(at) + DAY) + GRACE)
    assert [str(difference) for difference in verify()] == []
    return Inquiry.objects.select_related("case").get(pk=inquiry.pk)


def forge(sql: str, *values: Any) -> None:
    with ledger_unguarded(connection), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def found() -> list[str]:
    return [str(difference) for difference in verify()]


def rehash(number: str) -> None:
    """Make every hash of a chain fit what its rows say now."""
    previous = GENESIS
    with ledger_unguarded(connection):
        for place, event in enumerate(Event.objects.filter(case_number=number), start=1):
            event.seq, event.previous = place, previous
            event.hash = previous = event_hash(replace(event.link(), seq=place))
            event.save()


def reseal(day: Any) -> None:
    """Make a seal, and all after it, fit the heads that are kept now."""
    previous = None
    with ledger_unguarded(connection):
        for each in Seal.objects.filter(day__gte=day).order_by("day"):
            heads = SealedHead.objects.filter(day=each.day).order_by("place")
            hashes = list(heads.values_list("hash", flat=True))
            each.cases = len(hashes)
            each.root = root_of(bytes.fromhex(hash_) for hash_ in hashes).hex()
            each.previous = previous or each.previous
            each.hash = previous = seal_hash(each.line())
            each.save()


def event_of(inquiry: Inquiry, move: str) -> Event:
    return Event.objects.get(case_number=inquiry.number, move=move)


def edit_an_event(late: Inquiry) -> None:
    forge("UPDATE ledger_event SET actor_label = 'x' WHERE id = %s", event_of(late, "reply").pk)


def delete_an_event(late: Inquiry) -> None:
    forge("DELETE FROM ledger_event WHERE id = %s", event_of(late, "draft").pk)


def cut_the_tail(late: Inquiry) -> None:
    forge("DELETE FROM ledger_event WHERE id = %s", event_of(late, "reply").pk)


def edit_and_rehash(late: Inquiry) -> None:
    edit_an_event(late)
    rehash(late.number)


def delete_and_rehash(late: Inquiry) -> None:
    delete_an_event(late)
    rehash(late.number)
    forge("UPDATE inquiries_inquiry SET version = version - 1 WHERE id = %s", late.pk)


def remove_the_chain(late: Inquiry) -> None:
    forge("DELETE FROM ledger_event WHERE case_number = %s", late.number)


def date_the_reply_back(late: Inquiry) -> None:
    """The whole forgery: the reply in time, in the ledger, the line, the clocks and the survey."""
    early = MONDAY + 2 * DAY
    for move in ("draft", "submit_for_review", "reply"):
        event = event_of(late, move)
        text = json.dumps(event.data).replace(REPLIED.isoformat(), early.isoformat())
        forge("UPDATE ledger_event SET at = %s WHERE id = %s", _bound(early), event.pk)
        with ledger_unguarded(connection):
            Event.objects.filter(pk=event.pk).update(data=json.loads(text))
    rehash(late.number)
    case = Case.objects.filter(pk=late.case_id)
    case.update(replied_at=early, ended_at=early, verdict="met", verdict_at=early, answer_days=2)


def _bound(instant: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(instant)


def change_the_line(late: Inquiry) -> None:
    early = MONDAY + 2 * DAY
    Case.objects.filter(pk=late.case_id).update(verdict="met", verdict_at=early)


def change_the_line_and_the_figures(late: Inquiry) -> None:
    """The miss made good in the case line and in every rollup that counts it."""
    case = Case.objects.get(pk=late.case_id)
    assert case.verdict == "missed"
    case.verdict = "met"
    case.save(update_fields=["verdict"])
    assert case.verdict_at is not None
    day = civil_day(case.verdict_at)
    for basis, on in (("event", day), ("receipt", civil_day(MONDAY))):
        for grain, first in (("day", on), ("month", on.replace(day=1))):
            row = Rollup.objects.get(
                grain=grain,
                basis=basis,
                day=first,
                kind=case.kind,
                department_id=case.department_id or 0,
            )
            row.met, row.missed = row.met + 1, row.missed - 1
            row.save()
    assert not Delta.objects.exists()


def change_a_seal(late: Inquiry) -> None:
    forge("UPDATE ledger_seal SET events = events + 1 WHERE day = '2026-03-06'")


def remove_a_seal(late: Inquiry) -> None:
    forge("DELETE FROM ledger_seal WHERE day = '2026-03-06'")


def change_a_head(late: Inquiry) -> None:
    forge("UPDATE ledger_sealedhead SET hash = %s WHERE day = '2026-03-12'", "0" * 64)


def remove_a_head(late: Inquiry) -> None:
    forge("DELETE FROM ledger_sealedhead WHERE day = '2026-03-12'")


def renumber_the_line(late: Inquiry) -> None:
    forge("UPDATE sla_case SET number = '20260401-000000-0' WHERE id = %s", late.case_id)


def hide_from_the_stream(late: Inquiry) -> None:
    forge("UPDATE sla_case SET stream = 'other' WHERE id = %s", late.case_id)


def slip_in_a_head(late: Inquiry) -> None:
    forge(
        "INSERT INTO ledger_sealedhead (day, place, case_number, seq, hash)"
        " VALUES ('2026-04-01', 0, %s, 99, %s)",
        "20260401-000000-0",
        "0" * 64,
    )


TAMPERING: dict[str, tuple[Callable[[Inquiry], None], tuple[str, ...]]] = {
    "an edited event": (edit_an_event, ("ledger: {}: event 7: content was changed",)),
    "an edited event, rehashed": (
        edit_and_rehash,
        ("ledger: {}: event 7: is not the event that was sealed on 2026-03-12",),
    ),
    "a deleted event": (delete_an_event, ("ledger: {}: event 5: missing event",)),
    "a deleted event, rehashed": (
        delete_and_rehash,
        ("ledger: {}: event 6: is not the event that was sealed on 2026-03-11",),
    ),
    "a truncated tail": (
        cut_the_tail,
        ("ledger: {}: event 7: the end of the chain was cut off: event 7 was sealed on",),
    ),
    "a chain that is gone": (remove_the_chain, ("ledger: {}: event 1: all events are gone",)),
    "a reply dated back": (
        date_the_reply_back,
        (
            "ledger: {}: event 7: dated back: dated 2026-03-04, first sealed on 2026-03-12",
            "ledger: {}: event 6: is not the event that was sealed on 2026-03-11",
            "clocks: {}: replied 2026-03-04",
        ),
    ),
    "a changed case line": (
        change_the_line,
        ("recount: {}: met of 2026-03-04 (event) is 1, its events say 0", "clocks: {}: verdict is"),
    ),
    "a changed case line with its figures": (
        change_the_line_and_the_figures,
        ("recount: {}: missed of 2026-03-02 (receipt) is 0, its events say 1", "recount: month"),
    ),
    "a line under another number": (renumber_the_line, ("ledger: {}: its case line is gone",)),
    "a line of no stream": (hide_from_the_stream, ("recount: day event",)),
    "a broken seal": (change_a_seal, ("seals: 2026-03-06: content was changed",)),
    "a seal removed": (
        remove_a_seal,
        ("seals: 2026-03-06: missing seal", "seals: 2026-03-07: does not follow the seal before"),
    ),
    "a sealed head changed": (
        change_a_head,
        ("seals: 2026-03-12: the chain heads kept for it have another root",),
    ),
    "a sealed head removed": (
        remove_a_head,
        ("seals: 2026-03-12: covers 1 cases, 0 chain heads are kept for it",),
    ),
    "a sealed head slipped in": (
        slip_in_a_head,
        ("seals: 2026-04-01: chain heads are kept for it, but no seal",),
    ),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_named(late: Inquiry, name: str) -> None:
    tamper, expected = TAMPERING[name]
    tamper(late)
    wrong = found()
    for line in expected:
        wanted = line.format(late.number)
        assert any(each.startswith(wanted) for each in wrong), (wanted, wrong)


def kept_copy(folder: Path) -> Path:
    """What a citizen, a newspaper or an archive downloaded before."""
    file = folder / "seals.json"
    file.write_text(json.dumps({"seals": [line.as_data() for line in seal_lines()]}))
    return file


def test_even_new_seals_are_found_out_by_a_kept_copy(late: Inquiry, tmp_path: Path) -> None:
    kept = kept_copy(tmp_path)
    edit_and_rehash(late)
    with ledger_unguarded(connection):
        for head in SealedHead.objects.filter(case_number=late.number):
            event = Event.objects.get(case_number=late.number, seq=head.seq)
            SealedHead.objects.filter(pk=head.pk).update(hash=event.hash)
    reseal(civil_day(MONDAY))
    assert not [line for line in found() if line.startswith(("ledger", "seals"))]
    out = StringIO()
    with pytest.raises(CommandError, match="differences in 2 cases"):
        call_command("verify", f"--seals={kept}", stdout=out)
    assert "seals: 2026-03-12: is not the seal that was published" in out.getvalue()


def test_a_kept_copy_of_honest_seals_agrees(late: Inquiry, tmp_path: Path) -> None:
    out = StringIO()
    call_command("verify", f"--seals={kept_copy(tmp_path)}", stdout=out)
    assert out.getvalue() == "0 differences in 2 cases\n"


def test_seals_that_were_published_and_removed_are_named(late: Inquiry, tmp_path: Path) -> None:
    kept = kept_copy(tmp_path)
    forge("DELETE FROM ledger_seal WHERE day >= '2026-03-12'")
    forge("DELETE FROM ledger_sealedhead WHERE day >= '2026-03-12'")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify", f"--seals={kept}", stdout=out)
    assert "seals: 2026-03-12: is gone, though it was published" in out.getvalue()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"seals": [{"day": 1}]}', '{"seals": 7}'])
def test_a_file_that_holds_no_seals_is_told_so(late: Inquiry, tmp_path: Path, content: str) -> None:
    file = tmp_path / "seals.json"
    file.write_text(content)
    with pytest.raises(CommandError, match="holds no seals"):
        call_command("verify", f"--seals={file}")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is two seconds on each time it is asked."""
    seconds = count(0, 2)
    monkeypatch.setattr("sla.management.commands.verify.time.monotonic", lambda: next(seconds))


def test_on_a_terminal_a_bar_shows_how_far_it_is(late: Inquiry, ticking: None) -> None:
    bar = Terminal()
    call_command("verify", stdout=StringIO(), stderr=bar, no_color=True)
    assert bar.getvalue() == f"\r[{'#' * 30}] 2 / 2, 1 a second, 0:00 left\n"


def test_elsewhere_lines_say_so_when_asked(late: Inquiry, ticking: None) -> None:
    said = StringIO()
    call_command("verify", "--progress", stdout=StringIO(), stderr=said, no_color=True)
    assert said.getvalue() == "2 of 2 cases, 1 a second, 0:00 left\n"


def test_broken_off_it_ends_cleanly(late: Inquiry, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(self: Sifting, piece: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Sifting, "work", stop)
    with pytest.raises(CommandError, match="broken off with 0 differences so far") as ended:
        call_command("verify", stdout=StringIO())
    assert ended.value.returncode == 130
