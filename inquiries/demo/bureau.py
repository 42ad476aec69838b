"""A small demonstration bureau: departments, people, topics, reply templates."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.actors import Actor, Role
from accounts.models import Department, RoleGrant, User
from inquiries.models import District, ReplyTemplate, Topic
from sla import defaults

PASSWORD = "huiying-demo-2026"  # noqa: S105
"""Printed by `manage.py seed`; never a password for real use."""

DEPARTMENTS = (
    ("office", "办公室", "General Office"),
    ("hightech", "高新技术科", "High-Tech Section"),
    ("policy", "政策法规科", "Policy and Regulation Section"),
    ("rural", "农村科技科", "Rural Science Section"),
    ("results", "成果转化科", "Results and Transfer Section"),
)
_CALLED = {"policy": "孙", "rural": "郑", "results": "冯"}
LEADS = ("hightech", "policy", "rural", "results")
"""Departments that answer cases."""

TOPICS = (
    ("high-tech-firms", "高新技术企业", "High-tech enterprises", "hightech"),
    ("small-tech-firms", "科技型中小企业", "Small technology firms", "hightech"),
    ("funding", "科技计划与经费", "Programmes and funding", "policy"),
    ("policy", "科技政策", "Science policy", "policy"),
    ("rural", "农业农村科技", "Rural technology", "rural"),
    ("contracts", "技术合同登记", "Technology contracts", "results"),
    ("popular", "科普活动", "Public science events", "office"),
    ("service", "服务与作风", "Service and conduct", "office"),
)
DISTRICTS = (
    ("east", "东城区", "East District"),
    ("west", "西城区", "West District"),
    ("south", "南山县", "Nanshan County"),
    ("north", "北河县", "Beihe County"),
)
TEMPLATES = (
    (
        None,
        "通用答复",
        (
            "{name}您好：\n\n您于{date}提交的“{title}”（编号{number}）收悉。经研究，现答复如下：\n\n\n\n"
            "感谢您对我们工作的关心和支持。如有疑问，请与{department}联系。"
        ),
    ),
    (
        "high-tech-firms",
        "高新技术企业申报咨询",
        (
            "{name}您好：\n\n关于高新技术企业申报事宜，现答复如下：申报时间以省科技主管部门当年通知为准，"
            "通知发布后我们会在门户网站“通知公告”栏目及时转发。企业须在“高新技术企业认定管理工作网”注册，"
            "按要求提交知识产权、研发项目、成果转化和财务专项审计等材料。\n\n如有疑问，请与{department}联系。"
        ),
    ),
    (
        "funding",
        "项目申报咨询",
        (
            "{name}您好：\n\n关于您咨询的项目申报事宜，请以当年申报指南为准，指南发布后会在门户网站公布。"
            "申报单位须在截止时间前通过管理系统提交。\n\n感谢您的支持。"
        ),
    ),
    (
        "service",
        "意见建议致谢",
        "{name}您好：\n\n您的意见收悉，感谢您的监督。我们已转有关科室核实，并将据此改进工作。\n\n",
    ),
)


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    full_name: str
    department: str
    roles: tuple[Role, ...]


PEOPLE = (
    Person("intake", "李受理", "office", (Role.INTAKE,)),
    Person("handler", "王承办", "hightech", (Role.HANDLER,)),
    Person("reviewer", "赵审核", "hightech", (Role.REVIEWER,)),
    Person("supervisor", "陈督办", "office", (Role.SUPERVISOR,)),
    Person("deputy", "何督办", "office", (Role.SUPERVISOR,)),
    Person("auditor", "周审计", "office", (Role.AUDITOR,)),
    Person("administrator", "吴管理", "office", (Role.ADMINISTRATOR,)),
)
"""One for each role, and a second supervisor, since nobody signs a report of their own. The other
departments' handlers and reviewers carry on the demo's cases."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who acts in the demo's cases."""

    intake: Actor
    supervisor: Actor
    handlers: dict[str, Actor]
    reviewers: dict[str, Actor]


@transaction.atomic
def build() -> Staff:
    """Make the bureau where it is missing; what is there is left alone."""
    defaults.install()
    _lists()
    _templates()
    users = {person.username: _user(person) for person in _everybody()}
    return Staff(
        intake=users["intake"].as_actor(),
        supervisor=users["supervisor"].as_actor(),
        handlers={code: users[_name("handler", code)].as_actor() for code in LEADS},
        reviewers={code: users[_name("reviewer", code)].as_actor() for code in LEADS},
    )


def _lists() -> None:
    for position, (code, name, name_en) in enumerate(DEPARTMENTS):
        Department.objects.get_or_create(
            code=code, defaults={"name": name, "name_en": name_en, "position": position}
        )
    departments = {department.code: department for department in Department.objects.all()}
    for position, (code, name, name_en, owner) in enumerate(TOPICS):
        Topic.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "name_en": name_en,
                "department": departments[owner],
                "position": position,
            },
        )
    for position, (code, name, name_en) in enumerate(DISTRICTS):
        District.objects.get_or_create(
            code=code, defaults={"name": name, "name_en": name_en, "position": position}
        )


def _templates() -> None:
    for position, (topic, title, text) in enumerate(TEMPLATES):
        ReplyTemplate.objects.get_or_create(
            title=title,
            defaults={
                "topic": Topic.objects.get(code=topic) if topic else None,
                "text": text,
                "position": position,
            },
        )


def _name(role: str, department: str) -> str:
    return role if department == "hightech" else f"{role}-{department}"


def _everybody() -> list[Person]:
    others = [code for code in LEADS if code != "hightech"]
    handlers = [
        Person(_name("handler", c), _CALLED[c] + "承办", c, (Role.HANDLER,)) for c in others
    ]
    reviewers = [
        Person(_name("reviewer", c), _CALLED[c] + "审核", c, (Role.REVIEWER,)) for c in others
    ]
    return [*PEOPLE, *handlers, *reviewers]


def _user(person: Person) -> User:
    user = User.objects.filter(username=person.username).first()
    if user is None:
        user = User.objects.create_user(
            person.username,
            password=PASSWORD,
            full_name=person.full_name,
            department=Department.objects.get(code=person.department),
            is_staff=Role.ADMINISTRATOR in person.roles,
            is_superuser=Role.ADMINISTRATOR in person.roles,
        )
        RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in person.roles)
    return user
