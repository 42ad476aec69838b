"""The privacy check shows exactly what becomes public, and nothing else ever does."""

from __future__ import annotations

import re

import pytest

from inquiries.models import Inquiry, Reply
from inquiries.workflow import perform
from tests.desk.conftest import NOW, Person, words
from tests.factories import advance, make_inquiry

SECRETS = ("张建国", "13912345678", "11010119900307123X", "建设路12号3单元501室")
TEXT = "我叫张建国，住建设路12号3单元501室，手机13912345678，身份证11010119900307123X。噪声扰民。"


def answered(cast, **over):
    given = {"name": "张建国", "title": "张建国家楼下噪声扰民", "text": TEXT}
    inquiry = advance(make_inquiry(**given | over), cast, "sign_for", at=NOW)
    by = cast.by("handler")
    reply = "张建国先生，您好。已要求其夜间停机，咨询电话010-66668888。"
    perform("draft", inquiry.number, by=by, at=NOW, text=reply)
    perform("submit_for_review", inquiry.number, by=by, at=NOW)
    return perform("reply", inquiry.number, by=cast.by("reviewer"), at=NOW)


def hidden_fields(response):
    """The words that the page's publish button would send."""
    import html

    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', words(response))
    return {k: html.unescape(v) for k, v in found if k in ("seen", "title", "question", "text")}


def check(person, inquiry, **words_):
    path = f"/desk/case/{inquiry.number}/publication/"
    return person.post(path, **words_) if words_ else person.get(path)


def test_personal_data_is_hidden_before_anybody_types(cast):
    inquiry = answered(cast)
    answer = check(Person(cast.reviewer), inquiry)
    proposed = hidden_fields(answer)
    for secret in SECRETS:
        assert not any(secret in text for text in proposed.values())
    assert "010-66668888" in proposed["text"]  # the office's own number
    shown = words(answer)
    assert '<mark title="' in shown
    assert answer.context["left"].counts == []


def test_what_the_page_shows_is_word_for_word_what_becomes_public(cast):
    inquiry = answered(cast, text=TEXT + "\r\n\r\n  第二段 \t <b>&amp;</b>\r\n")
    reviewer = Person(cast.reviewer)
    page = check(reviewer, inquiry)
    proposed = hidden_fields(page)
    sent = reviewer.move(inquiry, "publish", **proposed, confirmed="on")
    assert sent.status_code == 302
    reply = Reply.objects.get()
    shown = page.context["words"]
    assert reply.public_title == proposed["title"] == shown.title
    assert reply.public_question == proposed["question"] == shown.question
    assert reply.public_text == proposed["text"] == shown.text


def test_changed_words_are_shown_again_before_they_are_published(cast):
    inquiry = answered(cast)
    reviewer = Person(cast.reviewer)
    answer = check(
        reviewer, inquiry, seen=1, title="夜间噪声", question="改过的来信", text="改过的答复"
    )
    assert hidden_fields(answer)["question"] == "改过的来信"
    assert Inquiry.objects.get(pk=inquiry.pk).case.published_at is None


def test_personal_data_typed_in_again_is_pointed_out(cast):
    inquiry = answered(cast)
    answer = check(
        Person(cast.reviewer), inquiry, seen=1, title="噪声", question=TEXT, text="见13912345678"
    )
    assert answer.context["left"].counts


def test_nothing_is_published_without_the_reviewers_word(cast):
    inquiry = answered(cast)
    reviewer = Person(cast.reviewer)
    proposed = hidden_fields(check(reviewer, inquiry))
    sent = reviewer.move(inquiry, "publish", **proposed | {"title": "改过的标题"})
    assert sent.status_code == 422
    assert "改过的标题" in words(sent)
    assert Inquiry.objects.get(pk=inquiry.pk).case.published_at is None


@pytest.mark.parametrize("field", ["title", "question", "text"])
def test_empty_public_words_are_refused(cast, field):
    inquiry = answered(cast)
    reviewer = Person(cast.reviewer)
    proposed = hidden_fields(check(reviewer, inquiry)) | {field: " "}
    assert check(reviewer, inquiry, **proposed).status_code == 422
    assert reviewer.move(inquiry, "publish", **proposed, confirmed="on").status_code == 422


def test_a_stale_check_is_told_and_keeps_the_words(cast):
    inquiry = answered(cast)
    reviewer = Person(cast.reviewer)
    proposed = hidden_fields(check(reviewer, inquiry))
    perform("note", inquiry.number, by=cast.by("intake"), at=NOW, text="请暂缓公开")
    sent = reviewer.move(inquiry, "publish", **proposed | {"title": "我的标题", "confirmed": "on"})
    assert sent.status_code == 409
    assert "我的标题" in words(sent)
    assert Inquiry.objects.get(pk=inquiry.pk).case.published_at is None


def test_without_the_citizens_consent_there_is_no_check(cast):
    inquiry = answered(cast, wants_public=False)
    answer = check(Person(cast.reviewer), inquiry)
    assert answer.status_code == 302
    assert "publication" not in words(Person(cast.reviewer).case(inquiry))
    sent = Person(cast.reviewer).move(
        inquiry, "publish", title="a", question="b", text="c", confirmed="on"
    )
    assert sent.status_code == 409


def test_names_of_merged_citizens_are_hidden_too(cast):
    inquiry = make_inquiry(name="张建国", text="我和邻居李秀英都受影响，请处理。")
    other = make_inquiry(name="李秀英", phone="13700137000", email="")
    perform(
        "merge",
        other.number,
        by=cast.by("intake"),
        at=NOW,
        into=inquiry.number,
        explanation="同一事项",
    )
    advance(inquiry, cast, "reply", at=NOW)
    proposed = hidden_fields(check(Person(cast.reviewer), inquiry))
    assert "李秀英" not in proposed["question"]
