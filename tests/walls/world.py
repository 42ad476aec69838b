"""A small bureau in which everything private carries a word nobody would write by chance.

One case stands in every state, with files, drafts, requests and notes, all made by the real moves.
It is built once; each test undoes what it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.test import Client, override_settings

from accounts.actors import CITIZEN, SYSTEM, Role
from accounts.models import ApiToken, User
from accounts.tokens import issue
from inquiries.codes import code_for, survey_token
from inquiries.files import NewFile
from inquiries.models import Attachment, Inquiry, ReplyTemplate
from inquiries.states import Ground, Kind, Outcome
from inquiries.workflow import perform
from sla import calendars, defaults
from sla.background import tick
from sla.models import ListExport, Recalculation, ReportVersion, Survey
from sla.reports import spans
from sla.reports.freezing import freeze_first
from tests.calendars.changes import HOLIDAY, propose
from tests.factories import (
    PASSWORD,
    Cast,
    DistrictFactory,
    TopicFactory,
    UserFactory,
    china,
    make_cast,
    make_inquiry,
)
from tests.walls.crawl import Seen, crawl

NOW = china(2026, 3, 11, 15)
"""When the pages are read: a Wednesday afternoon without holidays near it."""

ACTORS = ("intake", "handler", "reviewer", "supervisor", "auditor", "administrator", "outsider")
STAFF = (*ACTORS, "superuser")
MARK = "qzxjvk"
"""Every private word begins with this; a random token of a page (64 letters) never holds it."""

STARTS = ("/", "/desk/", "/supervision/", "/admin/", "/api/v1/answers/")
PUBLIC_TITLE = "申报高新技术企业的时间"
PUBLIC_QUESTION = "请问今年什么时候开始申报？"
PUBLIC_COMMENT = "谢谢，说得很清楚。"
PUBLIC_TEXT = "申报通知预计四月发布，请关注我局网站。"


def secret(*parts: str) -> str:
    """A private word: unmistakable, and no pattern of the masking or of the logs' scrubbing."""
    return MARK + "".join(part.replace("_", "") for part in parts)


def attached(name: str) -> NewFile:
    """A small text file; its name and its content are private words."""
    content = f"{secret('bytes', name)} 附件\n".encode()
    return NewFile(
        f"{secret('file', name)}.txt", "text/plain", content, sha256(content).hexdigest()
    )


@dataclass
class World:
    """The bureau, its people with their tokens, and the cases by what is special about them."""

    cast: Cast
    superuser: User
    media: Path
    change: Recalculation
    cases: dict[str, Inquiry] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    versions: list[ReportVersion] = field(default_factory=list)
    exports: list[ListExport] = field(default_factory=list)
    _pages: dict[str, dict[str, Seen]] = field(default_factory=dict)

    def number(self, name: str) -> str:
        return self.cases[name].case.number

    @property
    def export(self) -> ListExport:
        return self.exports[0]

    @property
    def report(self) -> ReportVersion:
        return self.versions[0]

    def code(self, name: str) -> str:
        return code_for(f"form-key-of-{name}")

    def survey(self, name: str) -> str:
        """The secret of the link to rate the answer of a case."""
        number = self.number(name)
        stored = Survey.objects.get(case__number=number, round=1).token
        token = survey_token(number, 1, stored or "")
        assert token is not None
        return token

    def user(self, name: str) -> User:
        found: User = self.superuser if name == "superuser" else getattr(self.cast, name)
        return found

    def client(self, name: str = "") -> Client:
        """A browser: of a stranger, of a member of staff, or of the citizen with all cases open."""
        client = Client(headers={"host": "localhost"})
        if name == "citizen":
            session = client.session
            session["opened_cases"] = [self.number(case) for case in self.cases]
            session["receipts"] = {self.number(case): f"form-key-of-{case}" for case in self.cases}
            session.save()
            client.cookies["sessionid"] = session.session_key or ""
        elif name:
            client.force_login(self.user(name), "django.contrib.auth.backends.ModelBackend")
        return client

    def pages(self, name: str = "", client: Client | None = None) -> dict[str, Seen]:
        """All pages this visitor can reach; read once, as reading changes nothing."""
        if name not in self._pages:
            self._pages[name] = crawl(client or self.client(name), STARTS)
        return self._pages[name]

    def file(self, name: str, origin: str) -> Attachment:
        found: Attachment = self.cases[name].attachments.filter(origin=origin).earliest("pk")
        return found

    def fresh(self, name: str) -> Inquiry:
        """The case as the database has it now."""
        return Inquiry.objects.select_related("case").get(pk=self.cases[name].pk)

    def written(self) -> dict[str, list[str]]:
        """The private words by the case they belong to."""
        return {
            name: [secret(part, name) for part in ("title", "text", "name")] for name in self.cases
        }


