"""What everybody can read, and what nobody can."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
import yaml

from accounts.actors import CITIZEN
from inquiries.files import NewFile
from inquiries.workflow import perform
from tests.api.conftest import Caller, faults, problem
from tests.factories import (
    MONDAY,
    Cast,
    DistrictFactory,
    TopicFactory,
    advance,
    china,
    make_inquiry,
)

SECRETS: dict[str, Any] = {
    "name": "欧阳秘密",
    "phone": "13912345678",
    "email": "secret.person@example.org",
    "title": "私密标题甲乙丙",
    "text": "私密正文丁戊己，请不要公开。",
}


@pytest.fixture(autouse=True)
def _on_monday() -> Any:
    with time_machine.travel(MONDAY + timedelta(days=1)) as clock:
        yield clock


def test_answers_are_listed_searched_filtered_and_paged(cast: Cast, anybody: Caller) -> None:
    topic = TopicFactory.create()
    numbers = [
        advance(make_inquiry(topic=topic), cast, "publish", at=MONDAY + timedelta(minutes=n)).number
        for n in range(23)
    ]
    make_inquiry()
    first = anybody.get("/answers/").json()
    assert [row["number"] for row in first["results"]] == numbers[:2:-1]
    assert first["previous_cursor"] is None
    second = anybody.get("/answers/", {"cursor": first["next_cursor"]}).json()
    assert [row["number"] for row in second["results"]] == numbers[2::-1]
    assert second["next_cursor"] is None

    def count(**query: str) -> int:
        return len(anybody.get("/answers/", query).json()["results"])

    assert count(q="申报") == 20
    assert count(q="噪声") == 0
    assert count(topic=topic.code, kind="consultation", department="tech") == 20
    assert count(kind="complaint") == 0
    assert count(department="other") == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"cursor": "nonsense"}, {"cursor": "invalid"}),
        ({"cursor": "\0"}, {"cursor": "null_characters_not_allowed"}),
        ({"kind": "poem"}, {"kind": "invalid_choice"}),
        ({"topic": "nothing"}, {"topic": "does_not_exist"}),
        ({"department": "\0"}, {"department": "invalid"}),
        ({"q": "x" * 101}, {"q": "max_length"}),
    ],
)
def test_a_faulty_query_is_named(
    bureau: None, anybody: Caller, query: dict[str, str], expected: dict[str, str]
) -> None:
    assert faults(anybody.get("/answers/", query)) == expected


@pytest.mark.parametrize("number", ["20260302-000001-0", "nonsense", "%00", "%ED%A0%80", "9" * 500])
def test_what_is_not_published_is_not_there(cast: Cast, anybody: Caller, number: str) -> None:
    unpublished = advance(make_inquiry(), cast, "reply").number
    bodies = []
    for path in (f"/answers/{unpublished}/", f"/answers/{number}/"):
        body = problem(anybody.get(path), 404)
        body.pop("request_id")
        bodies.append(body)
    assert bodies[0] == bodies[1]


def test_an_answer_taken_down_is_gone(cast: Cast, anybody: Caller) -> None:
    number = advance(make_inquiry(), cast, "publish").number
    assert anybody.get(f"/answers/{number}/").status_code == 200
    perform("unpublish", number, by=cast.by("reviewer"), at=MONDAY, reason="误公开")
    problem(anybody.get(f"/answers/{number}/"), 404)
    assert anybody.get("/answers/").json()["results"] == []


def test_lists_to_choose_from_are_short_and_in_the_callers_language(
    cast: Cast, anybody: Caller
) -> None:
    TopicFactory.create(code="tax", name="税费", name_en="Taxes")
    TopicFactory.create(code="old", is_active=False)
    DistrictFactory.create(code="north", name="北区")
    assert anybody.get("/topics/").json() == [{"code": "tax", "name": "税费"}]
    english = anybody.get("/topics/", **{"Accept-Language": "en"})
    assert english.json() == [{"code": "tax", "name": "Taxes"}]
    assert anybody.get("/districts/").json() == [{"code": "north", "name": "北区"}]
    names = {row["name"] for row in anybody.get("/departments/").json()}
    assert "科技科" in names


def test_private_words_appear_in_no_public_answer(cast: Cast, anybody: Caller) -> None:
    number = make_inquiry(
        **SECRETS, files=[NewFile("秘密文件.pdf", "application/pdf", b"x", "0" * 64)]
    ).number
    intake, handler = cast.by("intake"), cast.by("handler")
    at = MONDAY
    perform("note", number, by=intake, at=at, text="内部秘密备注")
    perform("accept", number, by=intake, at=at)
    perform("ask_supplement", number, by=intake, at=at, request="秘密补充要求")
    perform("supply", number, by=CITIZEN, at=at, text="秘密补充内容")
    perform("assign", number, by=intake, at=at, department=cast.tech, instruction="秘密批示")
    perform("sign_for", number, by=handler, at=at)
    perform("draft", number, by=handler, at=at, text="秘密答复原文，欧阳秘密您好")
    perform("submit_for_review", number, by=handler, at=at, note="秘密送审意见")
    perform("reply", number, by=cast.by("reviewer"), at=at)
    perform(
        "publish",
        number,
        by=cast.by("reviewer"),
        at=at,
        title="公开标题",
        question="公开问题",
        text="公开答复",
    )
    perform("rate", number, by=CITIZEN, at=at, rating=2, comment="秘密评价")
    paths = ["/answers/", f"/answers/{number}/", "/departments/", "/topics/", "/districts/"]
    for path in [*paths, "/schema/", "/schema.json"]:
        text = anybody.get(path).content.decode()
        assert "秘密" not in text
        assert not any(secret in text for secret in SECRETS.values()), path
    for words in ("秘密", "私密", "欧阳", "13912345678", "secret"):
        assert anybody.get("/answers/", {"q": words}).json()["results"] == []
    problem(anybody.get(f"/inquiries/{number}/", **{"X-Query-Code": "AAAA-AAAA"}), 404)


def test_too_many_reads_are_throttled(
    bureau: None, anybody: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from foundation.throttle import Limit
    from inquiries.api.throttles import ReadThrottle

    monkeypatch.setattr(ReadThrottle, "limit", Limit("read", 2, 60))
    assert anybody.get("/topics/").status_code == 200
    assert anybody.get("/topics/").status_code == 200
    response = anybody.get("/topics/")
    problem(response, 429)
    assert 0 < int(response["Retry-After"]) <= 60


@pytest.mark.parametrize("path", ["/schema/", "/schema.json"])
def test_the_schema_is_given_out_whatever_is_accepted(
    bureau: None, anybody: Caller, path: str
) -> None:
    response = anybody.get(path, Accept="text/html")
    assert response.status_code == 200
    schema = yaml.safe_load(response.content)
    assert schema["openapi"] == "3.1.0"
    assert "/api/v1/inquiries/{number}/" in schema["paths"]
    assert "/api/v1/schema/" not in schema["paths"]


def test_the_figures_of_a_year_balance_and_hide_what_is_few(cast: Cast, anybody: Caller) -> None:
    for n in range(4):
        advance(make_inquiry(MONDAY, kind="consultation"), cast, "reply")
        make_inquiry(china(2026, 1, 10 + n), kind="opinion")
        make_inquiry(china(2026, 2, 10 + n), kind="complaint")
    make_inquiry(MONDAY, kind="complaint")
    found = anybody.get("/figures/").json()
    assert found["period"] == {"from": "2026-01-01", "to": "2026-03-03"}
    assert found["total"]["rates"]["reply_rate"] == {"n": 4, "d": 13, "percent": "30.77%"}
    assert found["definitions"]["reply_rate"]["code"] == "standard"
    assert found["balance"] == {
        "carried_in": 0,
        "received": 13,
        "replied": 4,
        "excluded": 0,
        "carried_out": 9,
        "holds": True,
    }
    table = found["received_by_kind_and_month"]
    assert table["months"] == ["2026-01", "2026-02", "2026-03"]
    assert {row["kind"]: (row["received"], row["total"]) for row in table["rows"]} == {
        "consultation": ([0, 0, 4], 4),
        "suggestion": ([0, 0, 0], 0),
        "opinion": ([None, 0, None], 4),
        "complaint": ([None, 4, None], 5),
    }
    assert table["total"] == [4, 4, 5]
    assert anybody.get("/figures/", {"year": "2025"}).json()["total"]["received"] == 0


@pytest.mark.parametrize("year", ["1989", "2200", "now", "2026.0", "-1"])
def test_figures_of_no_year_are_refused(anybody: Caller, year: str) -> None:
    response = anybody.get("/figures/", {"year": year})
    assert problem(response, 400)
