"""Who gets in where: unseen cases do not exist, changes are POST, the ledger is the auditor's."""

from __future__ import annotations

import pytest
from django.test import Client

from inquiries.models import Inquiry
from inquiries.states import State
from inquiries.workflow import perform
from ledger.models import Event
from tests.desk.conftest import NOW, Person, words
from tests.factories import UserFactory, advance, make_inquiry

ROLES = ("intake", "handler", "reviewer", "supervisor", "auditor", "administrator", "outsider")


@pytest.fixture
def inquiry(cast):
    return advance(make_inquiry(), cast, "sign_for", at=NOW)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_open_a_departments_case(cast, inquiry, role):
    allowed = role not in ("administrator", "outsider")
    answer = Person(getattr(cast, role)).case(inquiry)
    assert answer.status_code == (200 if allowed else 404)


@pytest.mark.parametrize("tail", ["", "publication/", "ledger/", "files/1/"])
def test_a_case_of_another_department_does_not_exist(cast, inquiry, tail):
    outsider = Person(cast.outsider)
    assert outsider.get(f"/desk/case/{inquiry.number}/{tail}").status_code == 404
    missing = "20260302-000000-1"
    assert outsider.get(f"/desk/case/{missing}/{tail}").status_code == 404


def test_a_move_on_another_departments_case_does_not_exist(cast, inquiry):
    sent = Person(cast.outsider).move(inquiry, "note", text="看看")
    assert sent.status_code == 404


def test_an_unknown_move_does_not_exist(cast, inquiry):
    for name in ("nonsense", "rate", "withdraw", "lapse", "submit"):
        assert Person(cast.intake).move(inquiry, name).status_code == 404


@pytest.mark.parametrize("role", ROLES)
def test_the_ledger_is_read_by_auditors(cast, inquiry, role):
    answer = Person(getattr(cast, role)).get(f"/desk/case/{inquiry.number}/ledger/")
    expected = {"auditor": 200, "administrator": 404, "outsider": 404}.get(role, 403)
    assert answer.status_code == expected


def test_the_ledger_page_shows_every_step_and_that_the_chain_is_whole(cast, inquiry):
    answer = Person(cast.auditor).get(f"/desk/case/{inquiry.number}/ledger/")
    shown = words(answer)
    assert answer.context["fault"] is None
    for event in Event.objects.filter(case_number=inquiry.number):
        assert event.hash in shown


def test_the_ledger_page_names_a_broken_link(cast, inquiry, monkeypatch):
    monkeypatch.setattr("ledger.chain.event_hash", lambda link: "f" * 64)
    answer = Person(cast.auditor).get(f"/desk/case/{inquiry.number}/ledger/")
    assert answer.context["fault"].seq == 1


def test_without_sign_in_every_page_leads_to_it(cast, inquiry):
    client = Client()
    for path in ("/desk/", "/desk/queue/all/", f"/desk/case/{inquiry.number}/", "/desk/new/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"] == f"/accounts/login/?next={path.replace('/', '%2F')}"


def test_signing_in_after_a_lost_session_leads_back_to_the_case(cast, inquiry):
    answer = Client().post(f"/desk/case/{inquiry.number}/move/note/", {"text": "x"})
    assert answer["Location"].endswith(f"next=%2Fdesk%2Fcase%2F{inquiry.number}%2F")


def test_changes_are_made_by_post_only(cast, inquiry):
    person = Person(cast.supervisor)
    for path in (f"/desk/case/{inquiry.number}/move/urge/", "/desk/urge/", "/desk/notices/seen/"):
        assert person.get(path).status_code == 405
    assert Person(cast.intake).client.get("/accounts/logout/").status_code == 405


def test_forms_need_their_token(cast, inquiry):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.supervisor)
    answer = client.post(f"/desk/case/{inquiry.number}/move/urge/", {"seen": 4, "text": "x"})
    assert answer.status_code == 403


def test_earlier_cases_of_the_same_person_are_linked_only_if_they_may_be_opened(cast, inquiry):
    other = make_inquiry(NOW)
    perform("accept", other.number, by=cast.by("intake"), at=NOW)
    perform("assign", other.number, by=cast.by("intake"), at=NOW, department=cast.other)
    link = f'href="/desk/case/{other.number}/"'
    assert link in words(Person(cast.intake).case(inquiry))
    assert link not in words(Person(cast.handler).case(inquiry))
    assert other.number not in words(Person(cast.handler).case(inquiry))


def test_staff_without_department_or_role_have_an_empty_desk(cast):
    nobody = Person(UserFactory.create(department=None, roles=["handler"]))
    answer = nobody.get("/desk/")
    assert answer.status_code == 200
    assert not answer.context["lines"]
    assert nobody.get("/desk/queue/mine/").status_code == 404


def test_opening_pages_changes_nothing(cast, inquiry):
    before = (Inquiry.objects.get(pk=inquiry.pk).version, Event.objects.count())
    for role in ROLES:
        person = Person(getattr(cast, role))
        person.case(inquiry)
        person.get("/desk/")
        person.get("/desk/notices/")
    assert before == (Inquiry.objects.get(pk=inquiry.pk).version, Event.objects.count())
    assert Inquiry.objects.get(pk=inquiry.pk).state == State.IN_PROGRESS
