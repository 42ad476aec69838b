"""The pages on which anybody can check: seals, the proof of one's own case, open data."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from inquiries.limits import DOWNLOADS
from ledger.models import Event, Seal
from ledger.sealing import GRACE, midnight, seal
from sla.figures.measures import civil_day
from tests.factories import MONDAY, Cast, advance, china, make_inquiry
from tests.portal.conftest import SECRET

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def sealed(cast: Cast) -> None:
    """Forty sealed days, with two cases in the first."""
    make_inquiry()
    advance(make_inquiry(), cast, "reply")
    seal(midnight(civil_day(MONDAY) + DAY) + GRACE)
    seal(midnight(civil_day(MONDAY) + 40 * DAY) + GRACE)


def test_without_seals_the_page_says_so(client: Client, bureau: None) -> None:
    client.cookies["django_language"] = "en"
    assert "There is no seal yet" in client.get("/transparency/").content.decode()


def test_the_seals_go_by_pages(client: Client, sealed: None) -> None:
    client.cookies["django_language"] = "en"
    first = client.get("/transparency/")
    page = first.context["page"]
    assert [each.day for each in page.items] == sorted(
        Seal.objects.values_list("day", flat=True), reverse=True
    )[:30]
    text = first.content.decode()
    assert "Not proved" in text
    assert page.items[0].root in text
    second = client.get(f"/transparency/?cursor={page.next_cursor}").content.decode()
    oldest = Seal.objects.earliest("day")
    assert oldest.root in second
    assert oldest.hash in second
    assert client.get("/transparency/?cursor=x").status_code == 400


def test_all_seals_are_there_for_machines(client: Client, sealed: None) -> None:
    answer = client.get("/transparency/seals.json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "public, max-age=300"
    rows = json.loads(body(answer))["seals"]
    assert rows == [each.line().as_data() for each in Seal.objects.order_by("day")]
    table = client.get("/transparency/seals.csv")
    assert table["Content-Type"] == "text/csv; charset=utf-8"
    read = list(csv.DictReader(io.StringIO(body(table).decode("utf-8-sig"))))
    assert read == [{name: str(value) for name, value in row.items()} for row in rows]


def test_seals_known_already_are_not_sent_again(client: Client, sealed: None) -> None:
    for address in ("/transparency/seals.json", "/transparency/seals.csv"):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"if-none-match": tag}).status_code == 304
        seal(midnight(Seal.objects.latest("day").day + 2 * DAY) + GRACE)
        assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_a_citizen_checks_their_own_case_with_what_they_downloaded(
    client: Client, cast: Cast, follow: Any, tmp_path: Path
) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "reply")
    make_inquiry()
    seal(midnight(civil_day(MONDAY) + DAY) + GRACE)
    assert client.get(f"/follow/{inquiry.number}/proof.json").status_code == 302
    with time_machine.travel(MONDAY + 2 * DAY, tick=False):
        mine = follow(inquiry)
        page = mine.get(f"/follow/{inquiry.number}/").content.decode()
        proof = mine.get(f"/follow/{inquiry.number}/proof.json")
    assert proof["Content-Type"] == "application/json"
    assert proof["Cache-Control"] == "no-store, private"
    assert f"/follow/{inquiry.number}/proof.json" in page
    receipt = Event.objects.get(case_number=inquiry.number, seq=1).hash
    assert receipt in page
    for name, address in (("seals.json", "seals.json"), ("check_proof.py", "check_proof.py")):
        (tmp_path / name).write_bytes(body(client.get(f"/transparency/{address}")))
    (tmp_path / "proof.json").write_bytes(proof.content)
    given = ("--seals=seals.json", f"--receipt={receipt}")
    done = subprocess.run(
        [sys.executable, "-I", "check_proof.py", "proof.json", *given],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "events 1 to 7 existed" in done.stdout


def test_the_checker_is_sent_as_a_file(client: Client, bureau: None) -> None:
    answer = client.get("/transparency/check_proof.py")
    assert answer["Content-Disposition"] == 'attachment; filename="check_proof.py"'
    assert body(answer).startswith(b"#!/usr/bin/env python3")


# -- Open data -------------------------------------------------------------------------------


@pytest.fixture
def spring(cast: Cast) -> None:
    for day in range(2, 10):
        advance(make_inquiry(china(2026, 3, day)), cast, "reply")


NOW = china(2026, 4, 15)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_guide_names_every_field_and_every_file(
    client: Client, spring: None, language: str
) -> None:
    client.cookies["django_language"] = language
    with time_machine.travel(NOW, tick=False):
        page = client.get("/open-data/").content.decode()
    for name in ("received", "answered_in", "on_time_rate", "tech", "8-10"):
        assert f"<code>{name}</code>" in page
    for file in ("cases.csv", "cases.json", "figures.json"):
        assert f"/open-data/2026/{file}" in page


def test_the_cases_as_table_and_as_json_are_the_same(client: Client, spring: None) -> None:
    with time_machine.travel(NOW, tick=False):
        table = client.get("/open-data/2026/cases.csv")
        data = client.get("/open-data/2026/cases.json")
        assert table["Content-Type"] == "text/csv; charset=utf-8"
        assert table["Content-Disposition"] == 'attachment; filename="2026-cases.csv"'
        read = list(csv.DictReader(io.StringIO(body(table).decode("utf-8-sig"))))
        told = json.loads(body(data))
    assert len(read) == 8
    assert read == [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in told["rows"]
    ]
    assert told["finished"] is False
    text = json.dumps(told, ensure_ascii=False)
    for private in ("张三", "13800138000", "高新技术", "zhang@", "20260302-"):
        assert private not in text


def test_the_table_is_not_sent_twice_in_a_month(client: Client, spring: None) -> None:
    with time_machine.travel(NOW, tick=False):
        tag = client.get("/open-data/2026/cases.csv")["ETag"]
    for at, status in ((china(2026, 4, 29), 304), (china(2026, 5, 2), 200)):
        with time_machine.travel(at, tick=False):
            answer = client.get("/open-data/2026/cases.csv", headers={"if-none-match": tag})
            assert answer.status_code == status


def test_figures_are_the_same_in_every_language(client: Client, spring: None) -> None:
    with time_machine.travel(NOW, tick=False):
        for language in ("zh-hans", "en"):
            client.cookies["django_language"] = language
            answer = client.get("/open-data/2026/figures.json")
            data = answer.json()
            assert data["bases"]["receipt"]["total"]["received"] == 8
            assert data["definitions"]["reply_rate"] == "replied ÷ (received − excluded)"


def test_years_without_cases_are_not_there(client: Client, spring: None) -> None:
    with time_machine.travel(NOW, tick=False):
        for address in ("2025/cases.csv", "2027/cases.json", "9999/figures.json", "0/cases.csv"):
            assert client.get(f"/open-data/{address}").status_code == 404


def test_downloads_are_limited(client: Client, spring: None) -> None:
    with time_machine.travel(NOW, tick=False):
        for _ in range(DOWNLOADS.count):
            assert client.get("/transparency/seals.json").status_code == 200
        assert client.get("/open-data/2026/cases.csv").status_code == 429
