"""What somebody chooses to be sent, and what nobody can choose away."""

from __future__ import annotations

import pytest
from django.test import Client

from notices.models import Wishes
from tests.factories import Cast

PAGE = "/desk/preferences/"


@pytest.fixture
def handler(cast: Cast, client: Client) -> Client:
    client.force_login(cast.handler, "django.contrib.auth.backends.ModelBackend")
    return client


def test_without_a_choice_the_defaults_are_shown_and_nothing_is_written(handler: Client) -> None:
    form = handler.get(PAGE).context["form"]
    chosen = {name: form[name].value() for name in form.fields}
    assert chosen == {
        "overdue": True,
        "digest": True,
        "warnings": True,
        "escalations": False,
        "language": "zh-hans",
    }
    assert not Wishes.objects.exists()


def test_choices_are_kept_and_shown_again(cast: Cast, handler: Client) -> None:
    response = handler.post(PAGE, {"escalations": "on", "language": "en"})
    assert response.status_code == 302
    kept = Wishes.objects.get()
    assert kept.user == cast.handler
    assert (kept.digest, kept.warnings, kept.escalations, kept.language) == (
        False, False, True, "en",
    )  # fmt: skip
    form = handler.get(PAGE).context["form"]
    assert (form["digest"].value(), form["language"].value()) == (False, "en")


def test_overdue_cannot_be_switched_off(handler: Client) -> None:
    """The box is there, ticked and closed; leaving it out of the form changes nothing."""
    text = handler.get(PAGE).content.decode()
    box = text[text.index('name="overdue"') - 40 : text.index('name="overdue"') + 200]
    assert "disabled" in box
    assert "checked" in box
    handler.post(PAGE, {"language": "en", "overdue": ""})
    assert handler.get(PAGE).context["form"]["overdue"].value() is True


@pytest.mark.parametrize("language", ["", "fr", "en'--"])
def test_a_wrong_language_is_said_by_the_field_and_keeps_the_rest(
    handler: Client, language: str
) -> None:
    response = handler.post(PAGE, {"language": language, "escalations": "on"})
    assert response.status_code == 422
    form = response.context["form"]
    assert set(form.errors) == {"language"}
    assert form["escalations"].value() is True
    assert not Wishes.objects.exists()


def test_somebody_without_an_address_is_told_so(cast: Cast, handler: Client) -> None:
    assert "email" in handler.get(PAGE).context
    handler.cookies["django_language"] = "en"
    assert "No e-mail address is entered for you" in handler.get(PAGE).content.decode()
    cast.handler.email = "me@example.org"
    cast.handler.save(update_fields=["email"])
    assert "E-mails go to me@example.org." in handler.get(PAGE).content.decode()
