"""Bad forms: an error by the field or a precise 4xx; nothing changed, nothing typed lost."""

from __future__ import annotations

import pytest
from django.test import Client

from inquiries.forms.desk import FORMS
from inquiries.labels import REFUSALS as REFUSED
from inquiries.models import Inquiry
from inquiries.policy import Refusal
from tests.walls.sending import (
    CHOICES,
    EVIL,
    MOVE_FIELDS,
    REFUSALS,
    SENT,
    STAGES,
    WORDS,
    a_matter,
    an_entry,
    move_url,
    send,
    state_of_things,
    undone,
    usable,
)
from tests.walls.world import World, secret

pytestmark = pytest.mark.xdist_group("walls-forms")


@pytest.mark.parametrize("evil", EVIL)
def test_every_field_of_every_form(world: World, evil: str) -> None:
    value, before = EVIL[evil], state_of_things()
    wrong = []
    for form, (visitor, place, fields) in SENT.items():
        client, url = world.client(visitor), place(world)
        for name in fields():
            with undone():
                answer = send(client, url, fields() | {name: value})
                if answer.status_code not in REFUSALS | {200, 302}:
                    wrong.append((form, name, answer.status_code))
                if answer.status_code in REFUSALS and state_of_things() != before:
                    wrong.append((form, name, "changed something"))
                assert b"alert(1)</script>" not in answer.content
    assert wrong == []


def test_the_table_knows_every_move() -> None:
    assert set(STAGES) == set(FORMS)


@pytest.mark.parametrize("move", STAGES)
def test_a_usable_form_is_taken_once(world: World, move: str) -> None:
    """The second press of the same form finds that the case has moved on."""
    name, who = STAGES[move]
    client, url, sent = world.client(who), move_url(world, name, move), usable(world, name, move)
    first = send(client, url, sent)
    assert first.status_code == 302, first.content.decode()[:5000]
    after = state_of_things()
    second = send(client, url, sent)
    assert second.status_code in (404, 409)
    assert state_of_things() == after


@pytest.mark.parametrize("move", STAGES)
def test_every_move_with_evil_in_all_its_fields(world: World, move: str) -> None:
    name, who = STAGES[move]
    client, url = world.client(who), move_url(world, name, move)
    form, before = usable(world, name, move), state_of_things()
    wrong = []
    for evil in ("blank", "gbk", "formats"):
        sent = form | dict.fromkeys((*MOVE_FIELDS, *CHOICES), EVIL[evil])
        with undone():
            answer = send(client, url, sent)
            if answer.status_code not in REFUSALS | {302}:
                wrong.append((evil, answer.status_code))
            if answer.status_code != 302 and state_of_things() != before:
                wrong.append((evil, "changed something"))
            assert b"alert(1)</script>" not in answer.content
    assert wrong == []


@pytest.mark.parametrize("seen", ["", "0", "-1", "99", "abc", "9" * 30, "1.5", "１"])
def test_a_form_for_another_version_changes_nothing(world: World, seen: str) -> None:
    name, words = "in_progress", secret("typed")
    before = state_of_things()
    sent = usable(world, name, "ask_supplement") | {"seen": seen, "request": words}
    answer = send(world.client("handler"), move_url(world, name, "ask_supplement"), sent)
    assert answer.status_code in (409, 422)
    assert words in answer.content.decode()
    assert state_of_things() == before


@pytest.mark.parametrize("field", CHOICES)
@pytest.mark.parametrize("value", ["0", "-1", "9" * 30, "x'"])
def test_a_choice_that_does_not_exist(world: World, field: str, value: str) -> None:
    moves = {
        "kind": "accept",
        "topic": "accept",
        "department": "assign",
        "supporting": "assign",
        "ground": "reject",
        "amount": "request_extension",
        "candidate": "merge",
        "number": "merge",
    }
    move = moves[field]
    name, who = STAGES[move]
    before = state_of_things()
    if field == "amount" and value.isdigit() and 0 < int(value) <= 99:
        return
    sent = usable(world, name, move) | {field: value}
    if field == "candidate":
        sent["number"] = ""
    answer = send(world.client(who), move_url(world, name, move), sent)
    assert answer.status_code == 422, answer.content.decode()[:3000]
    assert state_of_things() == before


