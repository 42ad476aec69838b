"""Reports on real cases: composed, frozen, corrected, signed, taken away as files."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import Error, connection, transaction
from django.urls import reverse

from accounts.models import User
from inquiries.states import Ground
from inquiries.workflow import perform
from sla.background import tick
from sla.models import PeriodReport, ReportSignature, ReportVersion
from sla.reports import spans
from sla.reports.freezing import ReportRefused, freeze_again, freeze_first, is_sound, sign
from sla.reports.gathering import gather
from tests.factories import Cast, advance, china, make_inquiry
from tests.reports.played import (
    DAY,
    SEED,
    YEAR_END,
    export,
    frozen,
    play,
    reader,
    table,
    words,
)

pytestmark = pytest.mark.django_db


def test_the_customers_sentence_comes_from_nine_played_cases(cast: Cast) -> None:
    play(cast, [5, 4, 3] * 3)
    assert SEED in words(frozen(cast))


def test_the_customers_sentence_is_refused_when_one_rating_is_missing(cast: Cast) -> None:
    play(cast, [5, 4, 3, 5, 4, 3, 5, 4, None])
    text = words(frozen(cast))
    assert "群众满意率均达到100%" not in text
    assert "群众满意率100%（8/8），参评率88.89%（8/9），未评价的不计为满意" in text


def test_every_figure_of_the_text_stands_in_a_table(cast: Cast) -> None:
    play(cast, [5] * 3)
    at = china(2026, 5, 6)
    rejected = make_inquiry(at)
    perform(
        "reject",
        rejected.number,
        by=cast.by("intake"),
        at=at,
        ground=Ground.NOT_OURS,
        explanation="请向税务部门咨询。",
    )
    make_inquiry(china(2026, 12, 30))
    made = frozen(cast)
    whole = table(made, "kinds")["total"]
    assert (whole["received"], whole["excluded"], whole["published"]) == (5, 1, 3)
    assert whole["reply_rate"] == {"n": 3, "d": 4, "percent": "75.00%"}
    assert {row: cells["received"] for row, cells in table(made, "months").items()} == {
        **{f"2026-{month:02}": 0 for month in range(1, 13)},
        "2026-01": 1,
        "2026-02": 1,
        "2026-03": 1,
        "2026-05": 1,
        "2026-12": 1,
        "total": 5,
    }
    assert table(made, "excluded") == {"rejected": {"excluded": 1}, "total": {"excluded": 1}}
    assert {row: cells["n"] for row, cells in table(made, "balance").items()} == {
        "carried_in": 0,
        "received": 5,
        "replied": 3,
        "excluded": 1,
        "open": 1,
    }


@pytest.mark.parametrize("as_of", [china(2026, 2, 10), china(2026, 6, 1), YEAR_END])
def test_what_comes_in_goes_somewhere(cast: Cast, as_of: Any) -> None:
    play(cast, [5, None, 1])
    for at in (china(2025, 12, 30), china(2026, 2, 9), china(2026, 5, 30)):
        make_inquiry(at)
    tick(as_of)
    for kind, number in (("month", 1), ("month", 2), ("quarter", 1), ("half", 1), ("year", 1)):
        found = gather(kind, spans.span(kind, 2026, number), as_of=as_of, now=YEAR_END)
        assert found.balance.holds, (kind, number)
        for parts in (found.months, found.kinds, found.departments, found.channels):
            for measure, n in found.total.items():
                assert sum(part.counts[measure] for part in parts) == n


def test_the_websites_yearly_statement(cast: Cast) -> None:
    play(cast, [5, 5])
    late = make_inquiry(china(2025, 12, 30))
    advance(late, cast, "reply", china(2026, 1, 5, 10))
    make_inquiry(china(2026, 12, 30))
    made = frozen(cast)
    expected = {
        "received": 3,
        "answered": 3,
        "public_answers": 2,
        "average_days": "2.7",
        "average_working_days": "1.3",
    }
    assert made.figures["interaction"] == expected
    assert {row: cells["n"] for row, cells in table(made, "interaction").items()} == expected


def test_a_month_has_no_yearly_statement(cast: Cast) -> None:
    play(cast, [5])
    month = spans.span("month", 2026, 1)
    by = cast.by("supervisor")
    made = freeze_first("month", month, by=by, as_of=YEAR_END, now=YEAR_END)
    assert "interaction" not in made.figures
    assert "2026年1月，共收到" in words(made)
    assert "In January 2026, 1 case came in" in words(made, "en")


def test_a_frozen_report_reads_the_same_whatever_happens_to_the_cases(cast: Cast) -> None:
    play(cast, [5] * 3)
    made = frozen(cast, as_of=china(2026, 12, 1))
    before = (made.figures, made.document, made.digest)
    advance(make_inquiry(china(2026, 12, 30)), cast, "reply", YEAR_END)
    made.refresh_from_db()
    assert (made.figures, made.document, made.digest) == before
    assert is_sound(made)


def test_a_correction_is_a_new_version_that_shows_what_changed(cast: Cast) -> None:
    play(cast, [5] * 3)
    old = frozen(cast)
    late = make_inquiry(china(2026, 12, 30))
    now = YEAR_END + DAY
    new = freeze_again(
        old.report, seen=1, reason="补录一件", by=cast.by("supervisor"), as_of=now, now=now
    )
    assert (new.number, new.reason) == (2, "补录一件")
    with time_machine.travel(now, tick=False):
        page = reader(cast.auditor).get(reverse("supervision:report", args=[old.report_id]))
    text = " ".join(page.content.decode().split())
    assert "What changed since version 1" in text
    assert "补录一件" in text
    assert '<td>Received</td><td class="num">3</td><td class="num">4</td>' in text
    old.refresh_from_db()
    assert table(old, "kinds")["total"]["received"] == 3
    assert late.number not in text


def test_two_corrections_at_once_one_wins_the_other_is_told(cast: Cast) -> None:
    made = frozen(cast)
    given: dict[str, Any] = {"by": cast.by("supervisor"), "as_of": YEAR_END, "now": YEAR_END}
    freeze_again(made.report, seen=1, reason="一", **given)
    with pytest.raises(ReportRefused, match="newer"):
        freeze_again(made.report, seen=1, reason="二", **given)
    assert made.report.versions.count() == 2


@pytest.mark.parametrize(
    ("who", "why"), [("auditor", "not_supervisor"), ("supervisor", "own_draft")]
)
def test_who_may_not_sign(cast: Cast, who: str, why: str) -> None:
    with pytest.raises(ReportRefused, match=why):
        sign(frozen(cast), by=cast.by(who), now=YEAR_END)


def test_another_supervisor_signs_once_and_the_newest_only(cast: Cast, second: User) -> None:
    made = frozen(cast)
    given: dict[str, Any] = {"by": cast.by("supervisor"), "as_of": YEAR_END, "now": YEAR_END}
    newer = freeze_again(made.report, seen=1, reason="更正", **given)
    with pytest.raises(ReportRefused, match="newer"):
        sign(made, by=second.as_actor(), now=YEAR_END)
    sign(newer, by=second.as_actor(), now=YEAR_END)
    with pytest.raises(ReportRefused, match="signed"):
        sign(newer, by=second.as_actor(), now=YEAR_END)
    assert ReportSignature.objects.get().signer == "第二人"


def test_only_supervisors_freeze(cast: Cast) -> None:
    with pytest.raises(ReportRefused, match="not_supervisor"):
        frozen(cast, by=cast.by("auditor"))
    with pytest.raises(ReportRefused, match="not_begun"):
        frozen(cast, as_of=china(2025, 12, 31))


def test_the_database_refuses_to_change_what_is_frozen(cast: Cast, second: User) -> None:
    made = frozen(cast)
    sign(made, by=second.as_actor(), now=YEAR_END)
    for rows in (ReportVersion.objects.all(), ReportSignature.objects.all()):
        with pytest.raises(Error, match="never changed"), transaction.atomic():
            rows.update(**{rows.model._meta.pk.name: 99})
        with pytest.raises(Error, match="never changed"), transaction.atomic():
            rows._raw_delete(rows.db)
    assert ReportVersion.objects.count() == 1


def test_the_way_through_the_pages(cast: Cast, second: User) -> None:
    play(cast, [5] * 9)
    with time_machine.travel(YEAR_END, tick=False):
        maker, signer = reader(cast.supervisor), reader(second)
        sent = {"kind": "year", "year": "2026", "number": "1", "as_of": ""}
        made = maker.post(reverse("supervision:new_report"), sent)
        report = PeriodReport.objects.get()
        assert made["Location"] == reverse("supervision:report", args=[report.pk])
        assert "all reached 100%" in maker.get(made["Location"]).content.decode()
        again = maker.post(reverse("supervision:new_report"), sent)
        assert again.status_code == 409
        assert "There is a report on this period already" in again.content.decode()
        address = reverse("supervision:sign_report", args=[report.pk, 1])
        refused = maker.post(address)
        assert refused.status_code == 409
        assert "another supervisor has to sign it" in refused.content.decode()
        assert signer.post(address).status_code == 302
        page = signer.get(reverse("supervision:report", args=[report.pk])).content.decode()
        assert "第二人" in page
        assert address not in page
        listed = signer.get(reverse("supervision:reports")).content.decode()
        assert reverse("supervision:report", args=[report.pk]) in listed
        chinese = reader(second, "zh-hans").get(made["Location"]).content.decode()
        assert SEED in chinese


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "quarter", "number": "5"}, "A year has no such period"),
        ({"kind": "week"}, "week is not one of the available choices"),
        ({"year": "1989"}, "greater than or equal to 1991"),
        ({"year": ""}, "This field is required"),
        ({"as_of": "2027-01-01"}, "not in the future"),
        ({"year": "2027"}, "had not begun"),
    ],
)
def test_a_bad_form_says_what_is_wrong(cast: Cast, sent: dict[str, str], said: str) -> None:
    whole = {"kind": "year", "year": "2026", "number": "1", "as_of": ""} | sent
    with time_machine.travel(YEAR_END, tick=False):
        answer = reader(cast.supervisor).post(reverse("supervision:new_report"), whole)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not PeriodReport.objects.exists()


@pytest.mark.parametrize(("form", "query"), [("pdf", ""), ("docx", "?lang=fr")])
def test_there_is_no_such_file(cast: Cast, form: str, query: str) -> None:
    assert export(cast, frozen(cast), form, query).status_code == 404


def test_a_tampered_report_says_so(cast: Cast) -> None:
    from tests.flush import ledger_unguarded

    made = frozen(cast)
    connection.check_constraints()  # PostgreSQL alters no table with checks still to come
    with transaction.atomic(), ledger_unguarded():
        ReportVersion.objects.update(figures={"bent": True})
        connection.check_constraints()
    page = reader(cast.auditor).get(reverse("supervision:report", args=[made.report_id]))
    assert "the checksum does not match" in page.content.decode()