class Builder:
    """Plays the moves; each case gets its own private words."""

    def __init__(self, world: World) -> None:
        self.world, self.cast = world, world.cast
        self.topic = TopicFactory.create(code="grants", department=self.cast.tech)
        self.district = DistrictFactory.create(code="east")

    def case(self, name: str, at: datetime, **over: Any) -> Inquiry:
        serial = len(self.world.cases)
        words: dict[str, Any] = {
            "kind": list(Kind)[serial % 4],
            "title": f"{secret('title', name)} 咨询",
            "text": f"{secret('text', name)} 请问如何申报？",
            "name": secret("name", name),
            "phone": f"139{serial:08d}",
            "email": f"{secret('mail', name)}@example.org",
            "topic": self.topic,
            "district": self.district,
            "files": [attached(name)],
        }
        made = make_inquiry(at, key=f"form-key-of-{name}", **words | over)
        self.world.cases[name] = made
        return made

    def move(self, name: str, move: str, who: str, at: datetime, **inputs: Any) -> None:
        by = {"citizen": CITIZEN, "system": SYSTEM}.get(who) or self.cast.by(who)
        number = self.world.number(name)
        self.world.cases[name] = perform(move, number, by=by, at=at, **inputs)

    def to_handler(self, name: str, at: datetime, **assigned: Any) -> None:
        self.move(name, "accept", "intake", at)
        instruction = secret("instruction", name)
        lead = {"department": self.cast.tech, "instruction": instruction} | assigned
        self.move(name, "assign", "intake", at, **lead)
        self.move(name, "sign_for", "handler", at)

    def to_review(self, name: str, at: datetime) -> None:
        self.move(name, "draft", "handler", at, text=f"您好，{secret('reply', name)} 已受理。")
        self.move(name, "submit_for_review", "handler", at, note=secret("forreview", name))

    def to_reply(self, name: str, at: datetime) -> None:
        self.to_handler(name, at)
        self.to_review(name, at)
        inputs = {"note": secret("approval", name), "files": [attached(f"reply{name}")]}
        self.move(name, "reply", "reviewer", at, **inputs)

    def publish(self, name: str, at: datetime) -> None:
        words = {"title": PUBLIC_TITLE, "question": PUBLIC_QUESTION, "text": PUBLIC_TEXT}
        self.move(name, "publish", "reviewer", at, **words)


def _at(day: int, hour: int = 10) -> datetime:
    return china(2026, 3, day, hour)


def _at_intake(build: Builder) -> None:
    build.case("submitted", _at(11))
    build.case("overdue", _at(2))
    build.case("accepted", _at(10))
    build.move("accepted", "accept", "intake", _at(10))
    build.case("rejected", _at(9))
    why = {"explanation": secret("explanation", "rejected")}
    build.move("rejected", "reject", "intake", _at(9), ground=Ground.NOT_OURS, **why)
    build.case("referred", _at(9))
    to = {"referred_to": "市教育局", "explanation": secret("explanation", "referred")}
    build.move("referred", "refer", "intake", _at(9), **to)
    build.case("withdrawn", _at(9))
    build.move("withdrawn", "withdraw", "citizen", _at(9), reason=secret("withdrawal"))


def _in_departments(build: Builder) -> None:
    cast = build.cast
    build.case("assigned", _at(10))
    build.move("assigned", "accept", "intake", _at(10))
    build.move("assigned", "assign", "intake", _at(10), department=cast.tech)
    build.case("returned", _at(9))
    build.to_handler("returned", _at(9))
    build.move("returned", "return", "handler", _at(9), reason=secret("returned"))
    build.case("in_progress", _at(9))
    build.to_handler("in_progress", _at(9))
    build.move("in_progress", "draft", "handler", _at(9), text=secret("draft"))
    note = {"text": secret("note"), "files": [attached("note")]}
    build.move("in_progress", "note", "handler", _at(9), **note)
    build.move("in_progress", "urge", "supervisor", _at(10), text=secret("urging"))
    build.case("extension", _at(9))
    build.to_handler("extension", _at(9))
    asked = {"amount": 2, "reason": secret("extension")}
    build.move("extension", "request_extension", "handler", _at(10), **asked)
    build.case("denied", _at(9))
    build.to_handler("denied", _at(9))
    build.move("denied", "request_extension", "handler", _at(10), **asked)
    build.move("denied", "deny_extension", "supervisor", _at(10), note=secret("denied"))
    build.case("supported", _at(9))
    build.to_handler("supported", _at(9), supporting=[cast.other])
    build.move("supported", "contribute", "outsider", _at(10), text=secret("contribution"))
    build.case("elsewhere", _at(9), phone="13900000099")
    build.move("elsewhere", "accept", "intake", _at(9))
    build.move("elsewhere", "assign", "intake", _at(9), department=cast.other)
    build.case("merged", _at(9), phone="13900000099")
    build.to_handler("merged", _at(9))
    into = {"into": build.world.number("elsewhere"), "explanation": secret("merging")}
    build.move("merged", "merge", "intake", _at(10), **into)


