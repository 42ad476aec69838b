"""Two people acting at once: the second is told what happened, and keeps every word."""

from __future__ import annotations

import pytest

from inquiries.models import Inquiry
from inquiries.states import State
from inquiries.workflow import perform
from tests.desk.conftest import NOW, Person, words
from tests.factories import advance, make_inquiry


def test_the_second_is_told_what_changed_and_by_whom(cast):
    inquiry = advance(make_inquiry(), cast, "sign_for", at=NOW)
    seen = inquiry.version
    perform("urge", inquiry.number, by=cast.by("supervisor"), at=NOW, text="请抓紧")
    sent = Person(cast.handler).move(inquiry, "draft", seen=seen, text="写了很久的答复")
    assert sent.status_code == 409
    changes = sent.context["trouble"].changes
    assert [(step.by, step.words) for step in changes] == [("supervisor", [])]
    shown = words(sent)
    assert "写了很久的答复" in shown
    assert not inquiry.replies.exists()


def test_pressing_again_after_reading_makes_the_move(cast):
    inquiry = make_inquiry()
    person = Person(cast.intake)
    perform("note", inquiry.number, by=cast.by("supervisor"), at=NOW, text="注意")
    sent = person.move(inquiry, "accept", seen=inquiry.version, kind="opinion")
    assert sent.status_code == 409
    again = Inquiry.objects.get(pk=inquiry.pk).version
    assert f'name="seen" value="{again}"' in words(sent)
    assert person.move(inquiry, "accept", seen=again, kind="opinion").status_code == 302


def test_words_for_a_move_that_is_gone_are_still_shown(cast):
    inquiry = make_inquiry()
    seen = inquiry.version
    perform("accept", inquiry.number, by=cast.by("intake"), at=NOW)
    perform("assign", inquiry.number, by=cast.by("intake"), at=NOW, department=cast.tech)
    sent = Person(cast.intake).move(
        inquiry, "reject", seen=seen, ground="unclear", explanation="请写清楚地点"
    )
    assert sent.status_code == 409
    assert ("请写清楚地点") in dict(sent.context["typed"]).values()
    assert "请写清楚地点" in words(sent)
    assert Inquiry.objects.get(pk=inquiry.pk).state == State.ASSIGNED


def test_a_stale_form_with_a_wrong_field_is_stale_first(cast):
    inquiry = make_inquiry()
    perform("note", inquiry.number, by=cast.by("supervisor"), at=NOW, text="注意")
    sent = Person(cast.intake).move(inquiry, "reject", seen=1, explanation="")
    assert sent.status_code == 409


@pytest.mark.parametrize("seen", ["", "x", "0", "-1", "9" * 40])
def test_a_form_without_a_usable_version_changes_nothing(cast, seen):
    inquiry = make_inquiry()
    sent = Person(cast.intake).move(inquiry, "accept", seen=seen, kind="opinion")
    assert sent.status_code in (409, 422)
    assert Inquiry.objects.get(pk=inquiry.pk).state == State.SUBMITTED


def test_an_empty_field_is_told_and_the_others_kept(cast):
    inquiry = make_inquiry()
    sent = Person(cast.intake).move(inquiry, "refer", referred_to="", explanation="归环保局")
    assert sent.status_code == 422
    assert sent.context["trouble"].form.errors["referred_to"]
    assert "归环保局" in words(sent)
    offers = {offer.name: offer for offer in sent.context["offers"]}
    assert offers["refer"].open
    assert not offers["accept"].open


@pytest.mark.parametrize("text", ["\x00", "字" * 20_001, "   "])
def test_unusable_words_are_refused(cast, text):
    inquiry = advance(make_inquiry(), cast, "sign_for", at=NOW)
    sent = Person(cast.handler).move(inquiry, "draft", text=text)
    assert sent.status_code == 422
    assert not inquiry.replies.exists()
