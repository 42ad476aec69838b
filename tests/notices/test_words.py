"""What citizens read in letters, in both languages, and what is never kept in the outbox."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail

from inquiries.codes import code_for, number_in, token_digest
from inquiries.models import Inquiry
from inquiries.workflow import perform
from notices.delivery import deliver
from notices.models import Outbox
from notices.rendering import render
from sla.models import Survey
from tests.factories import MONDAY, Cast, make_inquiry
from tests.notices.letters import KINDS, TITLE, TO_STAFF, cause_all

pytestmark = pytest.mark.django_db

LINK = re.compile(r"http://\S+?/my/([^/\s]+)/")
SURVEY = re.compile(r"http://\S+?/s/([^/\s]+)/")
LANGUAGES = ["zh-hans", "en"]


def test_there_is_a_template_for_each_kind_and_no_other() -> None:
    folder = Path(settings.BASE_DIR, "templates", "notices")
    assert {path.stem for path in folder.glob("*.txt")} == KINDS | TO_STAFF


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_reads_well(cast: Cast, language: str) -> None:
    cause_all(cast, language)
    assert set(Outbox.objects.values_list("kind", flat=True)) == KINDS
    for item in Outbox.objects.all():
        letter = render(item)
        assert item.case_number in letter.subject, item.kind
        assert len(letter.subject) <= 90
        assert TITLE in letter.body, item.kind
        whole = letter.subject + letter.body
        assert not re.search(r"{{|{%|&lt;|&amp;|&quot;|&#|None|\n{3}", whole), (item.kind, whole)
        site = settings.SITE_NAME_EN if language == "en" else settings.SITE_NAME
        assert letter.body.rstrip().endswith(site), item.kind
        found = LINK.search(letter.body)
        assert found is not None, item.kind
        assert number_in(found[1]) == item.case_number
        chinese = bool(re.search(r"[\u4e00-\u9fff]", letter.subject))
        assert chinese == (language == "zh-hans"), (item.kind, letter.subject)
        if language == "zh-hans":
            english = re.findall(r"\b(?:your|the|hello|matter|answer)\b", whole, re.IGNORECASE)
            assert english == [], (item.kind, whole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_tell_what_the_citizen_must_know(cast: Cast, language: str) -> None:
    cause_all(cast, language)
    said = {item.kind: render(item).body for item in Outbox.objects.all()}
    assert "请补充<编号>" in said["supplement_asked"]
    assert "市教育局" in said["referred"]
    assert "需要现场核实" in said["extended"]
    # Five working days and two more, from Monday, 2 March.
    assert re.search(r"2026年3月11日|2026-03-11|11 Mar\w* 2026|Mar\w* 11, 2026", said["extended"])
    assert "答复已清楚" in said["reopen_declined"]
    for kind in ("replied", "survey_reminder"):
        found = SURVEY.search(said[kind])
        assert found is not None, kind
        assert Survey.objects.filter(token=token_digest(found[1])).count() == 1
    assert re.search(
        r"2026年3月17日|2026-03-17|17 Mar\w* 2026|Mar\w* 17, 2026", said["survey_reminder"]
    )


def test_the_outbox_holds_no_secret(cast: Cast) -> None:
    """Neither the query code nor a link that opens the case: both are made when it is sent."""
    key = "a-form-key-known-to-the-test"
    inquiry = make_inquiry(key=key)
    cause_all(cast, "zh-hans")
    code = code_for(key)
    for item in Outbox.objects.all():
        kept = json.dumps([item.key, item.context, item.recipient], ensure_ascii=False)
        assert code not in kept
        assert code.replace("-", "") not in kept
        assert inquiry.code_digest not in kept
        assert inquiry.submission_key not in kept
        assert "/my/" not in kept
        assert "/s/" not in kept
    deliver(MONDAY)
    for message in mail.outbox:
        assert code not in str(message.subject) + str(message.body)
        assert message.to == ["zhang@example.org"]


def test_letters_go_by_e_mail_else_by_text_message_if_there_is_a_gateway(
    bureau: None, settings: Any
) -> None:
    make_inquiry()
    make_inquiry(email="")
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    make_inquiry(email="")
    make_inquiry(email="", phone="")
    ways = list(Outbox.objects.order_by("pk").values_list("channel", "recipient"))
    assert ways == [("email", "zhang@example.org"), ("sms", "13800138000")]
    assert Inquiry.objects.count() == 4


def test_rejecting_spam_writes_to_nobody(cast: Cast) -> None:
    inquiry = make_inquiry()
    words: dict[str, Any] = {"ground": "spam", "explanation": "广告"}
    perform("reject", inquiry.number, by=cast.by("intake"), at=MONDAY, **words)
    assert list(Outbox.objects.values_list("kind", flat=True)) == ["received"]
