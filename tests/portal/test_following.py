"""Following one's own matter, and what can be done about it. Nobody else learns anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from inquiries.codes import code_for, follow_token
from inquiries.files import NewFile
from inquiries.limits import WRONG_CODES
from inquiries.models import Attachment, Inquiry
from inquiries.states import State
from inquiries.workflow import perform
from tests.factories import MONDAY, Cast, advance, china, make_inquiry
from tests.portal.conftest import SECRET

pytestmark = pytest.mark.django_db

Follow = Callable[..., Client]
LATER = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_tuesday() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


def state_of(inquiry: Inquiry) -> str:
    return Inquiry.objects.get(pk=inquiry.pk).state


def page_of(client: Client, inquiry: Inquiry) -> str:
    answer = client.get(f"/follow/{inquiry.number}/")
    assert answer.status_code == 200
    return answer.content.decode()


def ask(inquiry: Inquiry, cast: Cast) -> None:
    perform(
        "ask_supplement", inquiry.number, by=cast.by("intake"), at=MONDAY, request="请补充企业名称"
    )


def plain(page: str, number: str) -> str:
    """A page without what differs from one request to the next, or was typed."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return page.replace(number, "")


# -- Opening --------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [str, str.lower, lambda code: f" {code.replace('-', '')} "])
def test_number_and_code_open_in_any_spelling(
    client: Client, cast: Cast, write: Callable[[str], str]
) -> None:
    inquiry = make_inquiry(key=SECRET)
    typed = inquiry.number.replace("-", "").translate({48 + d: 0xFF10 + d for d in range(10)})
    answer = client.post("/follow/", {"number": typed, "code": write(code_for(SECRET))})
    assert answer["Location"] == f"/follow/{inquiry.number}/"
    assert code_for(SECRET) not in page_of(client, inquiry)


