"""What the API promises to citizens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from inquiries import limits
from inquiries.models import Attachment, Inquiry
from inquiries.states import State
from inquiries.workflow import perform
from tests.api.conftest import KEY, SUBMISSION, Caller, faults, known_case, problem, staff
from tests.factories import MONDAY, Cast, advance
from tests.foundation.files import PDF

pytestmark = pytest.mark.usefixtures("bureau")


@pytest.fixture(autouse=True)
def _on_monday() -> Any:
    with time_machine.travel(MONDAY + timedelta(hours=1)) as clock:
        yield clock


def test_submitting_gives_number_code_and_promise_and_the_code_opens_the_case(
    anybody: Caller,
) -> None:
    response = anybody.post("/inquiries/", SUBMISSION)
    assert response.status_code == 201
    receipt = response.json()
    assert receipt["due_at"] == "2026-03-09T23:59:59+08:00"
    assert receipt["provisional"] is False
    assert len(receipt["proof"]) == 64
    assert receipt["url"] == f"/api/v1/inquiries/{receipt['number']}/"
    found = Caller(code=receipt["code"]).get(f"/inquiries/{receipt['number']}/").json()
    assert found["state"] == "submitted"
    assert found["moves"] == ["withdraw"]
    assert found["sentence"]
    inquiry = Inquiry.objects.get()
    assert (inquiry.case.channel, inquiry.phone) == ("api", "13800138000")
    assert inquiry.consented_at is not None


def test_the_same_key_makes_one_inquiry(anybody: Caller) -> None:
    first = anybody.post("/inquiries/", SUBMISSION, {"Idempotency-Key": KEY})
    again = anybody.post("/inquiries/", SUBMISSION, {"Idempotency-Key": KEY})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize("field", ["title", "text", "name", "phone"])
def test_a_key_used_for_another_inquiry_tells_nothing(anybody: Caller, field: str) -> None:
    first = anybody.post("/inquiries/", SUBMISSION, {"Idempotency-Key": KEY}).json()
    other = SUBMISSION | {field: "13900139000" if field == "phone" else "另外一件事情"}
    response = anybody.post("/inquiries/", other, {"Idempotency-Key": KEY})
    assert problem(response, 409)["code"] == "key_reused"
    assert first["number"] not in response.content.decode()


@pytest.mark.parametrize("key", ["short", "x" * 129, "with blanks in the middle", "k" * 15])
def test_a_key_that_could_be_guessed_is_not_taken(anybody: Caller, key: str) -> None:
    response = anybody.post("/inquiries/", SUBMISSION, {"Idempotency-Key": key})
    assert faults(response) == {"Idempotency-Key": "invalid"}


def test_a_key_of_the_portal_is_another_key(anybody: Caller) -> None:
    known_case(key=KEY)
    assert anybody.post("/inquiries/", SUBMISSION, {"Idempotency-Key": KEY}).status_code == 201


def test_unknown_number_and_wrong_code_look_the_same() -> None:
    known = known_case()
    bodies = []
    for number, code in [
        (known.number, "AAAA-AAAA"),
        ("20260302-000001-0", known.code),
        ("nonsense", "nonsense"),
    ]:
        body = problem(Caller(code=code).get(f"/inquiries/{number}/"), 404)
        body.pop("request_id")
        bodies.append(body)
    assert bodies[0] == bodies[1] == bodies[2]


@pytest.mark.parametrize("move", ["supply", "withdraw", "rate", "request-reopen"])
def test_moves_open_with_the_code_alone(move: str, anybody: Caller) -> None:
    known = known_case()
    wrong = Caller(code="AAAA-AAAA")
    problem(wrong.post(f"/inquiries/{known.number}/{move}/", {"rating": "no"}), 404)
    assert faults(anybody.post(f"/inquiries/{known.number}/{move}/", {})) == {
        "X-Query-Code": "required"
    }
    assert Inquiry.objects.get().version == 1


def test_guessing_is_throttled_and_following_is_not() -> None:
    known = known_case()
    for _ in range(limits.WRONG_CODES.count):
        assert known.citizen.get(f"/inquiries/{known.number}/").status_code == 200
        problem(Caller(code="AAAA-AAAA").get(f"/inquiries/{known.number}/"), 404)
    response = Caller(code="AAAA-AAAB").get(f"/inquiries/{known.number}/")
    problem(response, 429)
    assert 0 < int(response["Retry-After"]) <= limits.WRONG_CODES.seconds


def test_submissions_of_one_sender_and_of_one_contact_are_limited(anybody: Caller) -> None:
    for _ in range(limits.SUBMISSIONS_PER_CONTACT.count):
        assert anybody.post("/inquiries/", SUBMISSION).status_code == 201
    response = anybody.post("/inquiries/", SUBMISSION)
    assert problem(response, 429)["code"] == "throttled"
    assert int(response["Retry-After"]) > 0
    other = SUBMISSION | {"phone": "13900139000"}
    assert anybody.post("/inquiries/", other).status_code == 201


def test_an_intake_officer_types_in_matters_of_others_and_a_handler_does_not(cast: Cast) -> None:
    response = staff(cast.intake).post("/inquiries/", SUBMISSION)
    assert response.status_code == 201
    assert Inquiry.objects.get().entered_by == cast.intake
    refused = staff(cast.handler).post("/inquiries/", SUBMISSION)
    assert problem(refused, 403)["code"] == "not_your_role"
    problem(Caller(token="hy_nonsense").post("/inquiries/", SUBMISSION), 401)


def test_the_citizen_supplies_is_answered_rates_and_asks_again(cast: Cast) -> None:
    known = known_case()
    advance(known.inquiry, cast, "accept")
    perform(
        "ask_supplement", known.number, by=cast.by("intake"), at=MONDAY, request="请补充企业名称"
    )
    path = f"/inquiries/{known.number}"
    found = known.citizen.get(f"{path}/").json()
    assert (found["state"], found["asked"]) == ("awaiting_citizen", "请补充企业名称")
    assert found["moves"] == ["supply", "withdraw"]
    supplied = known.citizen.post(f"{path}/supply/", {"text": "某某科技有限公司"}).json()
    assert (supplied["state"], supplied["asked"]) == ("accepted", "")
    inquiry = Inquiry.objects.get()
    at = MONDAY + timedelta(hours=2)
    with time_machine.travel(at):
        perform("assign", inquiry.number, by=cast.by("intake"), at=at, department=cast.tech)
        perform("sign_for", inquiry.number, by=cast.by("handler"), at=at)
        perform("draft", inquiry.number, by=cast.by("handler"), at=at, text="四月开始申报。")
        perform("submit_for_review", inquiry.number, by=cast.by("handler"), at=at)
        perform("reply", inquiry.number, by=cast.by("reviewer"), at=at)
        answered = known.citizen.get(f"{path}/").json()
        assert [answer["text"] for answer in answered["answers"]] == ["四月开始申报。"]
        assert faults(known.citizen.post(f"{path}/rate/", {"rating": 1})) == {
            "comment": "low_rating_needs_reason"
        }
        rated = known.citizen.post(f"{path}/rate/", {"rating": 2, "comment": "没有说清楚"})
        assert rated.json()["state"] == "closed"
        changed = known.citizen.post(f"{path}/rate/", {"rating": 3})
        assert changed.json()["rating"] == "基本满意"
    with time_machine.travel(at + timedelta(hours=25), tick=False):
        again = known.citizen.post(f"{path}/rate/", {"rating": 5})
        assert problem(again, 409)["code"] == "rated_already"
        asked = known.citizen.post(f"{path}/request-reopen/", {"reason": "日期没有答复"})
        assert asked.status_code == 200
        twice = known.citizen.post(f"{path}/request-reopen/", {"reason": "日期没有答复"})
        assert problem(twice, 409)["code"] == "request_pending"


def test_withdrawing_and_what_can_no_longer_be_done() -> None:
    known = known_case()
    path = f"/inquiries/{known.number}"
    assert known.citizen.post(f"{path}/withdraw/").json()["state"] == "withdrawn"
    assert problem(known.citizen.post(f"{path}/withdraw/"), 409)["code"] == "wrong_state"
    assert problem(known.citizen.post(f"{path}/rate/", {"rating": 5}), 409)["code"] == "wrong_state"
    assert Inquiry.objects.get().state == State.WITHDRAWN


def test_files_come_with_a_form_and_only_the_owner_gets_them_back(anybody: Caller) -> None:
    form = SUBMISSION | {"files": [SimpleUploadedFile("说明.pdf", PDF)]}
    receipt = anybody.upload("/inquiries/", form).json()
    citizen = Caller(code=receipt["code"])
    (file,) = citizen.get(f"/inquiries/{receipt['number']}/").json()["files"]
    assert (file["name"], file["mime"]) == ("说明.pdf", "application/pdf")
    path = f"/inquiries/{receipt['number']}/files/{file['id']}/"
    response = citizen.get(path)
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    problem(Caller(code="AAAA-AAAA").get(path), 404)
    problem(citizen.get(f"/inquiries/{receipt['number']}/files/{10**30}/"), 404)
    other = known_case()
    problem(other.citizen.get(f"/inquiries/{other.number}/files/{file['id']}/"), 404)
    Attachment.objects.update(origin=Attachment.Origin.STAFF)
    problem(citizen.get(path), 404)


def test_answers_are_in_the_callers_language(anybody: Caller) -> None:
    chinese = anybody.post("/inquiries/", {})
    english = anybody.post("/inquiries/", {}, {"Accept-Language": "en"})
    assert (chinese["Content-Language"], english["Content-Language"]) == ("zh-hans", "en")
    for response, word in [(chinese, "必填"), (english, "required")]:
        assert word in problem(response, 400)["errors"][0]["message"]


def test_what_the_citizen_wrote_is_cleaned_as_in_the_portal(anybody: Caller) -> None:
    words = {
        "title": "  咨询\u202e \r\n 申报  ",
        "text": "第一行\r\n第二行\u200b",
        "phone": "＋86 138-0013-8000",
    }
    assert anybody.post("/inquiries/", SUBMISSION | words).status_code == 201
    inquiry = Inquiry.objects.get()
    assert (inquiry.title, inquiry.text) == ("咨询 申报", "第一行\n第二行")
    assert inquiry.phone == "13800138000"
