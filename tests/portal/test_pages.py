"""The first page and the pages that explain, in both languages; letters; and that reading
changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.template.loader import get_template
from django.test import Client
from django.utils.translation import override

from accounts.actors import CITIZEN
from inquiries.codes import follow_token
from inquiries.contact import normalise_phone
from inquiries.models import Inquiry
from inquiries.workflow import perform
from notices.models import Outbox
from notices.rendering import render
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.portal.conftest import SECRET

PAGES = (
    "/",
    "/submit/",
    "/follow/",
    "/answers/",
    "/answers/feed.atom",
    "/help/",
    "/privacy/",
    "/accessibility/",
)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_there_in_both_languages(
    client: Client, bureau: None, address: str, language: str
) -> None:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Language"] == language
    assert client.head(address).status_code == 200


@pytest.mark.django_db
def test_the_figures_of_the_year_show_what_is_behind_them(client: Client, cast: Cast) -> None:
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        page = client.get("/").content.decode()
        assert page.count("0 / 0") == 4
        assert "—" in page
        for _ in range(2):
            advance(make_inquiry(), cast, "reply")
        make_inquiry()
        rated = Inquiry.objects.select_related("case").first()
        assert rated is not None
        perform("rate", rated.number, by=CITIZEN, at=MONDAY, rating=5)
        page = client.get("/").content.decode()
    for share in ("2 / 3", "2 / 2", "1 / 1", "1 / 2"):
        assert share in page
    assert "66.67" in page
    assert "2026年1月1日" in page


@pytest.mark.django_db
def test_help_tells_the_deadlines_in_force_with_their_basis(client: Client, bureau: None) -> None:
    page = client.get("/help/").content.decode()
    assert "5个工作日" in page
    assert "15个自然日" in page
    assert "国务院办公厅" in page
    client.cookies["django_language"] = "en"
    assert "1 working day<" in client.get("/help/").content.decode()


@pytest.mark.django_db
def test_contacts_are_shown_where_they_are_set(client: Client, settings: Any) -> None:
    settings.CONTACT_PHONE, settings.RETENTION_YEARS = "0395-3131234", 30
    page = client.get("/privacy/").content.decode()
    assert "0395-3131234" in page
    assert "30 年" in page


def rows() -> dict[str, int]:
    """How many rows every table of the house has; a visit to a page may only start a session."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


@pytest.mark.django_db
def test_reading_changes_nothing(client: Client, cast: Cast) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "publish")
    client.post(f"/my/{follow_token(inquiry.number)}/")
    version = Inquiry.objects.get().version
    before = rows()
    personal = (f"/follow/{inquiry.number}/", f"/my/{follow_token(inquiry.number)}/")
    for address in (*PAGES, *personal, f"/answers/{inquiry.number}/"):
        for method in (client.get, client.head):
            assert method(address).status_code == 200, address
    assert rows() == before
    assert Inquiry.objects.get().version == version


# -- Letters --------------------------------------------------------------------------------

LETTERS = (
    "received",
    "accepted",
    "rejected",
    "referred",
    "merged",
    "released",
    "supplement_asked",
    "extended",
    "replied",
    "replied_merged",
    "reopened",
    "reopen_declined",
    "lapsed",
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_has_a_subject_the_link_and_the_citizens_own_words(
    kind: str, language: str
) -> None:
    context: dict[str, Any] = {
        "title": "<b>100%</b> & “企业”认定",
        "request": "请补充 <营业执照>",
        "reason": "需要现场核实",
        "explanation": "已经说明",
        "due": "2026-03-16T15:59:59+00:00",
        "days": 5,
        "referred_to": "市税务局",
    }
    letter = render(
        Outbox(kind=kind, context=context, language=language, case_number="20260302-482137-1")
    )
    assert "20260302-482137-1" in letter.subject
    assert "/my/" in letter.body
    assert "&lt;" not in letter.body
    assert context["title"] in letter.body
    said = {"extended": "需要现场核实", "supplement_asked": "<营业执照>", "referred": "市税务局"}
    assert said.get(kind, "") in letter.body
    if kind == "extended" and language != "en":
        assert "2026年3月16日" in letter.body


def test_no_letter_is_forgotten() -> None:
    for kind in LETTERS:
        assert get_template(f"notices/{kind}.txt")


# -- Telephone numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        ("１３８　００１３－８０００", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0395-3131234", "0395-3131234"),
        ("(0395) 3131234 转 8012", "0395-3131234-8012"),
        ("010 6552 9999", "010-65529999"),
        ("+852 6123 4567", "+85261234567"),
    ],
)
def test_telephone_numbers_are_read_as_people_write_them(typed: str, kept: str) -> None:
    assert normalise_phone(typed) == kept


@pytest.mark.parametrize("typed", ["3131234", "1380013800", "23800138000", "电话", "1" * 99, "110"])
def test_what_cannot_be_dialled_is_refused(typed: str) -> None:
    with override("en"), pytest.raises(ValueError):
        normalise_phone(typed)
