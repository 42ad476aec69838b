"""Bringing a matter in: nothing typed is lost, two presses make one matter, robots stay out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Department
from foundation import clock
from inquiries.form_keys import OPEN_FOR, new_key
from inquiries.limits import SUBMISSIONS
from inquiries.models import Attachment, Inquiry
from ledger.models import Event
from tests.factories import TopicFactory, china
from tests.portal.conftest import fresh_key, matter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bureau")]

REFUSED = "这次没有提交成功"


def key_in(page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found
    return found[1]


def text_file(name: str = "说明.txt", words: str = "材料说明") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, words.encode())


def test_a_matter_gets_a_number_a_code_and_a_receipt(client: Client) -> None:
    topic = TopicFactory.create()
    with time_machine.travel(china(2026, 3, 2), tick=False):
        sent = client.post("/submit/", matter(topic=topic.pk, phone="１３８ 0013-8000"))
        inquiry = Inquiry.objects.select_related("case").get()
        assert sent["Location"] == f"/submit/receipt/{inquiry.number}/"
        page = client.get(sent["Location"]).content.decode()
    assert inquiry.phone == "13800138000"
    assert inquiry.topic == topic
    assert inquiry.wants_public
    assert inquiry.consented_at == china(2026, 3, 2)
    assert inquiry.number in page
    code = re.search(r'id="code">([^<]+)<', page)
    assert code
    assert code[1] not in sent["Location"]
    assert "2026年3月9日" in page
    assert "第5天" in page
    assert Event.objects.get().hash in page
    opened = Client().post("/follow/", {"number": inquiry.number, "code": code[1].lower()})
    assert opened["Location"] == f"/follow/{inquiry.number}/"


def test_the_receipt_is_shown_only_to_whoever_submitted(client: Client) -> None:
    receipt = client.post("/submit/", matter())["Location"]
    assert client.get(receipt).status_code == 200
    assert Client().get(receipt)["Location"] == "/follow/"
    assert client.get("/submit/receipt/20260302-000000-0/")["Location"] == "/follow/"


def test_the_date_over_a_year_without_a_notice_is_provisional(client: Client) -> None:
    with time_machine.travel(china(2026, 12, 30), tick=False):
        page = client.get(client.post("/submit/", matter())["Location"]).content.decode()
    assert "暂定" in page


def test_errors_stand_by_the_field_and_nothing_typed_is_lost(client: Client) -> None:
    bad = matter(title="", text="短", phone="12345", consent="", name="李四", wants_public="")
    answer = client.post("/submit/", bad)
    page = answer.content.decode()
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"title", "text", "phone", "consent", "wants_public"}
    assert 'value="李四"' in page
    assert 'value="12345"' in page
    assert 'href="#id_title"' in page
    assert "<title>有误：" in page
    assert not Inquiry.objects.exists()


def test_some_way_to_reach_the_citizen_is_needed(client: Client) -> None:
    answer = client.post("/submit/", matter(phone="", email=""))
    assert set(answer.context["form"].errors) == {"phone"}
    assert client.post("/submit/", matter(phone="", email="li@example.org")).status_code == 302


@pytest.mark.parametrize(
    "over",
    [
        {"kind": "bribe"},
        {"topic": "999999"},
        {"topic": "\x00"},
        {"title": "长" * 101},
        {"text": "长" * 5001},
        {"email": "not an address", "phone": ""},
        {"name": "\x00\x01"},
        {"wants_public": "perhaps"},
    ],
)
def test_unusable_input_is_named_not_swallowed(client: Client, over: dict[str, Any]) -> None:
    answer = client.post("/submit/", matter(**over))
    assert answer.status_code == 422
    assert set(over) & set(answer.context["form"].errors)
    assert not Inquiry.objects.exists()


def test_line_ends_of_browsers_do_not_use_up_the_length(client: Client) -> None:
    text = "\r\n".join(["字"] * 2500)
    assert len(text) > 5000
    assert client.post("/submit/", matter(text=text)).status_code == 302
    assert "\r" not in Inquiry.objects.get().text


def test_a_double_click_makes_one_matter_with_one_receipt(client: Client) -> None:
    data = matter()
    first, second = client.post("/submit/", data), client.post("/submit/", data)
    assert first["Location"] == second["Location"]
    assert Inquiry.objects.count() == 1
    assert client.get(second["Location"]).status_code == 200


def test_other_words_in_a_form_sent_before_become_a_matter_of_their_own(client: Client) -> None:
    data = matter()
    client.post("/submit/", data)
    again = client.post("/submit/", data | {"text": "后退以后写的另一件事情，不能丢。"})
    page = again.content.decode()
    assert again.status_code == 409
    assert "另一件事情" in page
    client.post(
        "/submit/", data | {"text": "后退以后写的另一件事情，不能丢。", "form_key": key_in(page)}
    )
    assert Inquiry.objects.count() == 2


def robots() -> dict[str, dict[str, str]]:
    old = new_key(clock.now() - OPEN_FOR - timedelta(seconds=5)).signed
    return {
        "trap": matter(homepage="http://spam.example"),
        "too fast": matter(form_key=new_key(clock.now()).signed),
        "no key": matter(form_key=""),
        "forged": matter(form_key=fresh_key()[:-2] + "xx"),
        "huge key": matter(form_key="x" * 10_000),
        "too old": matter(form_key=old),
    }


@pytest.mark.parametrize("kind", robots())
def test_robots_and_the_unlucky_get_the_same_polite_answer(client: Client, kind: str) -> None:
    answer = client.post("/submit/", robots()[kind])
    page = answer.content.decode()
    assert answer.status_code == 422
    assert REFUSED in page
    assert "高新技术企业认定咨询" in page
    assert not Inquiry.objects.exists()
    with time_machine.travel(clock.now() + timedelta(seconds=5), tick=False):
        person = client.post("/submit/", matter(form_key=key_in(page)))
    assert person.status_code == 302


def test_a_refused_form_keeps_the_good_files(client: Client) -> None:
    data = matter(title="")
    answer = client.post("/submit/", data | {"attachments": [text_file(), text_file("坏.pdf")]})
    page = answer.content.decode()
    assert "坏.pdf" in "".join(answer.context["form"].errors["attachments"])
    assert "说明.txt" in page
    kept = re.findall(r'name="keep" value="(\w+)"[^>]*checked', page)
    assert len(kept) == 1
    client.post("/submit/", data | {"title": "补上标题", "keep": kept})
    assert list(Attachment.objects.values_list("name", flat=True)) == ["说明.txt"]


def test_an_unticked_file_is_left_out(client: Client, settings: Any) -> None:
    data = matter(title="")
    client.post("/submit/", data | {"attachments": [text_file()]})
    assert list(Path(settings.MEDIA_ROOT, "pending").iterdir())
    client.post("/submit/", data | {"title": "补上标题"})
    assert Inquiry.objects.count() == 1
    assert not Attachment.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT, "pending").iterdir())


def test_files_waiting_too_long_are_deleted_and_missed_aloud(client: Client, settings: Any) -> None:
    data = matter(title="")
    page = client.post("/submit/", data | {"attachments": [text_file()]}).content.decode()
    kept = re.findall(r'name="keep" value="(\w+)"', page)
    with time_machine.travel(clock.now() + timedelta(hours=3), tick=False):
        client.get("/submit/")
        assert not list(Path(settings.MEDIA_ROOT, "pending").iterdir())
        answer = client.post("/submit/", data | {"title": "补上标题", "keep": kept})
    assert "attachments" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([SimpleUploadedFile("照片.jpg", b"MZ\x90\x00program")], "照片.jpg"),
        ([SimpleUploadedFile("a.exe", b"MZ\x90\x00")], "a.exe"),
        ([SimpleUploadedFile("空.txt", b"")], "空.txt"),
        ([text_file("大.txt", "大" * 2_000_000)], "大.txt"),
        ([text_file(f"{n}.txt", f"第{n}个") for n in range(6)], "5.txt"),
    ],
    ids=["renamed", "program", "empty", "too large", "too many"],
)
def test_a_refused_file_is_named_with_the_reason(
    client: Client, files: list[SimpleUploadedFile], said: str
) -> None:
    for file in files:
        file.seek(0)
    answer = client.post("/submit/", matter(attachments=files))
    assert answer.status_code == 422
    assert said in "".join(answer.context["form"].errors["attachments"])


def test_a_request_beyond_all_measure_is_refused_unread(client: Client, settings: Any) -> None:
    settings.REQUEST_MAX_BYTES = 1000
    answer = client.post("/submit/", matter(attachments=[text_file(words="大" * 1000)]))
    assert answer.status_code == 413


def test_too_many_matters_from_one_network_wait_with_their_words(client: Client) -> None:
    for n in range(SUBMISSIONS.count):
        assert client.post("/submit/", matter(phone=f"1380013{n:04}")).status_code == 302
    answer = client.post("/submit/", matter(phone="13800138999"))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "13800138999" in answer.content.decode()
    other = client.post("/submit/", matter(phone="13800138999"), REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 302


def test_the_form_offers_active_topics_and_the_kind_chosen_before(client: Client) -> None:
    shown = TopicFactory.create(name="人才政策")
    TopicFactory.create(name="旧主题", is_active=False)
    page = client.get("/submit/?kind=complaint").content.decode()
    assert shown.name in page
    assert "旧主题" not in page
    assert re.search(r'value="complaint"[^>]*checked', page)
    assert Department.objects.count() == 0
