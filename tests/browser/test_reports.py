"""Reports, seals and proofs as their readers have them: on a screen, on a telephone, on paper."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from openpyxl import load_workbook

from accounts.actors import CITIZEN, Role
from foundation.clock import now
from inquiries.codes import code_for
from inquiries.states import Kind
from inquiries.workflow import perform
from ledger.sealing import seal
from sla.background import tick
from sla.figures.measures import civil_day
from sla.figures.periods import ONE_DAY, month_of
from sla.models import ReportVersion
from tests.browser.stage import LANGUAGES, Person, pictures_folder
from tests.factories import Cast, UserFactory, advance, china, make_inquiry

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = timedelta(days=1)
SECRET = "the-secret-of-a-form"


BARS = "bars => bars.map(bar => [bar.getBBox().height, Number(bar.getAttribute('height'))])"
"""How high bars stand, and how high they are meant to: a rule of a stylesheet can squash them."""


def last_month() -> Any:
    return month_of(month_of(civil_day(now())).start - ONE_DAY).start


def play(cast: Cast) -> None:
    """Two cases of last month, one answered and rated; their background work done."""
    month = last_month()
    at = china(month.year, month.month, 10)
    answered = advance(make_inquiry(at), cast, "publish", at + DAY)
    perform("rate", answered.number, by=CITIZEN, at=at + 2 * DAY, rating=5)
    make_inquiry(at + 3 * DAY, kind=Kind.SUGGESTION)
    tick(now())


def test_a_month_is_reported_signed_corrected_and_taken_away(
    cast: Cast, browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    play(cast)
    UserFactory.create(username="second", full_name="第二人", roles=[Role.SUPERVISOR])
    pictures = pictures_folder(tmp_path)
    maker, signer = (Person(browser, live_server.url, pictures) for _ in range(2))
    maker.sign_in("supervisor")
    signer.sign_in("second")
    month = last_month()
    maker.go("/supervision/reports/new/")
    maker.look("report-new")
    maker.page.select_option("[name=kind]", "month")
    maker.page.fill("[name=year]", str(month.year))
    maker.page.fill("[name=number]", str(month.month))
    maker.press("main form button.btn-primary")
    said = maker.page.inner_text("main")
    assert "共收到市民咨询、建议2条，公开回复1条，尚有1条未答复" in said
    assert "督办员签发" in said
    drawn = maker.page.eval_on_selector_all("svg.chart rect.bar", BARS)
    assert drawn
    assert all(seen == pytest.approx(meant, abs=0.1) for seen, meant in drawn)

    signer.go(maker.page.url.removeprefix(live_server.url))
    signer.press("form[action$='/sign/'] button.btn-primary")
    assert "第二人" in signer.page.inner_text("main")
    signer.look("report-signed")
    signer.look_on_paper("report-signed", "h1", ".basis", "table", "svg.chart", "thead")

    word = Document(str(signer.fetch("a[href*='docx'][href$='zh']", tmp_path)))
    assert "签发人：第二人" in [line.text.replace(" ", "") for line in word.paragraphs]
    book = load_workbook(signer.fetch("a[href$='/xlsx/']", tmp_path))
    assert book.worksheets[1].title == "图表"
    data = json.loads(signer.fetch("a[href$='/json/']", tmp_path).read_text(encoding="utf-8"))
    assert data["figures"]["by_receipt"]["counts"]["received"] == 2
    assert data["digest"] == ReportVersion.objects.get().digest

    make_inquiry(china(month.year, month.month, 20))
    tick(now())
    maker.page.reload()
    maker.page.fill("[name=reason]", "补录一件")
    maker.press("form[action$='/correct/'] button.btn")
    assert "补录一件" in maker.page.inner_text("#corrects")
    maker.page.click("main a[href='#correction']")
    assert maker.page.locator("#correction table").is_visible()
    maker.look("report-corrected")
    maker.look_on_paper("report-corrected", "#correction table")
    maker.press("#corrects a[href*='/reports/']")
    assert "共收到市民咨询、建议2条" in maker.page.inner_text("main")
    maker.go("/supervision/reports/")
    maker.look("reports")
    maker.go("/supervision/")
    maker.look("supervision-board")
    maker.look_on_paper("supervision-board", "h1", ".tile", "svg.chart", "svg.chart text.tick")
    failures = maker.failures + signer.failures
    assert not failures, "\n".join(failures)


def check(folder: Path, proof: Path, *more: str) -> tuple[int, str]:
    """What the downloaded program says of a proof, run away from the house."""
    done = subprocess.run(
        [sys.executable, "-I", "check_proof.py", proof.name, "--seals", "seals.json", *more],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_citizen_takes_the_proof_home_and_checks_it(
    cast: Cast, browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    at = now() - 3 * DAY
    inquiry = advance(make_inquiry(at, key=SECRET), cast, "reply", at)
    make_inquiry(at)
    seal(now())
    citizen = Person(browser, live_server.url, pictures_folder(tmp_path))
    citizen.speak(LANGUAGES[0])
    citizen.page.set_viewport_size({"width": 390, "height": 900})
    citizen.go("/transparency/")
    citizen.page.click("main a[href='/follow/']")
    citizen.page.fill("main [name=number]", inquiry.number)
    citizen.page.fill("main [name=code]", code_for(SECRET))
    citizen.press("main form button.btn-primary")
    receipt = citizen.page.inner_text("#proof .hash").strip()
    proof = citizen.fetch("#proof a[href$='proof.json']", tmp_path)
    citizen.look_on_paper("case", "h1", "#proof .hash")
    citizen.go("/transparency/")
    citizen.fetch("main a[href$='seals.json']", tmp_path).rename(tmp_path / "seals.json")
    citizen.fetch("main a[href$='check_proof.py']", tmp_path).rename(tmp_path / "check_proof.py")
    citizen.look("transparency")
    citizen.look_on_paper("transparency", "h1", "table.seals", ".hash")
    code, said = check(tmp_path, proof, "--receipt", receipt)
    assert code == 0, said

    bent = json.loads(proof.read_text(encoding="utf-8"))
    told = datetime.fromisoformat(bent["events"][-1]["at"])
    bent["events"][-1]["at"] = f"{told + DAY:%Y-%m-%dT%H:%M:%SZ}"
    proof.write_text(json.dumps(bent, ensure_ascii=False), encoding="utf-8")
    code, said = check(tmp_path, proof, "--receipt", receipt)
    assert code == 1, said
    assert citizen.failures == []
