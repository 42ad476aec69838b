"""Lives of demonstration cases, played through the real moves."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import factory
from django.db import transaction

from accounts.actors import CITIZEN, SYSTEM, Actor
from accounts.models import Department
from inquiries.demo.bureau import Staff
from inquiries.demo.corpus import GIVEN, MATTERS, SURNAMES, Matter
from inquiries.models import District, Inquiry, Topic
from inquiries.states import LOW_RATING, Channel, Ground, Outcome, State
from inquiries.workflow import NewInquiry
from inquiries.workflow.engine import make
from inquiries.workflow.holding import Held
from inquiries.workflow.submission import draw_number, open_case
from sla.models import Case
from sla.targets import Target
from sla.timing import AFTER_DUE

CHANNELS = (
    (Channel.PORTAL, 70),
    (Channel.PHONE, 18),
    (Channel.VISIT, 6),
    (Channel.LETTER, 6),
)


class DemoInquiry(factory.Factory[NewInquiry]):
    """What an invented citizen writes. Phone numbers are of a range nobody has."""

    class Meta:
        model = NewInquiry

    class Params:
        matter = MATTERS[0]
        rng = random.Random(0)  # noqa: S311

    kind = factory.LazyAttribute(lambda o: o.matter.kind)
    title = factory.LazyAttribute(lambda o: o.matter.title)
    text = factory.LazyAttribute(lambda o: o.matter.text)
    topic = factory.LazyAttribute(lambda o: Topic.objects.get(code=o.matter.topic))
    district = factory.LazyAttribute(lambda o: o.rng.choice(list(District.objects.all())))
    name = factory.LazyAttribute(lambda o: o.rng.choice(SURNAMES) + o.rng.choice(GIVEN))
    phone = factory.LazyAttribute(lambda o: f"1700000{o.rng.randrange(10_000):04d}")
    email = ""
    wants_public = factory.LazyAttribute(lambda o: o.rng.random() < 0.85)
    channel = factory.LazyAttribute(
        lambda o: o.rng.choices([c for c, _ in CHANNELS], [w for _, w in CHANNELS])[0]
    )


@dataclass
class Life:
    """One case being lived: `at` moves forward from move to move."""

    staff: Staff
    rng: random.Random
    matter: Matter
    held: Held
    at: datetime
    now: datetime

    @property
    def lead(self) -> str:
        topic = self.held.inquiry.topic
        code = topic.department.code if topic and topic.department else "policy"
        return code if code in self.staff.handlers else "policy"

    def move(self, name: str, by: Actor, hours: float, **inputs: Any) -> bool:
        """Make a move some hours on; False, and nothing done, if that is still to come."""
        at = self.at + timedelta(hours=hours)
        if at > self.now:
            return False
        self.at = at
        make(self.held, name, by=by, at=at, **inputs)
        return True

    def gap(self, most: float) -> float:
        return self.rng.uniform(0.2, most)


Ending = Callable[[Life], None]


def live(
    staff: Staff,
    rng: random.Random,
    *,
    received_at: datetime,
    now: datetime,
    until: str = "",
    matter: Matter | None = None,
    quiet: bool = True,
) -> Inquiry:
    """Have one invented matter come in at an instant and live on to `now`.

    `until` names the state it should stop in; empty: as chance will have it.
    """
    matter = matter or rng.choice(MATTERS)
    with transaction.atomic():
        held = open_case(
            DemoInquiry.build(matter=matter, rng=rng),
            _free_number(received_at),
            key=f"{rng.getrandbits(128):032x}",
            by=CITIZEN,
            at=received_at,
            history=quiet,
        )
        life = Life(staff, rng, matter, held, received_at, now)
        _walk(life, until or _fate(rng))
        held.write()
    return held.inquiry


def _free_number(at: datetime) -> str:
    while Case.objects.filter(number=(number := draw_number(at))).exists():
        continue
    return number


def _fate(rng: random.Random) -> str:
    fates = ("closed", "rejected", "referred", "withdrawn", "lapsed", "late", "reopened")
    return rng.choices(fates, (80, 3, 3, 2, 2, 7, 3))[0]


def _walk(life: Life, until: str) -> None:
    """Make the moves that lead to the wished state, and no more."""
    staff = life.staff
    early: dict[str, Callable[[], object]] = {
        State.SUBMITTED: lambda: None,
        State.WITHDRAWN: partial(
            life.move, "withdraw", CITIZEN, life.gap(3), reason="问题已经解决，谢谢。"
        ),
        State.REJECTED: partial(
            life.move,
            "reject",
            staff.intake,
            life.gap(6),
            ground=Ground.NOT_OURS,
            explanation="该事项不属于我局职责，建议拨打12345市民热线。",
        ),
        State.REFERRED: partial(
            life.move,
            "refer",
            staff.intake,
            life.gap(6),
            referred_to="市工业和信息化局",
            explanation="该事项由市工业和信息化局负责，我们已将您的来信转交。",
        ),
        State.AWAITING_CITIZEN: partial(_ask, life),
        "lapsed": partial(_lapse, life),
    }
    if until in early:
        early[until]()
    else:
        _take_up(life, until)


def _ask(life: Life) -> bool:
    request = "请补充企业名称、统一社会信用代码和受理编号，以便核实。"
    return life.move("ask_supplement", life.staff.intake, life.gap(6), request=request)


def _lapse(life: Life) -> None:
    if not _ask(life):
        return
    window = life.held.clocks.get(Target.SUPPLEMENT)
    assert window is not None
    assert window.due_at is not None
    ends = window.due_at + AFTER_DUE
    if ends <= life.now:
        make(life.held, "lapse", by=SYSTEM, at=ends)


def _take_up(life: Life, until: str) -> None:
    intake = life.staff.intake
    if not life.move("accept", intake, life.gap(6)) or until == State.ACCEPTED:
        return
    department = Department.objects.get(code=life.lead)
    if not life.move("assign", intake, life.gap(4), department=department):
        return
    if until == State.ASSIGNED:
        return
    lead = life.lead
    if not life.move("sign_for", life.staff.handlers[lead], life.gap(5)):
        return
    if until != State.IN_PROGRESS:
        _answer(life, until, lead)


def _answer(life: Life, until: str, lead: str) -> None:
    handler, reviewer = life.staff.handlers[lead], life.staff.reviewers[lead]
    wait = life.rng.uniform(14 * 24, 20 * 24) if until == "late" else life.gap(70)
    text = f"您好，您的来信收悉。{life.matter.answer}"
    if not life.move("draft", handler, wait, text=text):
        return
    if not life.move("submit_for_review", handler, 0.1) or until == State.IN_REVIEW:
        return
    if not life.move("reply", reviewer, life.gap(6)):
        return
    if life.held.inquiry.wants_public:
        life.move(
            "publish",
            reviewer,
            0.1,
            title=life.matter.title,
            question=life.matter.text,
            text=text,
        )
    if until != State.REPLIED:
        _afterwards(life, until)


def _afterwards(life: Life, until: str) -> None:
    rating = life.rng.choices((5, 4, 3, 2, 1), (48, 30, 12, 6, 4))[0]
    if until == "reopened":
        rating = 2
    if until == "reopened" or life.rng.random() < 0.6:
        comment = "没有解决我的问题，希望给出具体时间。" if rating <= 2 else ""
        if not life.move("rate", CITIZEN, life.gap(90), rating=rating, comment=comment):
            return
        if rating <= LOW_RATING and until != "reopened":
            called = {"outcome": Outcome.CALLED_BACK, "note": "已电话回访，作了解释说明。"}
            life.move("follow_up", life.staff.supervisor, life.gap(60), **called)
    else:
        _end_survey(life)
        return
    if until == "reopened":
        reason = "答复没有说明具体办理时间，请重新办理。"
        if life.move("request_reopen", CITIZEN, 1, reason=reason):
            life.move("reopen", life.staff.supervisor, life.gap(20), note="请补充说明办理时间。")


def _end_survey(life: Life) -> None:
    window = life.held.clocks.get(Target.SURVEY)
    assert window is not None
    assert window.due_at is not None
    ends = window.due_at + AFTER_DUE
    if ends <= life.now:
        make(life.held, "close", by=SYSTEM, at=ends)
