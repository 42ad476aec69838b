"""Published answers: found by the words people use, and nothing private in them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inquiries.models import Inquiry
from inquiries.queries.published import PAGE_SIZE
from inquiries.workflow import perform
from tests.factories import MONDAY, Cast, TopicFactory, advance, make_inquiry

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
SECRETS = ("秘密标题", "秘密内容", "秘密答复", "王小明", "13987654321", "secret@example.org")


def publish(
    cast: Cast, number: int = 0, *, title: str = "企业认定", text: str = "请看通知。", **over: Any
) -> Inquiry:
    """A published answer; the private words are not the public ones."""
    at = MONDAY + timedelta(minutes=number)
    words = {
        "title": "秘密标题",
        "text": "这里写着秘密内容",
        "name": "王小明",
        "phone": "13987654321",
        "email": "secret@example.org",
    }
    inquiry = make_inquiry(at, **words | over)
    advance(inquiry, cast, "sign_for")
    perform("draft", inquiry.number, by=cast.by("handler"), at=at, text="这里写着秘密答复")
    perform("submit_for_review", inquiry.number, by=cast.by("handler"), at=at)
    perform("reply", inquiry.number, by=cast.by("reviewer"), at=at)
    public: dict[str, Any] = {"title": title, "question": f"关于{title}的提问", "text": text}
    return perform("publish", inquiry.number, by=cast.by("reviewer"), at=at, **public)


def numbers_in(page: bytes) -> list[str]:
    found = re.findall(r'<h2><a href="/answers/(\d{8}-\d{6}-\d)/"', page.decode())
    return [str(number) for number in found]


def test_only_published_answers_are_there(client: Client, cast: Cast) -> None:
    shown = publish(cast)
    hidden = advance(make_inquiry(), cast, "reply")
    taken_down = publish(cast, 2)
    perform(
        "unpublish", taken_down.number, by=cast.by("reviewer"), at=MONDAY + timedelta(1), reason="x"
    )
    assert numbers_in(client.get("/answers/").content) == [shown.number]
    assert client.get(f"/answers/{shown.number}/").status_code == 200
    for inquiry in (hidden, taken_down):
        assert client.get(f"/answers/{inquiry.number}/").status_code == 404
    assert client.get("/answers/20260302-000000-0/").status_code == 404


def test_no_private_word_is_public(client: Client, cast: Cast) -> None:
    inquiry = publish(cast)
    addresses = ("/", "/answers/", f"/answers/{inquiry.number}/", "/answers/feed.atom")
    for address in addresses:
        page = client.get(address).content.decode()
        assert "企业认定" in page
        assert not [secret for secret in SECRETS if secret in page], address
    assert numbers_in(client.get("/answers/", {"q": "秘密"}).content) == []


def test_names_and_numbers_left_by_mistake_are_masked_once_more(client: Client, cast: Cast) -> None:
    text = "王小明您好，已拨打13987654321。地址：黄河路88号政务中心，电话0395-3131234。"
    inquiry = publish(cast, title="王小明的提问", text=text)
    for address in ("/answers/", f"/answers/{inquiry.number}/", "/answers/feed.atom"):
        page = client.get(address).content.decode()
        assert "王小明" not in page
        assert "13987654321" not in page
    page = client.get(f"/answers/{inquiry.number}/").content.decode()
    assert "黄河路88号" in page
    assert "0395-3131234" in page


@pytest.mark.parametrize("words", ["认定", "高新", "高新技术", "认定 高新", "ＡＢＣ", "abc"])
def test_words_of_two_characters_are_found(client: Client, cast: Cast, words: str) -> None:
    publish(cast, 1, title="人才公寓申请")
    wanted = publish(cast, 2, title="高新技术企业ABC认定")
    assert numbers_in(client.get("/answers/", {"q": words}).content) == [wanted.number]


@pytest.mark.parametrize("words", ["！！", "没有", "'\"()*:^ OR", "x" * 5000, "认\x00定"])
def test_odd_searches_are_answered(client: Client, cast: Cast, words: str) -> None:
    publish(cast)
    assert client.get("/answers/", {"q": words}).status_code == 200


def test_filters_narrow_the_list(client: Client, cast: Cast) -> None:
    topic = TopicFactory.create(code="talent")
    one = publish(cast, 1, topic=topic)
    other = publish(cast, 2, kind="complaint")

    def found(**query: str) -> list[str]:
        return numbers_in(client.get("/answers/", query).content)

    assert found(topic="talent") == [one.number]
    assert found(kind="complaint") == [other.number]
    assert found(department="tech") == [other.number, one.number]
    assert found(department="office") == []
    assert found(department="unknown", kind="\x00") == [other.number, one.number]


def test_pages_follow_each_other_without_gap_or_double(client: Client, cast: Cast) -> None:
    made = [publish(cast, n).number for n in range(PAGE_SIZE + 3)]
    first = client.get("/answers/?department=tech")
    step = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
    assert step
    second = client.get("/answers/" + step[1].replace("&amp;", "&"))
    seen = numbers_in(first.content) + numbers_in(second.content)
    assert seen == made[::-1]
    assert client.get("/answers/?cursor=forged").status_code == 400


def test_the_feed_is_valid_atom(client: Client, cast: Cast, settings: Any) -> None:
    settings.SITE_URL = "https://hui.example.gov.cn"
    topic = TopicFactory.create(code="talent", name="人才")
    publish(cast, 1, title="控制\x0b字符 <b>与</b> & 符号", topic=topic)
    last = publish(cast, 2)
    answer = client.get("/answers/feed.atom", headers={"host": "localhost"})
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(answer.content)
    for name in ("id", "title", "updated", "author"):
        assert feed.find(ATOM + name) is not None, name
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    assert links["self"] == "https://hui.example.gov.cn/answers/feed.atom"
    entries = feed.findall(ATOM + "entry")
    assert len(entries) == 2
    for entry in entries:
        for name in ("id", "title", "updated", "summary", "link"):
            assert entry.find(ATOM + name) is not None, name
    assert entries[0].findtext(ATOM + "id") == f"https://hui.example.gov.cn/answers/{last.number}/"
    narrowed = ET.fromstring(client.get("/answers/feed.atom?topic=talent").content)
    assert len(narrowed.findall(ATOM + "entry")) == 1


@pytest.mark.parametrize("address", ["/", "/answers/", "/answers/feed.atom"])
def test_a_list_costs_the_same_however_many_it_shows(
    client: Client, cast: Cast, address: str
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    publish(cast, 1)
    one = cost()
    for n in range(2, 6):
        publish(cast, n, topic=TopicFactory.create())
    assert cost() <= one + 1  # the look-up of topics, once there are any
    assert cost() <= 8