# -- Nothing typed is lost -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "field", "faulty"),
    [
        ("submit", "text", {"phone": "12"}),
        ("submit", "title", {"consent": ""}),
        ("submit", "text", {"form_key": "forged"}),
        ("submit", "text", {"email": "nobody", "phone": ""}),
        ("submit", "text", {"homepage": "http://robots.example"}),
        ("entry", "text", {"received_at": "2026-02-30T10:00"}),
        ("entry", "text", {"received_at": "2036-02-03T10:00"}),
        ("entry", "text", {"received_at": "0001-01-01T00:00"}),
        ("entry", "text", {"channel": "api"}),
        ("entry", "text", {"key": "forged"}),
        ("withdraw", "withdraw-reason", {"withdraw-sure": ""}),
        ("rate", "rate-comment", {"rate-rating": "6"}),
        ("rate", "rate-comment", {"rate-rating": "0"}),
        ("rate", "rate-comment", {"rate-rating": "５五"}),
        ("check", "text", {"title": ""}),
    ],
)
def test_what_was_typed_comes_back(
    world: World, form: str, field: str, faulty: dict[str, str]
) -> None:
    visitor, place, fields = SENT[form]
    before = state_of_things()
    answer = send(world.client(visitor), place(world), fields() | {field: WORDS} | faulty)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert WORDS in text
    assert "errorlist" in text or "error" in text
    assert state_of_things() == before


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
@pytest.mark.parametrize("field", ["title", "text", "name"])
def test_words_in_another_encoding_are_told_of(world: World, encoding: str, field: str) -> None:
    """Nobody can read them any more, so they are not taken as if they could."""
    before = state_of_things()
    words = "高新技术企业认定什么时候开始".encode(encoding)
    answer = send(Client(), "/submit/", a_matter(**{field: words}))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert state_of_things() == before


@pytest.mark.parametrize(
    ("visitor", "path"),
    [
        ("citizen", "supply"),
        ("citizen", "withdraw"),
        ("citizen", "rate"),
        ("citizen", "ask-again"),
    ],
)
def test_a_citizens_move_too_late_keeps_the_words(world: World, visitor: str, path: str) -> None:
    prefix = {"ask-again": "request_reopen"}.get(path, path)
    name = {"withdraw": "closed"}.get(path, "withdrawn")
    words = dict.fromkeys(("text", "reason", "comment"), WORDS) | {"rating": "5", "sure": "on"}
    before = state_of_things()
    sent = {f"{prefix}-{field}": value for field, value in words.items()}
    answer = send(world.client(visitor), f"/follow/{world.number(name)}/{path}/", sent)
    assert answer.status_code == 409
    assert WORDS in answer.content.decode()
    assert state_of_things() == before


# -- Replays ---------------------------------------------------------------------------------


def test_a_form_sent_twice_makes_one_inquiry(world: World) -> None:
    client, sent = Client(), a_matter()
    first, second = send(client, "/submit/", sent), send(client, "/submit/", sent)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Inquiry.objects.filter(name="王小明").count() == 1
    # Somebody else who gets hold of the form learns neither number nor code.
    other = send(Client(), "/submit/", sent | {"text": "另外一件事情，请问怎么办？"})
    assert other.status_code == 409
    assert Inquiry.objects.filter(name="王小明").count() == 1


def test_an_entry_sent_twice_makes_one_inquiry(world: World) -> None:
    client, sent = world.client("intake"), an_entry()
    assert send(client, "/desk/new/", sent).status_code == 200
    assert send(client, "/desk/new/", sent).status_code == 200
    assert Inquiry.objects.filter(name="王小明").count() == 1


@pytest.mark.parametrize(
    ("name", "path", "sent"),
    [
        ("awaiting_citizen", "supply", {"supply-text": "补充材料"}),
        ("submitted", "withdraw", {"withdraw-sure": "on"}),
        ("replied", "rate", {"rate-rating": "5"}),
        ("replied", "ask-again", {"request_reopen-reason": "没有解决"}),
    ],
)
def test_a_citizens_second_press_does_nothing_more(
    world: World, name: str, path: str, sent: dict[str, str]
) -> None:
    client, url = world.client("citizen"), f"/follow/{world.number(name)}/{path}/"
    assert send(client, url, sent).status_code == 302
    after = state_of_things()
    assert send(client, url, sent).status_code in (302, 409)
    assert state_of_things() == after


# -- Several at once ---------------------------------------------------------------------------


def test_more_than_can_be_urged_at_once_urges_none(world: World) -> None:
    numbers = [world.number("overdue"), *(f"2026031{n:08d}" for n in range(50))]
    before = state_of_things()
    answer = send(world.client("supervisor"), "/desk/urge/", {"number": numbers, "text": "请尽快"})
    assert answer.status_code == 302
    assert state_of_things() == before


@pytest.mark.parametrize("who", ["handler", "outsider", "auditor", "administrator"])
def test_urging_tells_nobody_which_cases_there_are(world: World, who: str) -> None:
    client, before = world.client(who), state_of_things()
    for number in (world.number("submitted"), "20260311-000000-9", "\0"):
        send(client, "/desk/urge/", {"number": number, "text": "请尽快", "next": "/desk/"})
    told = str(REFUSED[Refusal.NOT_YOUR_ROLE]) in client.get("/desk/").content.decode()
    assert told is (who == "auditor")  # who may see the case, and yet not urge
    assert state_of_things() == before
