"""Forms as they travel, good and evil, and whether anything came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_from_bytes

from django.db import transaction
from django.test import Client

from accounts.models import User
from inquiries.form_keys import new_key
from inquiries.models import Attachment, Inquiry, Remark, Reply, Support
from ledger.models import Event
from notices.models import InboxItem, Outbox
from sla.models import Case, Clock
from tests.walls.world import NOW, PASSWORD, World, secret

WORDS = secret("typed", "words")
"""What somebody has typed and does not want to type again."""

FORM = "application/x-www-form-urlencoded"
EVIL: dict[str, str | bytes] = {
    "empty": "",
    "blank": " \u3000\r\n\t",
    "nul": "a\0b",
    "surrogate": b"\xed\xa0\x80\xed\xb0\x80",
    "gbk": "环境污染".encode("gbk"),
    "huge": "x" * 100_000,
    "astronomic": "9" * 5000,
    "markup": "<script>alert(1)</script>\"'><svg/onload=alert(1)>",
    "header": "a\r\nBcc: somebody@example.org",
    "formats": "%(name)s %s {0} {{ 7 }} {% now %} ' OR 1=1; -- ../../etc/passwd",
}
REFUSALS = {400, 403, 404, 409, 410, 413, 422, 429}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def state_of_things() -> dict[str, Any]:
    """What no refused form may have changed."""
    models: list[Any] = [Case, Event, Clock, Attachment, Remark, Reply, Support, InboxItem, Outbox]
    counts = {model.__name__: model.objects.count() for model in models}
    versions = list(Inquiry.objects.order_by("pk").values_list("pk", "version", "state"))
    people = list(User.objects.order_by("pk").values_list("pk", "password", "notices_seen_at"))
    return counts | {"versions": versions, "people": people}


def encoded(data: dict[str, str | bytes | list[str]]) -> str:
    """A form as it travels, with bytes as they are."""
    pairs = [
        (name, value)
        for name, values in data.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    return "&".join(
        f"{quote(name)}={quote_from_bytes(v) if isinstance(v, bytes) else quote(v)}"
        for name, v in pairs
    )


def send(client: Client, url: str, data: dict[str, Any]) -> Any:
    return client.post(url, encoded(data), content_type=FORM)


def a_matter(**over: Any) -> dict[str, Any]:
    """A citizen's form, opened ten seconds ago."""
    return {
        "form_key": new_key(NOW - timedelta(seconds=10)).signed,
        "kind": "consultation",
        "title": "高新技术企业认定",
        "text": "请问今年什么时候开始申报？",
        "name": "王小明",
        "phone": "13511112222",
        "email": "wang@example.org",
        "topic": "",
        "district": "",
        "wants_public": "yes",
        "consent": "on",
    } | over


def an_entry(**over: Any) -> dict[str, Any]:
    """What a clerk types in."""
    made = new_key(NOW - timedelta(seconds=10)).signed
    taken = a_matter(key=made, channel="phone", received_at="2026-03-11T10:00")
    return {name: value for name, value in taken.items() if name != "form_key"} | over


Place = Callable[[World], str]


def follow(name: str, step: str = "") -> Place:
    return lambda world: f"/follow/{world.number(name)}/{step}"


SENT: dict[str, tuple[str, Place, Callable[[], dict[str, Any]]]] = {
    "submit": ("", lambda world: "/submit/", a_matter),
    "follow": ("", lambda world: "/follow/", lambda: {"number": "", "code": "K7PM-2XQA"}),
    "supply": (
        "citizen",
        follow("awaiting_citizen", "supply/"),
        lambda: {"supply-text": "", "supply-keep": ""},
    ),
    "withdraw": (
        "citizen",
        follow("submitted", "withdraw/"),
        lambda: {"withdraw-reason": "", "withdraw-sure": ""},
    ),
    "rate": (
        "citizen",
        follow("replied", "rate/"),
        lambda: {"rate-rating": "", "rate-comment": ""},
    ),
    "survey": (
        "",
        lambda world: f"/s/{world.survey('replied')}/",
        lambda: {"rating": "", "comment": "", "may_show": ""},
    ),
    "ask again": (
        "citizen",
        follow("replied", "ask-again/"),
        lambda: {"request_reopen-reason": ""},
    ),
    "text size": ("", lambda world: "/text-size/", lambda: {"size": "large", "next": "/"}),
    "language": ("", lambda world: "/i18n/setlang/", lambda: {"language": "en", "next": "/"}),
    "sign in": (
        "",
        lambda world: "/accounts/login/",
        lambda: {"username": "x", "password": "y", "next": ""},
    ),
    "password": (
        "handler",
        lambda world: "/accounts/password/",
        lambda: {"old_password": PASSWORD, "new_password1": "", "new_password2": ""},
    ),
    "entry": ("intake", lambda world: "/desk/new/", an_entry),
    "urge": (
        "supervisor",
        lambda world: "/desk/urge/",
        lambda: {"number": "20260311-000000-0", "text": "请尽快", "next": "/desk/"},
    ),
    "seen": ("handler", lambda world: "/desk/notices/seen/", lambda: {"until": ""}),
    "check": (
        "reviewer",
        lambda world: f"/desk/case/{world.number('replied')}/publication/",
        lambda: {"title": "标题", "question": "问题", "text": "答复"},
    ),
}


MOVE_FIELDS = (
    "text",
    "reason",
    "note",
    "explanation",
    "request",
    "title",
    "question",
    "referred_to",
)
CHOICES = ("kind", "topic", "department", "supporting", "ground", "amount", "candidate", "number")
STAGES = {
    "accept": ("submitted", "intake"),
    "assign": ("accepted", "intake"),
    "sign_for": ("assigned", "handler"),
    "draft": ("in_progress", "handler"),
    "submit_for_review": ("in_progress", "handler"),
    "reply": ("in_review", "reviewer"),
    "send_back": ("in_review", "reviewer"),
    "publish": ("replied", "reviewer"),
    "grant_extension": ("extension", "supervisor"),
    "deny_extension": ("extension", "supervisor"),
    "follow_up": ("reopening", "supervisor"),
    "show_comment": ("closed", "supervisor"),
    "hide_comment": ("shown", "supervisor"),
    "reopen": ("reopening", "supervisor"),
    "decline_reopen": ("reopening", "supervisor"),
    "contribute": ("supported", "outsider"),
    "ask_supplement": ("in_progress", "handler"),
    "request_extension": ("in_progress", "handler"),
    "return": ("assigned", "handler"),
    "reassign": ("in_progress", "supervisor"),
    "refer": ("submitted", "intake"),
    "merge": ("submitted", "intake"),
    "reject": ("submitted", "intake"),
    "unpublish": ("published", "reviewer"),
    "urge": ("in_progress", "supervisor"),
    "note": ("in_progress", "handler"),
}
"""A case each move can be made on, and by whom."""


def usable(world: World, name: str, move: str) -> dict[str, Any]:
    """A form that would be accepted."""
    return {
        "seen": str(world.fresh(name).version),
        **dict.fromkeys(MOVE_FIELDS, "一句话"),
        "kind": "complaint",
        "department": str((world.cast.other if move == "reassign" else world.cast.tech).pk),
        "ground": "not_ours",
        "amount": "1",
        "number": world.number("accepted"),
        "confirmed": "on",
        "outcome": "called_back",
    }


def move_url(world: World, name: str, move: str) -> str:
    return f"/desk/case/{world.number(name)}/move/{move}/"
