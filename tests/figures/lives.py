"""Lives of cases for lists and their files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from accounts.actors import CITIZEN
from inquiries.models import District
from inquiries.states import Kind
from inquiries.workflow import perform
from tests.factories import MONDAY, Cast, DistrictFactory, TopicFactory, make_inquiry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


Move = tuple[datetime, Callable[[], Any]]
"""The instant of a move, and what makes it."""


def life(cast: Cast, random: Random, n: int) -> Iterator[Move]:
    """What becomes of one case: drawn, and rich in changes that leave no date on its line."""
    at = MONDAY + random.randrange(20) * DAY + n * HOUR / 8
    topic = TopicFactory.create(code=f"topic{n}")
    place = DistrictFactory.create(code=f"place{n}")
    numbers: list[str] = []
    intake, boss = cast.by("intake"), cast.by("supervisor")
    yield at, partial(_submit, numbers, at, place)

    def then(move: str, by: Any, *waits: timedelta, **more: Any) -> Move:
        nonlocal at
        at += random.choice(waits or (HOUR, DAY, 3 * DAY))
        return at, partial(_perform, numbers, move, by=by, at=at, **more)

    if random.random() < 0.15:
        return
    if random.random() < 0.15:
        yield then("reject", intake, ground="not_ours", explanation="不属本局职责")
        return
    kind = random.choice((Kind.COMPLAINT, Kind.SUGGESTION))
    yield then("accept", intake, kind=kind, topic=topic)
    yield then("assign", intake, department=cast.other)
    yield then("reassign", boss, department=cast.tech, reason="不属本科室职责")
    if random.random() < 0.3:
        return
    text = "您好，申报通知预计4月发布，请关注我局网站。"
    yield then("sign_for", cast.by("handler"))
    yield then("draft", cast.by("handler"), text=text)
    yield then("submit_for_review", cast.by("handler"))
    at += random.choice((HOUR, 15 * DAY))
    yield then("reply", cast.by("reviewer"))
    title, question = "高新技术企业认定咨询", "请问今年高新技术企业认定什么时候开始申报？"
    yield then("publish", cast.by("reviewer"), title=title, question=question, text=text)
    if random.random() < 0.6:
        yield then("rate", CITIZEN, rating=1, comment="没有说清楚")
        yield then("rate", CITIZEN, HOUR, rating=5, comment="")
    if random.random() < 0.5:
        yield then("unpublish", cast.by("reviewer"), reason="含有个人信息")


def _submit(numbers: list[str], at: datetime, place: District) -> None:
    numbers.append(make_inquiry(at, district=place).number)


def _perform(numbers: list[str], move: str, **more: Any) -> None:
    perform(move, numbers[0], **more)