def _waiting(build: Builder) -> None:
    build.case("awaiting_citizen", _at(9))
    build.to_handler("awaiting_citizen", _at(9))
    asked = {"request": secret("asked")}
    build.move("awaiting_citizen", "ask_supplement", "handler", _at(9), **asked)
    build.case("supplied", _at(9))
    build.to_handler("supplied", _at(9))
    build.move("supplied", "ask_supplement", "handler", _at(9), **asked)
    gave = {"text": secret("supplied"), "files": [attached("supplied")]}
    build.move("supplied", "supply", "citizen", _at(10), **gave)
    build.case("lapsed", china(2026, 2, 9))
    build.move("lapsed", "ask_supplement", "intake", china(2026, 2, 9), **asked)
    build.case("in_review", _at(9))
    build.to_handler("in_review", _at(9))
    build.to_review("in_review", _at(9))
    build.move("in_review", "send_back", "reviewer", _at(10), reason=secret("sentback"))
    build.to_review("in_review", _at(10))


def _answered(build: Builder) -> None:
    build.case("replied", _at(9))
    build.to_reply("replied", _at(10))
    build.case("private", _at(9), wants_public=False)
    build.to_reply("private", _at(10))
    build.case("published", _at(9))
    build.to_reply("published", _at(10))
    build.publish("published", _at(10))
    build.case("closed", _at(5))
    build.to_reply("closed", _at(6))
    build.publish("closed", _at(6))
    praise = {"rating": 5, "comment": secret("praise"), "may_show": True}
    build.move("closed", "rate", "citizen", _at(9), **praise)
    build.case("shown", _at(5))
    build.to_reply("shown", _at(6))
    build.publish("shown", _at(6))
    build.move("shown", "rate", "citizen", _at(9), **praise)
    build.move("shown", "show_comment", "supervisor", _at(9), text=PUBLIC_COMMENT)
    build.case("called", _at(5))
    build.to_reply("called", _at(6))
    blame = {"rating": 1, "comment": secret("blame"), "may_show": True}
    build.move("called", "rate", "citizen", _at(9), **blame)
    called = {"outcome": Outcome.CALLED_BACK, "note": secret("callback")}
    build.move("called", "follow_up", "supervisor", _at(10), **called)
    build.case("unpublished", _at(5))
    build.to_reply("unpublished", _at(6))
    build.publish("unpublished", _at(6))
    build.move("unpublished", "unpublish", "reviewer", _at(9), reason=secret("unpublished"))
    build.case("reopening", _at(5))
    build.to_reply("reopening", _at(6))
    build.move("reopening", "rate", "citizen", _at(9), rating=1, comment=secret("blame"))
    build.move("reopening", "request_reopen", "citizen", _at(9), reason=secret("again"))
    build.case("reopened", _at(5))
    build.to_reply("reopened", _at(6))
    build.publish("reopened", _at(6))
    build.move("reopened", "request_reopen", "citizen", _at(9), reason=secret("again"))
    build.move("reopened", "reopen", "supervisor", _at(10), note=secret("reopening"))


def _rename(cast: Cast) -> None:
    """Staff, too, get names that are found wherever they are shown."""
    for name in ACTORS:
        user: User = getattr(cast, name)
        user.username, user.full_name = secret("login", name), secret("staff", name)
        user.save()


def _issue_tokens(world: World) -> None:
    for name in STAFF:
        world.tokens[name] = issue(world.user(name), secret("token"), at=_at(2))[1]
    revoked, world.tokens["revoked"] = issue(world.user("intake"), "old", at=_at(2))
    ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=_at(3))
    over = issue(world.user("intake"), "old", at=_at(2), expires_at=_at(3))
    world.tokens["expired"] = over[1]


def build(media: Path) -> World:
    """Make the world in the database; files go below `media`."""
    calendars.forget()
    defaults.install()
    cast = make_cast()
    _rename(cast)
    root = UserFactory.create(
        username=secret("login", "superuser"),
        full_name=secret("staff", "superuser"),
        is_staff=True,
        is_superuser=True,
        roles=[Role.ADMINISTRATOR],
    )
    change = propose(cast.by("administrator"), NOW, {date(2026, 5, 20): HOLIDAY})
    world = World(cast, root, media, change)
    maker = Builder(world)
    ReplyTemplate.objects.create(
        topic=maker.topic, title="开头", text=f"您好，{secret('template')}"
    )
    for part in (_at_intake, _in_departments, _waiting, _answered):
        part(maker)
    _issue_tokens(world)
    list_of_overdue = ListExport.objects.create(
        made_by=cast.supervisor,
        measure="overdue",
        asked={"as_of": NOW.isoformat()},
        form="csv",
        language="en",
        token="0" * 32,
        created_at=NOW,
        expires_at=NOW + timedelta(days=7),
    )
    world.exports.append(list_of_overdue)
    tick(NOW)
    month = spans.span("month", 2026, 3)
    by = cast.by("supervisor")
    world.versions.append(freeze_first("month", month, by=by, as_of=NOW, now=NOW))
    for name in world.cases:
        world.cases[name] = world.fresh(name)
    return world


@contextmanager
def time_of_reading() -> Iterator[None]:
    """The bureau's clock stands at NOW."""
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


def media_at(path: Path) -> override_settings:
    return override_settings(MEDIA_ROOT=path)


LATER = timedelta(minutes=5)

__all__ = ["ACTORS", "LATER", "MARK", "NOW", "PASSWORD", "STAFF", "World", "build", "secret"]
