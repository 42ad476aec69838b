"""What the API promises to staff, and refuses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import ApiToken, Department
from accounts.tokens import issue
from foundation import clock
from inquiries.api.moves import INPUTS
from inquiries.forms.desk import FORMS
from inquiries.models import Inquiry
from inquiries.queries.queues import QUEUES
from tests.api.conftest import Caller, faults, known_case, problem, staff
from tests.factories import MONDAY, Cast, TopicFactory, advance, make_inquiry
from tests.foundation.files import PDF

WORDS = "已核实"


@pytest.fixture(autouse=True)
def _on_monday() -> Any:
    with time_machine.travel(MONDAY + timedelta(hours=1)) as clock:
        yield clock


def move(caller: Caller, number: str, name: str, **inputs: Any) -> Any:
    """A move with the version the caller has just read, unless told otherwise."""
    if "seen" not in inputs:
        inputs["seen"] = caller.get(f"/desk/cases/{number}/").json()["version"]
    return caller.post(f"/desk/cases/{number}/moves/{name.replace('_', '-')}/", inputs)


def test_every_move_of_the_desk_is_a_move_of_the_api() -> None:
    assert INPUTS.keys() == FORMS.keys()


def test_from_the_queue_to_the_published_answer(cast: Cast, anybody: Caller) -> None:
    number = make_inquiry().number
    intake, handler, reviewer = staff(cast.intake), staff(cast.handler), staff(cast.reviewer)
    queues = {queue["name"]: queue["count"] for queue in intake.get("/desk/queues/").json()}
    assert queues["to-accept"] == 1
    (line,) = intake.get("/desk/queues/to-accept/").json()["results"]
    assert (line["number"], line["state"]) == (number, "submitted")
    topic = TopicFactory.create()
    accepted = move(intake, number, "accept", kind="complaint", topic=topic.code)
    assert accepted.json()["state"] == "accepted"
    assert (
        move(intake, number, "assign", department="tech", supporting=["other"]).status_code == 200
    )
    assert move(handler, number, "sign_for").json()["state"] == "in_progress"
    move(handler, number, "draft", text="您好，四月开始。")
    move(handler, number, "submit_for_review", note="请审核")
    assert move(reviewer, number, "reply").json()["state"] == "replied"
    public = {"title": "申报时间", "question": "何时开始？", "text": "四月开始。"}
    assert faults(move(reviewer, number, "publish", **public, confirmed=False)) == {
        "confirmed": "not_given"
    }
    assert move(reviewer, number, "publish", **public, confirmed=True).status_code == 200
    found = anybody.get(f"/answers/{number}/").json()
    assert (found["question"], found["text"]) == ("何时开始？", "四月开始。")
    assert found["topic"] == {"code": topic.code, "name": topic.name}


def test_the_case_offers_exactly_what_may_be_done(cast: Cast) -> None:
    number = make_inquiry().number
    body = staff(cast.intake).get(f"/desk/cases/{number}/").json()
    names = [offered["name"] for offered in body["moves"]]
    assert names == ["accept", "reject", "refer", "merge", "ask_supplement", "note"]
    assert body["moves"][4]["url"] == f"/api/v1/desk/cases/{number}/moves/ask-supplement/"
    assert (body["phone"], body["version"]) == ("13800138000", 1)
    assert [c["target"] for c in body["clocks"]] == ["acceptance", "reply"]
    assert staff(cast.auditor).get(f"/desk/cases/{number}/").json()["moves"] == []


def test_a_case_one_may_not_see_is_no_case(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "assign")
    outsider = staff(cast.outsider)
    for path in (f"/desk/cases/{inquiry.number}/", "/desk/cases/20260302-000001-0/"):
        assert problem(outsider.get(path), 404)["code"] == "not_found"
    url = f"/desk/cases/{inquiry.number}/moves/sign-for/"
    assert problem(outsider.post(url, {"seen": 3}), 404)["code"] == "not_found"
    assert staff(cast.handler).get(f"/desk/cases/{inquiry.number}/").status_code == 200


def test_a_move_of_another_role_is_refused_and_a_move_at_the_wrong_time_conflicts(
    cast: Cast,
) -> None:
    number = advance(make_inquiry(), cast, "assign").number
    refused = move(staff(cast.intake), number, "sign_for")
    assert problem(refused, 403)["code"] == "not_your_role"
    wrong = move(staff(cast.intake), number, "accept")
    assert problem(wrong, 409)["code"] == "wrong_state"
    assert problem(move(staff(cast.auditor), number, "note", text=WORDS), 403)
    assert Inquiry.objects.get().version == 3


def test_the_drafter_does_not_approve(cast: Cast) -> None:
    cast.handler.grants.create(role="reviewer")
    number = advance(make_inquiry(), cast, "submit_for_review").number
    response = move(staff(cast.handler), number, "reply")
    assert problem(response, 403)["code"] == "own_draft"


def test_a_stale_move_is_told_the_present_version(cast: Cast) -> None:
    number = make_inquiry().number
    assert move(staff(cast.intake), number, "note", text=WORDS, seen=1).status_code == 200
    response = move(staff(cast.intake), number, "accept", seen=1)
    body = problem(response, 409)
    assert (body["code"], body["version"]) == ("stale", 2)
    assert faults(staff(cast.intake).post(f"/desk/cases/{number}/moves/accept/")) == {
        "seen": "required"
    }


def test_only_a_valid_token_of_somebody_still_here_opens_the_desk(
    cast: Cast, anybody: Caller, client: Any
) -> None:
    row, token = issue(cast.intake, "ends", at=MONDAY, expires_at=clock.now())
    assert problem(anybody.get("/desk/queues/"), 401)["code"] == "not_authenticated"
    for wrong in (token, "hy_nonsense", "", "hy_" + "x" * 10_000, "ünïcode"):
        response = anybody.get("/desk/queues/", Authorization=f"Bearer {wrong}")
        assert problem(response, 401)
        assert response["WWW-Authenticate"] == "Bearer"
    client.force_login(cast.intake)
    assert client.get("/api/v1/desk/queues/").status_code == 401
    valid = staff(cast.intake)
    assert valid.get("/desk/queues/").status_code == 200
    ApiToken.objects.exclude(pk=row.pk).update(revoked_at=MONDAY)
    problem(valid.get("/desk/queues/"), 401)
    gone = staff(cast.handler)
    cast.handler.is_active = False
    cast.handler.save()
    problem(gone.get("/desk/queues/"), 401)


def test_queues_follow_the_role(cast: Cast) -> None:
    make_inquiry()
    intake, handler = staff(cast.intake), staff(cast.handler)
    assert "to-accept" in {queue["name"] for queue in intake.get("/desk/queues/").json()}
    assert "to-accept" not in {queue["name"] for queue in handler.get("/desk/queues/").json()}
    problem(handler.get("/desk/queues/to-accept/"), 404)
    problem(handler.get("/desk/queues/nonsense/"), 404)
    assert staff(cast.administrator).get("/desk/queues/").json() == []
    for queue in intake.get("/desk/queues/").json():
        for sort in queue["sorts"]:
            path = f"/desk/queues/{queue['name']}/"
            assert intake.get(path, {"sort": sort}).status_code == 200
    assert QUEUES


def test_queues_are_read_page_by_page_and_narrowed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inquiries.api.staff.PAGE_SIZE", 2)
    numbers = {make_inquiry(at=MONDAY + timedelta(minutes=n)).number for n in range(5)}
    intake = staff(cast.intake)
    seen: list[str] = []
    query: dict[str, str] = {"sort": "oldest"}
    while True:
        page = intake.get("/desk/queues/to-accept/", query).json()
        seen += [line["number"] for line in page["results"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert (len(seen), set(seen)) == (5, numbers)
    assert faults(intake.get("/desk/queues/all/", {"sort": "oldest", "cursor": "x"})) == {
        "cursor": "invalid"
    }
    assert faults(intake.get("/desk/queues/all/", {"sort": "due"})) == {"sort": "invalid_choice"}
    found = intake.get("/desk/queues/to-accept/", {"q": "企业认定", "kind": "consultation"}).json()
    assert len(found["results"]) == 2
    assert intake.get("/desk/queues/to-accept/", {"q": "噪声"}).json()["results"] == []
    assert intake.get("/desk/queues/all/", {"department": "tech"}).json()["results"] == []


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("reject", {"ground": "boredom", "explanation": WORDS}, {"ground": "invalid_choice"}),
        ("reject", {"ground": "crime"}, {"explanation": "required"}),
        ("refer", {"referred_to": " ", "explanation": WORDS}, {"referred_to": "blank"}),
        ("merge", {"into": "20260302-000001-0", "explanation": WORDS}, {"into": "number"}),
        ("merge", {"into": "", "explanation": WORDS}, {"into": "blank"}),
        ("accept", {"kind": "poem"}, {"kind": "invalid_choice"}),
        ("accept", {"topic": "nothing"}, {"topic": "does_not_exist"}),
        ("accept", {"topic": "no\0thing"}, {"topic": "invalid"}),
        ("accept", {"topic": ["a"]}, {"topic": "invalid"}),
        ("accept", {"seen": "1"}, {"seen": "invalid"}),
        ("accept", {"seen": 10**40}, {"seen": "max_value"}),
        ("accept", {"seen": True}, {"seen": "invalid"}),
        ("accept", {"seen": None}, {"seen": "null"}),
        ("note", {"text": "x" * 2001}, {"text": "max_length"}),
        ("note", {"text": 5}, {"text": "invalid"}),
        ("note", {"text": "\u200b\x07"}, {"text": "blank"}),
    ],
)
def test_faulty_inputs_are_named(
    cast: Cast, name: str, inputs: dict[str, Any], expected: dict[str, str]
) -> None:
    number = make_inquiry().number
    assert faults(move(staff(cast.intake), number, name, **inputs)) == expected
    assert Inquiry.objects.get().version == 1


def test_what_the_workflow_finds_wrong_is_named_the_same_way(cast: Cast) -> None:
    inquiry = make_inquiry()
    intake = staff(cast.intake)
    same = move(intake, inquiry.number, "merge", into=inquiry.number, explanation=WORDS)
    assert faults(same) == {"into": "same_case"}
    advance(inquiry, cast, "accept")
    own = move(intake, inquiry.number, "assign", department="tech", supporting=["tech"])
    assert faults(own) == {"supporting": "lead_supports_itself"}
    Department.objects.filter(code="tech").update(is_active=False)
    closed = move(intake, inquiry.number, "assign", department="tech")
    assert faults(closed) == {"department": "does_not_exist"}


def test_notes_take_files_and_those_who_see_the_case_get_them(cast: Cast) -> None:
    known = known_case()
    intake = staff(cast.intake)
    path = f"/desk/cases/{known.number}"
    form = {"seen": "1", "text": WORDS, "files": [SimpleUploadedFile("a.pdf", PDF)]}
    assert intake.upload(f"{path}/moves/note/", form).json()["version"] == 2
    body = intake.get(f"{path}/").json()
    (file,) = body["files"]
    assert [note["text"] for note in body["notes"]] == [WORDS]
    response = intake.get(f"{path}/files/{file['id']}/")
    assert b"".join(response.streaming_content) == PDF
    problem(staff(cast.outsider).get(f"{path}/files/{file['id']}/"), 404)
    problem(known.citizen.get(f"/inquiries/{known.number}/files/{file['id']}/"), 404)
