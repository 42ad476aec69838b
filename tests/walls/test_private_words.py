"""Private words stay private: in pages, feeds, API answers, figures, letters and logs."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from foundation.logs import JsonFormatter
from foundation.numbers import make_number
from inquiries.models import Attachment, Inquiry, Remark, Reply, Support
from inquiries.models.requests import ExtensionRequest, ReopenRequest
from ledger.models import Event
from sla.models import Survey
from tests.walls.crawl import read
from tests.walls.world import (
    ACTORS,
    MARK,
    PUBLIC_COMMENT,
    PUBLIC_QUESTION,
    PUBLIC_TEXT,
    PUBLIC_TITLE,
    STAFF,
    World,
    secret,
)

pytestmark = pytest.mark.xdist_group("walls-pages")

INTERNAL = (
    "login",
    "staff",
    "note",
    "draft",
    "urging",
    "instruction",
    "returned",
    "contribution",
    "denied",
    "extension",
    "forreview",
    "approval",
    "sentback",
    "unpublished",
    "reopening",
    "callback",
    "filenote",
    "bytesnote",
    "template",
    "token",
)
"""What no citizen reads, not even of their own case: the beginnings of the words for it."""


UNKNOWN = make_number(date(2026, 3, 11), 0)


def marked(text: str) -> list[str]:
    """The private words in a text."""
    return sorted(set(re.findall(MARK + r"[a-z0-9]*", text)))


def looks(answer: Any, number: str) -> str:
    """A page without the number that was asked for and without what differs every time."""
    text = answer.content.decode().replace(number, "N")
    return re.sub(r'csrfmiddlewaretoken" value="\w+"|[0-9a-f]{32}', "", text)


def telephones(world: World) -> list[str]:
    return [str(phone) for phone in Inquiry.objects.values_list("phone", flat=True)]


# -- The words are really there --------------------------------------------------------------


def test_every_private_field_carries_a_private_word(world: World) -> None:
    fields: list[tuple[Any, str]] = [
        *((Inquiry, name) for name in ("title", "text", "name", "email")),
        (Reply, "text"),
        (Remark, "text"),
        (Attachment, "name"),
        (Support, "contribution"),
        (ExtensionRequest, "reason"),
        (ReopenRequest, "reason"),
    ]
    for model, name in fields:
        values = [value for value in model.objects.values_list(name, flat=True) if value]
        assert values
        assert all(MARK in value for value in values), (model, name)
    for user in (world.user(name) for name in STAFF):
        assert MARK in user.username
        assert MARK in user.full_name


def test_staff_do_read_them(world: World) -> None:
    page = world.client("handler").get(f"/desk/case/{world.number('in_progress')}/")
    text = page.content.decode()
    for part in ("name", "text", "title"):
        assert secret(part, "in_progress") in text
    assert secret("note") in text
    assert secret("draft") in text


# -- Strangers -------------------------------------------------------------------------------


def test_strangers_read_no_private_word(world: World) -> None:
    for url, page in world.pages("").items():
        assert marked(page.text) == [], url
        assert not [phone for phone in telephones(world) if phone in page.text], url


def test_public_answers_hold_the_confirmed_words_alone(world: World) -> None:
    texts = [
        read(Client(), f"/answers/{world.number('published')}/").text,
        read(Client(), "/answers/feed.atom").text,
        json.dumps(Client().get(f"/api/v1/answers/{world.number('published')}/").json()),
        json.dumps(Client().get("/api/v1/answers/").json()),
    ]
    for text in texts:
        assert marked(text) == []
        words = text.encode().decode("unicode_escape") if text.startswith("{") else text
        assert PUBLIC_TITLE in words
    whole = Client().get(f"/api/v1/answers/{world.number('published')}/").json()
    assert (whole["title"], whole["question"], whole["text"]) == (
        PUBLIC_TITLE,
        PUBLIC_QUESTION,
        PUBLIC_TEXT,
    )


@pytest.mark.parametrize(
    "name", ["private", "unpublished", "reopened", "replied", "in_progress", "submitted"]
)
def test_what_is_not_public_does_not_exist(world: World, name: str) -> None:
    number = world.number(name)
    published = name == "reopened"  # the first round's answer was, and still is
    for path in (f"/answers/{number}/", f"/api/v1/answers/{number}/"):
        answer = Client().get(path)
        assert answer.status_code == (200 if published else 404)
        assert marked(answer.content.decode()) == []
    if not published:
        known = Client().get(f"/answers/{number}/")
        assert looks(known, number) == looks(Client().get(f"/answers/{UNKNOWN}/"), UNKNOWN)


SEARCHED = ("title", "text", "name", "reply", "mail", "draft", "note", "contribution", "praise")


@pytest.mark.parametrize("word", SEARCHED)
def test_a_search_finds_no_private_word(world: World, word: str) -> None:
    for name in ("published", "closed", "in_progress", "private"):
        query = {"q": secret(word, name) if word in SEARCHED[:5] else secret(word)}
        assert Client().get("/api/v1/answers/", query).json()["results"] == []
        assert PUBLIC_TITLE not in Client().get("/answers/", query).content.decode()
    assert Client().get("/api/v1/answers/", {"q": "13900000003"}).json()["results"] == []


def test_the_api_tells_strangers_nothing(world: World) -> None:
    paths = [
        *(f"/api/v1/inquiries/{case.case.number}/" for case in world.cases.values()),
        *(f"/api/v1/desk/cases/{case.case.number}/" for case in world.cases.values()),
        "/api/v1/desk/queues/",
        "/api/v1/desk/queues/all/",
        "/api/v1/departments/",
        "/api/v1/topics/",
        "/api/v1/districts/",
        "/api/v1/schema/",
    ]
    for path in paths:
        for headers in ({}, {"X-Query-Code": "AAAA-BBBB"}, {"Authorization": "Bearer hy_wrong"}):
            answer = Client(headers=headers).get(path)
            assert marked(answer.content.decode()) == [], path


def test_an_unknown_number_and_a_wrong_code_look_the_same(world: World) -> None:
    def follow(number: str) -> str:
        answer = Client().post("/follow/", {"number": number, "code": "AAAA-BBBB"})
        assert answer.status_code == 422
        return looks(answer, number)

    assert follow(world.number("in_progress")) == follow(UNKNOWN)


# -- Citizens --------------------------------------------------------------------------------


def test_citizens_read_nothing_internal(world: World) -> None:
    for url, page in world.pages("citizen").items():
        found = [
            word
            for word in marked(page.text)
            if any(word.startswith(secret(internal)) for internal in INTERNAL)
        ]
        assert found == [], url


@pytest.mark.parametrize("name", ["merged", "in_progress", "replied", "supported"])
def test_citizens_read_their_own_case_alone(world: World, name: str) -> None:
    client = world.client("citizen")
    number = world.number(name)
    others = {
        word
        for case, words in world.written().items()
        if case != name
        for word in words
        if not any(own.startswith(word) for own in world.written()[name])
    }
    pages = [
        client.get(f"/follow/{number}/").content.decode(),
        client.get(f"/submit/receipt/{number}/").content.decode(),
        Client(headers={"X-Query-Code": world.code(name)})
        .get(f"/api/v1/inquiries/{number}/")
        .content.decode(),
    ]
    for page in pages:
        assert not others & set(marked(page))
    assert secret("title", name) in pages[0]


# -- Staff of other departments --------------------------------------------------------------

OURS = ("supported", "elsewhere", "merged")
"""Cases the department of `outsider` leads, supports, or answers along with its own."""


def test_other_departments_read_nothing_of_the_case(world: World) -> None:
    private = {
        word for name, words in world.written().items() if name not in OURS for word in words
    }
    own = {word for name in OURS for word in world.written()[name]}
    for url, page in world.pages("outsider").items():
        assert not (private & set(marked(page.text))) - own, url


def test_who_administers_reads_no_case(world: World) -> None:
    allowed = {secret("staff", "administrator"), secret("login", "administrator")}
    for url, page in world.pages("administrator").items():
        assert set(marked(page.text)) <= allowed, url


def test_the_api_of_other_departments(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.tokens['outsider']}"}
    caller = Client(headers=headers)
    private = {
        word for name, words in world.written().items() if name not in OURS for word in words
    }
    for queue in caller.get("/api/v1/desk/queues/").json():
        text = caller.get(f"/api/v1/desk/queues/{queue['name']}/").content.decode()
        assert not private & set(marked(text))
    for name in ("in_progress", "submitted"):
        query = {"q": secret("title", name)}
        assert caller.get("/api/v1/desk/queues/all/", query).json()["results"] == []


# -- Who is judged --------------------------------------------------------------------------

SAID_OF_ANSWERS = tuple(secret(part) for part in ("praise", "blame", "callback"))
JUDGED = ("intake", "handler", "reviewer", "outsider", "administrator")


def of_answers(text: str) -> list[str]:
    """What citizens said of answers, and what supervision noted of it, in a text."""
    return [word for word in marked(text) if word.startswith(SAID_OF_ANSWERS)]


@pytest.mark.parametrize("visitor", JUDGED)
def test_nobody_who_answers_reads_who_rated_how(world: World, visitor: str) -> None:
    for url, page in world.pages(visitor).items():
        assert of_answers(page.text) == [], url
        if url.startswith("/desk/case/"):
            told = [word for word in RATED_WORDS if word in page.text]
            assert told == [], url


RATED_WORDS = ("Very dissatisfied", "Very satisfied", "非常满意", "非常不满意", "rating-line")


def test_supervision_reads_it(world: World) -> None:
    for name in ("supervisor", "auditor"):
        page = world.client(name).get(f"/desk/case/{world.number('called')}/").content.decode()
        assert secret("blame") in page
        assert secret("callback") in page
        assert "rating-line" in page


@pytest.mark.parametrize("visitor", ["intake", "handler", "reviewer"])
def test_the_api_tells_nobody_who_answers(world: World, visitor: str) -> None:
    caller = Client(headers={"Authorization": f"Bearer {world.tokens[visitor]}"})
    for name in ("called", "closed", "reopening"):
        answer = caller.get(f"/api/v1/desk/cases/{world.number(name)}/")
        told = answer.json()
        assert told["rating"] is None
        assert of_answers(answer.content.decode()) == []
        assert not [step for step in told["steps"] if step["title"] in ("Rated", "已评价")]
        assert "follow_up" not in {clock["target"] for clock in told["clocks"]}
        assert not {"follow_up", "show_comment"} & {move["name"] for move in told["moves"]}
    for word in ("blame", "praise", "callback"):
        found = caller.get("/api/v1/desk/queues/all/", {"q": secret(word)})
        assert found.json()["results"] == []
    assert caller.get("/api/v1/desk/queues/low-ratings/").status_code == 404
    supervisor = Client(headers={"Authorization": f"Bearer {world.tokens['supervisor']}"})
    number = world.number("called")
    assert supervisor.get(f"/api/v1/desk/cases/{number}/").json()["rating"] == 1


def test_a_comment_is_public_in_the_supervisors_words_alone(world: World) -> None:
    for name, said in (("shown", True), ("closed", False)):
        page = Client().get(f"/answers/{world.number(name)}/").content.decode()
        assert (PUBLIC_COMMENT in page) == said
        assert of_answers(page) == []
        assert not [word for word in RATED_WORDS if word in page]


@pytest.mark.parametrize("visitor", ["intake", "handler", "reviewer"])
def test_no_notice_tells_who_answers(world: World, visitor: str) -> None:
    from inquiries.queries.inbox import inbox_of

    kinds = {
        notice.item.kind
        for notice in inbox_of(world.user(visitor).as_actor(), None, size=500).notices
        if notice.item.kind == "low_rating" or notice.item.context.get("target") == "follow_up"
    }
    assert kinds == set()


# -- Figures, error pages, logs --------------------------------------------------------------


@pytest.mark.parametrize("by", ["department", "kind", "channel", "month"])
def test_figures_name_nobody(world: World, by: str) -> None:
    out = io.StringIO()
    args = ["--from", "2026-01-01", "--to", "2026-12-31", "--by", by, "--json"]
    call_command("figures", *args, stdout=out)
    assert '"received"' in out.getvalue()
    assert marked(out.getvalue()) == []


def test_the_ledger_holds_digests_and_no_words(world: World) -> None:
    allowed = {secret("staff", name) for name in ACTORS}
    for event in Event.objects.all():
        assert set(marked(json.dumps(event.data, ensure_ascii=False))) <= allowed, event.move
        assert event.actor_label in {"citizen", "system", *allowed}


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything any logger says, as the product writes it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


PRIVATE_POST = {
    "kind": "consultation",
    "title": secret("posted", "title"),
    "text": secret("posted", "text"),
    "name": secret("posted", "name"),
    "phone": "13512345678",
    "email": f"{secret('posted', 'mail')}@example.org",
    "password": secret("posted", "password"),
    "username": secret("posted", "username"),
    "code": "K7PM-2XQA",
    "reason": secret("posted", "reason"),
    "seen": "1",
}


@pytest.mark.parametrize("visitor", ["", "citizen", "handler", "supervisor"])
def test_logs_hold_no_private_word(world: World, visitor: str) -> None:
    client = world.client(visitor)
    client.raise_request_exception = False
    number = world.number("in_progress")
    paths = [
        "/submit/",
        "/follow/",
        f"/follow/{number}/withdraw/",
        f"/desk/case/{number}/move/return/",
        f"/desk/case/{number}/",
        "/nowhere/",
        "/api/v1/inquiries/",
        f"/api/v1/inquiries/{number}/supply/",
    ]
    with logged() as log:
        for path in paths:
            client.post(path, PRIVATE_POST)
            client.get(path)
    said = log.getvalue()
    assert said  # 404 and 405 are logged
    quoted = [line for line in said.splitlines() if '"logger": "django.db' not in line]
    assert marked("\n".join(quoted)) == []
    assert "13512345678" not in "\n".join(quoted)
    assert "K7PM-2XQA" not in "\n".join(quoted)


def test_a_crash_tells_nobody_what_was_typed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page for 500 is plain, and the log names the error without the words of the form."""

    def crash(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(f"Bearer hy_{'x' * 30} of {PRIVATE_POST['phone']}")

    monkeypatch.setattr("inquiries.views.portal.following.open_case", crash)
    client = Client(raise_request_exception=False)
    with logged() as log:
        sent = {"number": world.number("in_progress"), "code": "K7PM-2XQA"}
        answer = client.post("/follow/", sent)
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.content.decode()
    assert answer["X-Request-ID"] in answer.content.decode()
    assert "RuntimeError" in log.getvalue()
    for private in ("K7PM-2XQA", PRIVATE_POST["phone"], "x" * 30):
        assert private not in log.getvalue()


def test_query_codes_stand_on_the_receipt_alone(world: World) -> None:
    codes = {world.code(name) for name in world.cases}
    for visitor in ("", "citizen", *STAFF):
        for url, page in world.pages(visitor).items():
            if not url.startswith("/submit/receipt/"):
                assert not [code for code in codes if code in page.text], url
            assert not [code for code in codes if code in url]
    receipt = world.client("citizen").get(f"/submit/receipt/{world.number('submitted')}/")
    assert world.code("submitted") in receipt.content.decode()


def test_nothing_secret_is_stored(world: World) -> None:
    """Codes and tokens are kept as digests: whoever reads the tables can open nothing."""
    from django.db import connection

    wanted = {world.code(name) for name in world.cases} | set(world.tokens.values())
    wanted |= {f"form-key-of-{name}" for name in world.cases}
    wanted |= {world.survey(name) for name in ("replied", "closed")}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            text = repr(cursor.fetchall())
            assert not [word for word in wanted if word in text], table


def test_low_ratings_are_told_without_the_comment(world: World) -> None:
    from notices.models import InboxItem, Outbox

    for context in InboxItem.objects.values_list("context", flat=True):
        assert marked(json.dumps(context)) == []
    for letter in Outbox.objects.all():
        words = marked(json.dumps(letter.context))
        internal = [word for word in words if word.startswith(tuple(map(secret, INTERNAL)))]
        assert internal == [], letter.kind
    assert Survey.objects.filter(rating=1).exists()