def test_an_unknown_number_and_a_wrong_code_look_the_same(client: Client, cast: Cast) -> None:
    known = make_inquiry(key=SECRET).number
    unknown = "20260302-000000-" + next(
        str(digit) for digit in range(10) if _checks(f"20260302-000000-{digit}")
    )
    assert unknown != known
    answers = [
        client.post("/follow/", {"number": number, "code": "ABCD-2345"})
        for number in (known, unknown)
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    one, other = (
        plain(a.content.decode(), n) for a, n in zip(answers, (known, unknown), strict=True)
    )
    assert one == other


def _checks(number: str) -> bool:
    from foundation.numbers import NumberError, parse_number

    try:
        return parse_number(number) == number
    except NumberError:
        return False


def test_a_slip_in_the_number_is_pointed_out(client: Client, cast: Cast) -> None:
    number = make_inquiry(key=SECRET).number
    slip = number[:-1] + str((int(number[-1]) + 1) % 10)
    answer = client.post("/follow/", {"number": slip, "code": code_for(SECRET)})
    assert "number" in answer.context["form"].errors


def test_guessing_is_slowed_down(client: Client, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    wrong = {"number": inquiry.number, "code": "ABCD-2345"}
    codes = [client.post("/follow/", wrong).status_code for _ in range(WRONG_CODES.count + 1)]
    assert codes[-1] == 429
    right = {"number": inquiry.number, "code": code_for(SECRET)}
    assert client.post("/follow/", right).status_code == 429
    assert client.post("/follow/", right, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_without_the_code_every_number_leads_to_the_form(client: Client, cast: Cast) -> None:
    number = make_inquiry(key=SECRET).number
    for path in ("", "files/1/"):
        for one in (number, "20260302-000000-0"):
            assert client.get(f"/follow/{one}/{path}")["Location"] == f"/follow/?number={one}"
    for move in ("supply", "withdraw", "rate", "ask-again"):
        assert client.post(f"/follow/{number}/{move}/")["Location"] == f"/follow/?number={number}"
        assert client.get(f"/follow/{number}/{move}/").status_code == 405


def test_a_letter_opens_the_case_only_when_a_person_presses(client: Client, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    link = f"/my/{follow_token(inquiry.number)}/"
    assert client.get(link).status_code == 200
    assert client.head(link).status_code == 200
    assert client.get(f"/follow/{inquiry.number}/").status_code == 302
    assert client.post(link)["Location"] == f"/follow/{inquiry.number}/"
    assert inquiry.title in page_of(client, inquiry)


def test_a_forged_or_old_link_opens_nothing(client: Client, cast: Cast) -> None:
    token = follow_token(make_inquiry(key=SECRET).number)
    assert client.post(f"/my/{token[:-1]}x/").status_code == 410
    with time_machine.travel(LATER + timedelta(days=200), tick=False):
        assert client.get(f"/my/{token}/").status_code == 410
        assert client.post(f"/my/{token}/").status_code == 410


def test_opening_goes_on_in_a_new_session(follow: Follow, cast: Cast) -> None:
    first, second = make_inquiry(key=SECRET), make_inquiry(key="another")
    client = follow(first)
    planted = client.cookies["sessionid"].value
    follow(second, "another")
    assert client.cookies["sessionid"].value != planted
    client.cookies["sessionid"] = planted
    assert client.get(f"/follow/{second.number}/").status_code == 302


def test_leaving_closes_the_case_in_this_browser(follow: Follow, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    client = follow(inquiry)
    client.post("/follow/leave/")
    assert client.get(f"/follow/{inquiry.number}/").status_code == 302


# -- Reading --------------------------------------------------------------------------------


def test_the_page_says_where_it_stands_and_by_when(follow: Follow, cast: Cast) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "sign_for")
    page = page_of(follow(inquiry), inquiry)
    assert "承办部门正在办理" in page
    assert "2026年3月9日" in page
    assert "还剩 4 个工作日" in page
    assert "科技科" in page
    for step in ("已提交", "已受理", "已分派承办部门", "承办部门已签收"):
        assert step in page


def test_no_word_of_the_house_is_shown(follow: Follow, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    perform("accept", inquiry.number, by=cast.by("intake"), at=MONDAY)
    assigned: dict[str, Any] = {"department": cast.tech, "instruction": "内部交办意见"}
    perform("assign", inquiry.number, by=cast.by("intake"), at=MONDAY, **assigned)
    perform("sign_for", inquiry.number, by=cast.by("handler"), at=MONDAY)
    perform("note", inquiry.number, by=cast.by("handler"), at=MONDAY, text="内部备注内容")
    perform("draft", inquiry.number, by=cast.by("handler"), at=MONDAY, text="尚未审核的拟稿")
    perform("urge", inquiry.number, by=cast.by("supervisor"), at=MONDAY, text="内部催办内容")
    page = page_of(follow(inquiry), inquiry)
    for words in ("内部交办意见", "内部备注内容", "尚未审核的拟稿", "内部催办内容", "handler"):
        assert words not in page


def test_an_overdue_answer_is_admitted(follow: Follow, cast: Cast) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "sign_for")
    with time_machine.travel(china(2026, 3, 12), tick=False):
        page = page_of(follow(inquiry), inquiry)
    assert "已逾期" in page
    assert "深表歉意" in page


def test_a_case_not_taken_up_says_why_and_where_to_go(follow: Follow, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    why: dict[str, Any] = {"ground": "litigation", "explanation": "正在法院审理"}
    perform("reject", inquiry.number, by=cast.by("intake"), at=MONDAY, **why)
    page = page_of(follow(inquiry), inquiry)
    assert "正在法院审理" in page
    assert "请按受理该案的法院或机关的程序办理" in page


def test_an_extension_shows_the_new_date_and_the_reason(follow: Follow, cast: Cast) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "sign_for")
    wish: dict[str, Any] = {"amount": 5, "reason": "需要现场核实"}
    perform("request_extension", inquiry.number, by=cast.by("handler"), at=MONDAY, **wish)
    assert "需要现场核实" not in page_of(follow(inquiry), inquiry)
    perform("grant_extension", inquiry.number, by=cast.by("supervisor"), at=MONDAY)
    page = page_of(follow(inquiry), inquiry)
    assert "需要现场核实" in page
    assert "2026年3月16日" in page


def test_a_merged_case_shows_the_answer_without_the_others_data(follow: Follow, cast: Cast) -> None:
    first = make_inquiry(name="欧阳建国", key="another")
    second = make_inquiry(key=SECRET)
    merge: dict[str, Any] = {"into": first.number, "explanation": "反映同一事项"}
    perform("merge", second.number, by=cast.by("intake"), at=MONDAY, **merge)
    advance(first, cast, "sign_for")
    text = "欧阳建国您好，已与您13912345678联系，可到窗口领取。"
    perform("draft", first.number, by=cast.by("handler"), at=MONDAY, text=text)
    perform("submit_for_review", first.number, by=cast.by("handler"), at=MONDAY)
    page = page_of(follow(second), second)
    assert "可到窗口领取" not in page
    perform("reply", first.number, by=cast.by("reviewer"), at=MONDAY)
    page = page_of(follow(second), second)
    assert "可到窗口领取" in page
    assert "欧阳建国" not in page
    assert "13912345678" not in page
    assert first.number not in page


# -- The citizen's moves --------------------------------------------------------------------


def test_supplying_words_and_files_goes_on_with_the_case(follow: Follow, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    ask(inquiry, cast)
    client = follow(inquiry)
    page = page_of(client, inquiry)
    assert "请补充企业名称" in page
    assert "暂停" in page
    path = f"/follow/{inquiry.number}/supply/"
    empty = client.post(path, {"supply-text": ""})
    assert empty.status_code == 422
    assert state_of(inquiry) == State.AWAITING_CITIZEN
    bad = {"supply-text": "是某某公司", "supply-attachments": SimpleUploadedFile("a.pdf", b"MZ")}
    assert "是某某公司" in client.post(path, bad).content.decode()
    good = SimpleUploadedFile("执照.txt", "内容".encode())
    sent = client.post(path, {"supply-text": "是某某公司", "supply-attachments": good})
    assert sent["Location"] == f"/follow/{inquiry.number}/"
    assert state_of(inquiry) == State.SUBMITTED
    page = page_of(client, inquiry)
    assert "是某某公司" in page
    assert "执照.txt" in page


def test_withdrawing_needs_a_second_thought(follow: Follow, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    client = follow(inquiry)
    path = f"/follow/{inquiry.number}/withdraw/"
    first = client.post(path, {"withdraw-reason": "已经解决了"})
    assert first.status_code == 422
    assert "已经解决了" in first.content.decode()
    assert state_of(inquiry) == State.SUBMITTED
    client.post(path, {"withdraw-reason": "已经解决了", "withdraw-sure": "on"})
    assert state_of(inquiry) == State.WITHDRAWN


def test_rating_and_changing_it_for_a_day_a_low_one_with_its_reason(
    follow: Follow, cast: Cast
) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "reply")
    client = follow(inquiry)
    assert "申报通知预计4月发布" in page_of(client, inquiry)
    path = f"/follow/{inquiry.number}/rate/"
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"rate-rating": "6"}).status_code == 422
    low = client.post(path, {"rate-rating": "1"})
    assert "comment" in low.context["form"].errors
    assert state_of(inquiry) == State.REPLIED
    client.post(path, {"rate-rating": "2", "rate-comment": "没有说清楚时间"})
    inquiry.case.refresh_from_db()
    assert inquiry.case.rating == 2
    assert state_of(inquiry) == State.CLOSED
    assert "没有说清楚时间" in page_of(client, inquiry)
    with time_machine.travel(LATER + timedelta(hours=24), tick=False):
        client = follow(inquiry)
        assert client.post(path, {"rate-rating": "3"}).status_code == 302
    inquiry.case.refresh_from_db()
    assert inquiry.case.rating == 3
    with time_machine.travel(LATER + timedelta(hours=24, seconds=1), tick=False):
        client = follow(inquiry)
        again = client.post(path, {"rate-rating": "5", "rate-comment": "改主意了"})
        assert path not in page_of(client, inquiry)
    assert again.status_code == 409
    assert "改主意了" in again.content.decode()
    inquiry.case.refresh_from_db()
    assert inquiry.case.rating == 3


def test_a_second_press_is_no_mistake(follow: Follow, cast: Cast) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "reply")
    client = follow(inquiry)
    for _ in range(2):
        sent = client.post(f"/follow/{inquiry.number}/rate/", {"rate-rating": "5"})
        assert sent.status_code == 302
    assert "感谢您的评价" in page_of(client, inquiry)


def test_asking_again_with_a_reason_and_reading_both_answers(follow: Follow, cast: Cast) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "reply")
    client = follow(inquiry)
    path = f"/follow/{inquiry.number}/ask-again/"
    assert client.post(path, {}).status_code == 422
    client.post(path, {"request_reopen-reason": "问题仍未解决"})
    assert "问题仍未解决" in page_of(client, inquiry)
    perform("reopen", inquiry.number, by=cast.by("supervisor"), at=LATER)
    assert "正在二次办理" in page_of(client, inquiry)
    perform("draft", inquiry.number, by=cast.by("handler"), at=LATER, text="补充答复如下")
    perform("submit_for_review", inquiry.number, by=cast.by("handler"), at=LATER)
    perform("reply", inquiry.number, by=cast.by("reviewer"), at=LATER)
    page = page_of(client, inquiry)
    assert "补充答复如下" in page
    assert "申报通知预计4月发布" in page
    assert path not in page


def test_what_was_typed_survives_a_case_that_moved_on(follow: Follow, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET)
    client = follow(inquiry)
    advance(inquiry, cast, "reply")
    answer = client.post(
        f"/follow/{inquiry.number}/withdraw/",
        {"withdraw-reason": "已经自行解决", "withdraw-sure": "on"},
    )
    assert answer.status_code == 409
    assert "已经自行解决" in answer.content.decode()
    assert state_of(inquiry) == State.REPLIED


# -- Files ----------------------------------------------------------------------------------


def new_file(name: str) -> NewFile:
    return NewFile(name, "text/plain", name.encode(), "0" * 64)


def test_files_go_out_as_downloads_to_their_citizen_only(follow: Follow, cast: Cast) -> None:
    inquiry = make_inquiry(key=SECRET, files=[new_file("我的照片.txt")])
    advance(inquiry, cast, "submit_for_review")
    notes: dict[str, Any] = {"text": "备注", "files": [new_file("内部.txt")]}
    perform("note", inquiry.number, by=cast.by("handler"), at=MONDAY, **notes)
    perform(
        "reply", inquiry.number, by=cast.by("reviewer"), at=MONDAY, files=[new_file("附件.txt")]
    )
    client = follow(inquiry)
    page = page_of(client, inquiry)
    by_name = {file.name: file for file in Attachment.objects.all()}
    for name in ("我的照片.txt", "附件.txt"):
        assert name in page
        sent = client.get(f"/follow/{inquiry.number}/files/{by_name[name].pk}/")
        assert sent["Content-Disposition"].startswith("attachment")
        assert sent["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in sent["Content-Security-Policy"]
        assert sent.getvalue() == name.encode()
    assert "内部.txt" not in page
    internal = f"/follow/{inquiry.number}/files/{by_name['内部.txt'].pk}/"
    assert client.get(internal).status_code == 404
    stranger = make_inquiry(key="another")
    other = follow(stranger, "another")
    path = f"/follow/{stranger.number}/files/{by_name['附件.txt'].pk}/"
    assert other.get(path).status_code == 404


def test_the_page_costs_the_same_however_long_the_story(
    follow: Follow, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    inquiry = make_inquiry(key=SECRET)
    client = follow(inquiry)
    with django_assert_max_num_queries(20):
        page_of(client, inquiry)
    ask(inquiry, cast)
    client.post(f"/follow/{inquiry.number}/supply/", {"supply-text": "补充如下"})
    advance(inquiry, cast, "reply", at=LATER)
    with django_assert_max_num_queries(20):
        page_of(client, inquiry)
