"""Test data in one line each. Cases are made through the real workflow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts.actors import CITIZEN, Actor, Role
from accounts.models import Department, RoleGrant, User
from inquiries.models import District, Inquiry, Topic
from inquiries.states import Channel, Kind
from inquiries.workflow import NewInquiry, perform, submit

CHINA = ZoneInfo("Asia/Shanghai")
PASSWORD = "a-demo-password-1"


def china(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant given by the clock on a Chinese wall."""
    return datetime(year, month, day, hour, minute, tzinfo=CHINA).astimezone(UTC)


MONDAY = china(2026, 3, 2)
"""An ordinary Monday morning: no holiday within two weeks."""


class DepartmentFactory(DjangoModelFactory[Department]):
    class Meta:
        model = Department
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"dept-{n}")
    name = factory.LazyAttribute(lambda o: f"科室 {o.code}")
    name_en = factory.LazyAttribute(lambda o: f"Section {o.code}")


class UserFactory(DjangoModelFactory[User]):
    """Staff; `roles=[...]` grants roles."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    full_name = factory.Sequence(lambda n: f"工作人员{n}")
    department = factory.SubFactory(DepartmentFactory)
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def roles(self: User, create: bool, extracted: Any, **kwargs: Any) -> None:  # type: ignore[misc]
        for role in extracted or ():
            RoleGrant.objects.create(user=self, role=role)


class TopicFactory(DjangoModelFactory[Topic]):
    class Meta:
        model = Topic

    code = factory.Sequence(lambda n: f"topic-{n}")
    name = factory.Sequence(lambda n: f"主题{n}")
    name_en = factory.Sequence(lambda n: f"Topic {n}")


class DistrictFactory(DjangoModelFactory[District]):
    class Meta:
        model = District

    code = factory.Sequence(lambda n: f"district-{n}")
    name = factory.Sequence(lambda n: f"区县{n}")


@dataclass
class Cast:
    """The people of a small bureau; `tech` is the department that answers."""

    tech: Department
    other: Department
    intake: User
    handler: User
    reviewer: User
    supervisor: User
    auditor: User
    administrator: User
    outsider: User

    def by(self, name: str) -> Actor:
        user: User = getattr(self, name)
        return user.as_actor()


def make_cast() -> Cast:
    tech = DepartmentFactory.create(code="tech", name="科技科", name_en="Technology Section")
    other = DepartmentFactory.create(code="other", name="综合科", name_en="General Section")
    office = DepartmentFactory.create(code="office", name="办公室", name_en="Office")

    def staff(name: str, department: Department, *roles: Role) -> User:
        return UserFactory.create(
            username=name, full_name=f"{name}", department=department, roles=roles
        )

    return Cast(
        tech=tech,
        other=other,
        intake=staff("intake", office, Role.INTAKE),
        handler=staff("handler", tech, Role.HANDLER),
        reviewer=staff("reviewer", tech, Role.REVIEWER),
        supervisor=staff("supervisor", office, Role.SUPERVISOR),
        auditor=staff("auditor", office, Role.AUDITOR),
        administrator=staff("administrator", office, Role.ADMINISTRATOR),
        outsider=staff("outsider", other, Role.HANDLER),
    )


def make_inquiry(
    at: datetime = MONDAY, *, by: Actor = CITIZEN, key: str = "", **over: Any
) -> Inquiry:
    """A submitted inquiry; `over` replaces what the citizen wrote."""
    words: dict[str, Any] = {
        "kind": Kind.CONSULTATION,
        "title": "高新技术企业认定咨询",
        "text": "请问今年高新技术企业认定什么时候开始申报，需要准备哪些材料？",
        "name": "张三",
        "phone": "13800138000",
        "email": "zhang@example.org",
        "wants_public": True,
        "channel": Channel.PORTAL,
    }
    return submit(NewInquiry(**words | over), key=key or token_hex(16), by=by, at=at).inquiry


PATH = ("accept", "assign", "sign_for", "draft", "submit_for_review", "reply", "publish")


def advance(inquiry: Inquiry, cast: Cast, until: str, at: datetime | None = None) -> Inquiry:
    """Play the usual moves up to and including `until`, all at one instant."""
    at = at or inquiry.case.received_at
    inputs: dict[str, tuple[str, dict[str, Any]]] = {
        "accept": ("intake", {}),
        "assign": ("intake", {"department": cast.tech}),
        "sign_for": ("handler", {}),
        "draft": ("handler", {"text": "您好，申报通知预计4月发布，请关注我局网站。"}),
        "submit_for_review": ("handler", {}),
        "reply": ("reviewer", {}),
        "publish": (
            "reviewer",
            {
                "title": "高新技术企业认定咨询",
                "question": "请问今年高新技术企业认定什么时候开始申报？",
                "text": "您好，申报通知预计4月发布，请关注我局网站。",
            },
        ),
    }
    for move in PATH[: PATH.index(until) + 1]:
        who, words = inputs[move]
        inquiry = perform(move, inquiry.number, by=cast.by(who), at=at, **words)
    return inquiry
