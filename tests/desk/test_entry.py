"""A clerk types in what came by telephone, visit or letter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import clock
from inquiries.codes import possible_digests
from inquiries.form_keys import new_key
from inquiries.models import Inquiry
from tests.desk.conftest import NOW, Person, words
from tests.factories import CHINA


def local(at):
    return at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def matter(**over):
    return {
        "key": new_key(clock.now()).signed,
        "channel": "phone",
        "received_at": local(NOW - timedelta(minutes=30)),
        "kind": "complaint",
        "title": "夜间噪声扰民",
        "text": "来电人反映楼下实验室夜间噪声很大。",
        "name": "张三",
        "phone": "139 1234 5678",
        "email": "",
        "wants_public": "on",
        "consent": "on",
    } | over


def test_number_and_code_are_shown_to_hand_over(cast):
    sent = Person(cast.intake).post("/desk/new/", **matter())
    assert sent.status_code == 200
    inquiry = Inquiry.objects.select_related("case").get()
    assert inquiry.number in words(sent)
    assert sent.context["code"] in words(sent)
    assert inquiry.code_digest in possible_digests(inquiry.number, sent.context["code"])
    assert inquiry.case.channel == "phone"
    assert inquiry.phone == "13912345678"
    assert inquiry.case.received_at == NOW - timedelta(minutes=30)
    assert inquiry.entered_by == cast.intake


def test_a_second_press_gives_the_same_slip(cast):
    intake, form = Person(cast.intake), matter()
    first, second = intake.post("/desk/new/", **form), intake.post("/desk/new/", **form)
    assert first.context["code"] == second.context["code"]
    assert Inquiry.objects.count() == 1


def test_another_matter_in_a_form_sent_before_is_not_lost(cast):
    intake, form = Person(cast.intake), matter()
    intake.post("/desk/new/", **form)
    again = intake.post("/desk/new/", **form | {"title": "另一件事"})
    assert again.status_code == 422
    assert "另一件事" in words(again)
    third = intake.post("/desk/new/", **form | {"title": "另一件事", "key": again.context["key"]})
    assert third.status_code == 200
    assert Inquiry.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("received_at", local(NOW + timedelta(minutes=5))),
        ("received_at", local(NOW - timedelta(days=400))),
        ("received_at", "yesterday"),
        ("channel", "portal"),
        ("channel", "import"),
        ("kind", ""),
        ("title", ""),
        ("text", "短"),
        ("phone", "12"),
        ("consent", ""),
    ],
)
def test_a_wrong_field_is_told_and_the_rest_kept(cast, field, value):
    sent = Person(cast.intake).post("/desk/new/", **matter(**{field: value}))
    assert sent.status_code == 422
    assert list(sent.context["form"].errors) == [field]
    assert "张三" in words(sent)
    assert not Inquiry.objects.exists()


def test_the_present_minute_is_not_the_future(cast, clock):
    clock.move_to(NOW + timedelta(seconds=30))
    sent = Person(cast.intake).post("/desk/new/", **matter(received_at=local(NOW)))
    assert sent.status_code == 200


def test_files_survive_a_wrong_field(cast):
    intake, form = Person(cast.intake), matter(title="")
    file = SimpleUploadedFile("信件.txt", "来信原文".encode(), "text/plain")
    refused = intake.post("/desk/new/", **form, attachments=file)
    kept = [f.sha256 for f in refused.context["form"].offered]
    assert len(kept) == 1
    sent = intake.post("/desk/new/", **form | {"title": "夜间噪声", "keep": kept})
    assert sent.status_code == 200
    assert Inquiry.objects.get().attachments.get().name == "信件.txt"


@pytest.mark.parametrize("key", ["", "nonsense", "x" * 500])
def test_a_form_without_its_key_is_shown_again(cast, key):
    sent = Person(cast.intake).post("/desk/new/", **matter(key=key))
    assert sent.status_code == 422
    assert "夜间噪声扰民" in words(sent)
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("role", ["handler", "reviewer", "supervisor", "auditor"])
def test_only_intake_officers_type_matters_in(cast, role):
    person = Person(getattr(cast, role))
    assert person.get("/desk/new/").status_code == 403
    assert person.post("/desk/new/", **matter()).status_code == 403
    assert not Inquiry.objects.exists()
