"""Four people play an inquiry's whole way in real browsers, and every page is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from inquiries.models import Inquiry
from sla.background import tick
from sla.figures.folding import fold
from tests.browser.stage import Person, pictures_folder
from tests.factories import Cast, DistrictFactory, TopicFactory, advance, make_inquiry

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "咨询科技创新券申领条件"
QUESTION = "我公司成立两年，想用科技创新券做产品检测，请问需要什么条件，怎么申领？"
ANSWER = "您好，凡在本市登记的科技型中小企业均可申领，请登录服务平台提交申请。"


@pytest.fixture
def people(
    browser: Browser, live_server: LiveServer, tmp_path: Path, cast: Cast
) -> Iterator[dict[str, Person]]:
    topic = TopicFactory.create(name="科技创新券", name_en="Innovation vouchers")
    topic.department = cast.tech
    topic.save(update_fields=["department"])
    DistrictFactory.create(name="东城区", name_en="East District")
    pictures = pictures_folder(tmp_path)
    names = ("citizen", "intake", "handler", "reviewer", "supervisor", "auditor")
    everybody = {name: Person(browser, live_server.url, pictures) for name in names}
    for name in names[1:]:
        everybody[name].sign_in(name)
    yield everybody
    for person in everybody.values():
        person.context.close()


def submit(citizen: Person) -> tuple[str, str]:
    """Fill in the form, first wrongly; returns number and query code."""
    citizen.go("/submit/")
    page = citizen.page
    page.check("[name=kind][value=consultation]")
    page.fill("[name=title]", TITLE)
    page.fill("[name=text]", QUESTION)
    page.fill("[name=name]", "王小明")
    page.fill("[name=phone]", "138 0013")
    page.wait_for_timeout(3500)
    citizen.press("main form button.btn-primary")
    citizen.look_now("submit-errors-1280-zh")
    assert page.input_value("[name=text]") == QUESTION
    assert page.locator(".error-summary").is_visible()
    page.fill("[name=phone]", "13800138000")
    page.fill("[name=email]", "wang@example.org")
    page.check("[name=wants_public][value=public], [name=wants_public] >> nth=0")
    page.check("[name=consent]")
    citizen.press("main form button.btn-primary")
    return page.inner_text("#number").strip(), page.inner_text("#code").strip()


def test_from_the_portal_to_the_board(people: dict[str, Person], cast: Cast) -> None:
    citizen, intake, handler = people["citizen"], people["intake"], people["handler"]
    reviewer, supervisor, auditor = people["reviewer"], people["supervisor"], people["auditor"]

    number, code = submit(citizen)
    citizen.look("receipt")
    citizen.look_on_paper("receipt", "#number", "#code")
    case = f"/desk/case/{number}/"

    intake.go("/desk/")
    intake.look("desk-home")
    intake.page.click("nav a[href*='/desk/queue/']")
    intake.look("desk-queue")
    intake.go(case)
    intake.look("desk-case-submitted")
    form = intake.move("accept")
    intake.press(f"{form} button.btn-primary")
    form = intake.move("assign")
    intake.page.select_option(f"{form} [name=department]", str(cast.tech.pk))
    intake.press(f"{form} button.btn-primary")

    handler.go(case)
    form = handler.move("sign_for")
    handler.press(f"{form} button.btn-primary")
    handler.look("desk-case-in-progress")
    handler.page.fill("#draft textarea", ANSWER)
    handler.press("#draft [name=submit_too]")

    reviewer.go(case)
    reviewer.look("desk-case-in-review")
    form = reviewer.move("reply")
    reviewer.press(f"{form} button.btn-primary")
    reviewer.go(f"{case}publication/")
    reviewer.look("desk-privacy-check")
    reviewer.page.check("[name=confirmed]")
    reviewer.press("form[action$='/move/publish/'] button.btn-primary")

    citizen.go("/follow/")
    citizen.look("follow")
    citizen.page.fill("main [name=number]", number)
    citizen.page.fill("main [name=code]", code.lower())
    citizen.press("main form button.btn-primary")
    assert ANSWER in citizen.page.inner_text("main")
    citizen.look("case-answered")
    citizen.page.check("[name$=rating][value='5']")
    citizen.press("#rate button.btn-primary")
    citizen.look("case-rated")
    citizen.go("/answers/?q=创新")
    assert TITLE in citizen.page.inner_text("main")
    citizen.look("answers")
    citizen.go(f"/answers/{number}/")
    citizen.look("answer")

    fold()
    supervisor.go("/supervision/")
    board = supervisor.page.inner_text("main")
    assert board.count("1 / 1") >= 4
    assert board.count("100.00") >= 4
    supervisor.look("board")
    auditor.go(f"{case}ledger/")
    auditor.look("ledger")
    citizen.go("/")
    assert "1 / 1" in citizen.page.inner_text("main")
    citizen.look("home")
    assert Inquiry.objects.get().state == "closed"
    assert not failures(people), failures(people)


def failures(people: dict[str, Person]) -> str:
    return "\n".join(f"{name}: {f}" for name, person in people.items() for f in person.failures)


def test_every_other_page(people: dict[str, Person], cast: Cast, settings: Any) -> None:
    """Help, errors, lists and forms that the whole way does not pass."""
    from foundation.clock import now

    at = now()
    open_case = make_inquiry(at)
    advance(open_case, cast, "sign_for", at=at)
    answered = advance(make_inquiry(at), cast, "publish", at=at)
    tick(at)
    citizen = people["citizen"]
    for path, name in (
        ("/submit/", "submit"),
        ("/help/", "help"),
        ("/privacy/", "privacy"),
        ("/accessibility/", "accessibility"),
        ("/nowhere/", "error-404"),
        ("/answers/?cursor=forged", "error-400"),
        ("/accounts/login/", "login"),
    ):
        citizen.go(path)
        citizen.look(name)
    for who, path, name in (
        ("intake", "/desk/new/", "desk-new"),
        ("intake", "/desk/notices/", "desk-notices"),
        ("handler", "/desk/queue/all/", "desk-all"),
        ("handler", "/supervision/", "error-403"),
        ("handler", "/accounts/password/", "password"),
        ("reviewer", f"/desk/case/{answered.number}/", "desk-case-replied"),
        ("supervisor", f"/desk/case/{open_case.number}/", "supervisor-case"),
        ("supervisor", "/supervision/overdue/", "overdue"),
        ("supervisor", "/supervision/due-soon/", "due-soon"),
        ("supervisor", "/supervision/times/", "times"),
        ("supervisor", f"/supervision/departments/{cast.tech.code}/", "department"),
    ):
        people[who].go(path)
        people[who].look(name)
    assert not failures(people), failures(people)


def test_the_second_of_two_people_is_told_and_loses_nothing(
    people: dict[str, Person], cast: Cast
) -> None:
    from foundation.clock import now

    at = now()
    inquiry = advance(make_inquiry(at), cast, "sign_for", at=at)
    handler, supervisor = people["handler"], people["supervisor"]
    handler.go(f"/desk/case/{inquiry.number}/")
    handler.page.fill("#draft textarea", ANSWER)
    supervisor.go(f"/desk/case/{inquiry.number}/")
    form = supervisor.move("urge")
    supervisor.page.fill(f"{form} textarea", "请尽快答复。")
    supervisor.press(f"{form} button.btn-primary")
    handler.press("#draft [name=submit_too]")
    assert handler.page.input_value("#draft textarea") == ANSWER
    handler.look_now("error-stale-1280-zh")
    inquiry.refresh_from_db()
    assert inquiry.state == "in_progress"
    assert not failures(people), failures(people)
