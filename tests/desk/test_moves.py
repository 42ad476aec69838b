"""Every move can be made from the case page, by whom it is for, and says what it will do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actors import CITIZEN
from accounts.models import RoleGrant
from inquiries.forms.desk import FORMS
from inquiries.models import Inquiry, Remark, Reply, ReplyTemplate, Support
from inquiries.states import MOVES, WORKFLOW_ONLY, State
from inquiries.workflow import perform
from tests.desk.conftest import NOW, Person, words
from tests.factories import TopicFactory, UserFactory, advance, make_inquiry

REPLY = "您好，申报通知预计4月发布。"


def state_of(inquiry):
    return Inquiry.objects.get(pk=inquiry.pk).state


def due(inquiry):
    return Inquiry.objects.get(pk=inquiry.pk).case.due_at


def made(response, inquiry):
    assert response.status_code == 302, words(response)[:2000]
    return state_of(inquiry)


def at(cast, until):
    return advance(make_inquiry(), cast, until, at=NOW)


def test_there_is_a_form_for_every_move_of_staff():
    citizens = {"supply", "rate", "request_reopen", "withdraw"}
    assert set(FORMS) == set(MOVES) - WORKFLOW_ONLY - citizens


def test_a_case_goes_from_intake_to_the_public_page(cast):
    inquiry = make_inquiry()
    intake, handler, reviewer = Person(cast.intake), Person(cast.handler), Person(cast.reviewer)
    assert made(intake.move(inquiry, "accept", kind="complaint"), inquiry) == State.ACCEPTED
    assert Inquiry.objects.get(pk=inquiry.pk).case.kind == "complaint"
    sent = intake.move(
        inquiry, "assign", department=cast.tech.pk, supporting=[cast.other.pk], instruction="请核实"
    )
    assert made(sent, inquiry) == State.ASSIGNED
    assert made(handler.move(inquiry, "sign_for"), inquiry) == State.IN_PROGRESS
    assert made(handler.move(inquiry, "draft", text=REPLY), inquiry) == State.IN_PROGRESS
    assert made(handler.move(inquiry, "submit_for_review"), inquiry) == State.IN_REVIEW
    assert made(reviewer.move(inquiry, "reply"), inquiry) == State.REPLIED
    public = {"title": "申报时间", "question": "何时申报？", "text": REPLY, "confirmed": "on"}
    assert made(reviewer.move(inquiry, "publish", **public), inquiry) == State.REPLIED
    reply = Reply.objects.get()
    assert (reply.public_title, reply.public_text) == ("申报时间", REPLY)
    assert Support.objects.get().department == cast.other


def test_save_and_submit_in_one_go(cast):
    inquiry = at(cast, "sign_for")
    sent = Person(cast.handler).move(inquiry, "draft", text=REPLY, submit_too="1")
    assert made(sent, inquiry) == State.IN_REVIEW


@pytest.mark.parametrize(
    ("until", "who", "move", "data", "state"),
    [
        (None, "intake", "reject", {"ground": "crime", "explanation": "请拨打110"}, "rejected"),
        (None, "intake", "refer", {"referred_to": "市环保局", "explanation": "归其管"}, "referred"),
        (None, "intake", "ask_supplement", {"request": "请补充地点"}, "awaiting_citizen"),
        ("sign_for", "handler", "ask_supplement", {"request": "请补充"}, "awaiting_citizen"),
        ("assign", "handler", "return", {"reason": "不归我科"}, "accepted"),
        ("submit_for_review", "reviewer", "send_back", {"reason": "请写明日期"}, "in_progress"),
        ("sign_for", "handler", "note", {"text": "已电话联系"}, "in_progress"),
        ("sign_for", "supervisor", "urge", {"text": "请抓紧"}, "in_progress"),
        ("publish", "reviewer", "unpublish", {"reason": "含个人信息"}, "replied"),
    ],
)
def test_a_move_with_its_words(cast, until, who, move, data, state):
    inquiry = at(cast, until) if until else make_inquiry()
    person = Person(getattr(cast, who))
    shown = words(person.case(inquiry))
    assert f"/move/{move}/" in shown
    assert made(person.move(inquiry, move, **data), inquiry) == state
    said = Remark.objects.filter(inquiry=inquiry, move=move).values_list("text", flat=True)
    assert list(said) == [list(data.values())[-1]]


def test_reassigning_leaves_the_chosen_department_out_of_the_choices(cast):
    inquiry = at(cast, "sign_for")
    person = Person(cast.supervisor)
    offers = person.case(inquiry).context["offers"]
    form = next(offer.form for offer in offers if offer.name == "reassign")
    assert cast.tech not in form.fields["department"].queryset
    sent = person.move(inquiry, "reassign", department=cast.other.pk, reason="职责调整")
    assert made(sent, inquiry) == State.ASSIGNED


def test_merging_offers_the_same_persons_open_cases(cast):
    older, newer = make_inquiry(), make_inquiry(NOW)
    person = Person(cast.intake)
    assert older.number in words(person.case(newer))
    sent = person.move(newer, "merge", candidate=older.number, explanation="同一事项")
    assert made(sent, newer) == State.MERGED
    assert Inquiry.objects.get(pk=newer.pk).merged_into == older


def test_merging_by_number_in_any_spelling(cast):
    older = make_inquiry(phone="13900139000", email="")
    newer = make_inquiry(NOW)
    sent = Person(cast.intake).move(
        newer, "merge", number=older.number.replace("-", " "), explanation="同一事项"
    )
    assert made(sent, newer) == State.MERGED


@pytest.mark.parametrize("number", ["", "12345", "20260302-000000-0"])
def test_merging_into_nothing_is_refused_at_the_field(cast, number):
    inquiry = make_inquiry()
    sent = Person(cast.intake).move(inquiry, "merge", number=number, explanation="同一事项")
    assert sent.status_code == 422
    assert sent.context["trouble"].form.errors["number"]
    assert "同一事项" in words(sent)


def test_extension_is_asked_for_and_decided(cast):
    inquiry = at(cast, "sign_for")
    handler, supervisor = Person(cast.handler), Person(cast.supervisor)
    asked = handler.move(inquiry, "request_extension", amount=3, reason="需要会商")
    made(asked, inquiry)
    assert supervisor.queue("extensions") == [inquiry.number]
    page = words(supervisor.case(inquiry))
    assert "需要会商" in page
    assert "/move/deny_extension/" in page
    before = due(inquiry)
    made(supervisor.move(inquiry, "grant_extension"), inquiry)
    assert due(inquiry) > before
    assert supervisor.queue("extensions") == []


def test_too_many_days_are_refused_with_the_number_left(cast):
    inquiry = at(cast, "sign_for")
    sent = Person(cast.handler).move(inquiry, "request_extension", amount=50, reason="需要会商")
    assert sent.status_code == 422
    assert "10" in str(sent.context["trouble"].form.errors["amount"])
    assert "需要会商" in words(sent)


def test_extension_can_be_denied(cast):
    inquiry = at(cast, "sign_for")
    Person(cast.handler).move(inquiry, "request_extension", amount=3, reason="需要会商")
    made(Person(cast.supervisor).move(inquiry, "deny_extension", note="理由不足"), inquiry)


@pytest.mark.parametrize(
    ("move", "data", "state"),
    [
        ("reopen", {"note": "确需复核"}, State.IN_PROGRESS),
        ("decline_reopen", {"explanation": "答复已完整"}, State.REPLIED),
    ],
)
def test_a_request_to_reopen_is_decided(cast, move, data, state):
    inquiry = at(cast, "reply")
    perform("request_reopen", inquiry.number, by=CITIZEN, at=NOW, reason="没有解决")
    supervisor = Person(cast.supervisor)
    assert supervisor.queue("reopenings") == [inquiry.number]
    assert "没有解决" in words(supervisor.case(inquiry))
    assert made(supervisor.move(inquiry, move, **data), inquiry) == state
    assert supervisor.queue("reopenings") == []


def test_a_supporting_department_contributes(cast):
    inquiry = at(cast, "accept")
    Person(cast.intake).move(inquiry, "assign", department=cast.tech.pk, supporting=[cast.other.pk])
    outsider = Person(cast.outsider)
    assert outsider.queue("supporting") == [inquiry.number]
    assert "/move/contribute/" in words(outsider.case(inquiry))
    made(outsider.move(inquiry, "contribute", text="我科意见"), inquiry)
    assert "我科意见" in words(Person(cast.intake).case(inquiry))


def test_the_lead_department_cannot_also_support(cast):
    inquiry = at(cast, "accept")
    sent = Person(cast.intake).move(
        inquiry, "assign", department=cast.tech.pk, supporting=[cast.tech.pk]
    )
    assert sent.status_code == 422
    assert sent.context["trouble"].form.errors["supporting"]


def test_the_topics_department_is_suggested(cast):
    topic = TopicFactory.create(department=cast.tech)
    inquiry = advance(make_inquiry(topic=topic), cast, "accept")
    offers = Person(cast.intake).case(inquiry).context["offers"]
    assert offers[0].name == "assign"
    assert offers[0].main
    assert offers[0].open
    assert offers[0].form["department"].value() == cast.tech.pk


def test_nobody_approves_a_draft_of_their_own(cast):
    both = UserFactory.create(department=cast.tech, roles=["handler", "reviewer"])
    inquiry = at(cast, "sign_for")
    person = Person(both)
    made(person.move(inquiry, "draft", text=REPLY, submit_too="1"), inquiry)
    assert "/move/reply/" not in words(person.case(inquiry))
    sent = person.move(inquiry, "reply")
    assert sent.status_code == 409
    assert state_of(inquiry) == State.IN_REVIEW
    assert sent.context["trouble"].notice


def test_the_page_offers_only_what_may_be_done_now(cast):
    inquiry = at(cast, "sign_for")
    offered = [offer.name for offer in Person(cast.reviewer).case(inquiry).context["offers"]]
    assert offered == ["note"]
    assert Person(cast.auditor).case(inquiry).context["offers"] == []


def test_consequences_are_said_in_the_readers_language(cast):
    inquiry = at(cast, "sign_for")
    person = Person(cast.handler, "en")
    shown = words(person.case(inquiry))
    assert "The citizen&#x27;s clock stops until they answer, at most 7 working days" in shown
    assert "9 Mar 2026" in shown


def test_a_late_reply_says_that_it_counts_as_missed(cast, clock):
    inquiry = at(cast, "submit_for_review")
    clock.move_to(NOW + timedelta(days=20))
    person = Person(cast.reviewer, "en")
    assert "counts as missed" in words(person.case(inquiry))


def test_words_of_a_template_are_put_into_the_draft_and_nothing_is_saved(cast):
    inquiry = at(cast, "sign_for")
    template = ReplyTemplate.objects.create(title="开头", text="{name}您好，{date}，{number}{x}")
    sent = Person(cast.handler).move(
        inquiry, "draft", text="已写", insert="1", template=template.pk
    )
    assert sent.status_code == 200
    text = sent.context["draft_form"]["text"].value()
    assert text == f"已写\n\n张三您好，2026年3月2日，{inquiry.number}{{x}}"
    assert not Reply.objects.exists()


def test_files_come_with_a_note(cast):
    inquiry = make_inquiry()
    file = SimpleUploadedFile("记录.txt", "通话记录".encode(), "text/plain")
    person = Person(cast.intake)
    made(person.move(inquiry, "note", text="见附件", attachments=file), inquiry)
    attachment = inquiry.attachments.get()
    got = person.get(f"/desk/case/{inquiry.number}/files/{attachment.pk}/")
    assert b"".join(got.streaming_content) == "通话记录".encode()
    assert got["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got["Content-Security-Policy"]


def test_a_renamed_program_is_refused_and_the_note_kept(cast):
    inquiry = make_inquiry()
    file = SimpleUploadedFile("照片.jpg", b"MZ\x90\x00", "image/jpeg")
    sent = Person(cast.intake).move(inquiry, "note", text="见附件", attachments=file)
    assert sent.status_code == 422
    assert "见附件" in words(sent)
    assert not inquiry.attachments.exists()


def test_whoever_may_no_longer_see_the_case_is_led_home(cast):
    inquiry = at(cast, "assign")
    sent = Person(cast.handler).move(inquiry, "return", reason="不归我科")
    assert sent.status_code == 302
    assert sent["Location"] == "/desk/"


def test_roles_are_needed_not_only_sign_in(cast):
    RoleGrant.objects.filter(user=cast.intake).delete()
    inquiry = make_inquiry()
    assert Person(cast.intake).case(inquiry).status_code == 404
