"""Signing in, being locked out, roles that exclude each other, tokens, and the administration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin import site
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.actors import Role
from accounts.models import ApiToken, RoleGrant, User
from accounts.tokens import authenticate, issue
from foundation.read_only import ReadOnlyAdmin
from inquiries.models import Inquiry
from sla.models import Policy, WorkCalendar
from tests.desk.conftest import NOW, Person, words
from tests.factories import PASSWORD, UserFactory, advance, make_inquiry

LOGIN = "/accounts/login/"


def sign_in(client, username, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def test_signing_in_leads_to_where_one_wanted_to_go(cast):
    assert sign_in(Client(), "intake")["Location"] == "/desk/"
    wished = sign_in(Client(), "intake", next="/desk/queue/all/")
    assert wished["Location"] == "/desk/queue/all/"
    elsewhere = sign_in(Client(), "intake", next="https://elsewhere.example/")
    assert elsewhere["Location"] == "/desk/"


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(cast):
    known = sign_in(Client(), "intake", "wrong")
    unknown = sign_in(Client(), "nobody", "wrong")
    for answer in (known, unknown):
        assert answer.status_code == 200
        assert answer.context["form"].non_field_errors()
    assert str(known.context["form"].errors) == str(unknown.context["form"].errors)


def test_five_wrong_passwords_lock_this_name_for_a_quarter_of_an_hour(cast, clock):
    client = Client()
    answers = [sign_in(client, "intake", "wrong").status_code for _ in range(5)]
    assert answers[-1] == 429
    locked = sign_in(client, "intake")
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "15" in words(locked)
    assert sign_in(Client(), "handler").status_code == 302
    clock.move_to(NOW + timedelta(minutes=16))
    assert sign_in(client, "intake").status_code == 302


def test_signing_out_ends_the_session(cast):
    client = Client()
    sign_in(client, "intake")
    assert client.post("/accounts/logout/")["Location"] == LOGIN
    assert client.get("/desk/").status_code == 302


def test_the_password_is_changed_and_the_session_stays(cast):
    person = Person(cast.intake)
    wrong = person.post(
        "/accounts/password/", old_password="x", new_password1="12345", new_password2="12345"
    )
    assert wrong.status_code == 200
    assert wrong.context["form"].errors
    new = "a-much-better-one-2"
    sent = person.post(
        "/accounts/password/", old_password=PASSWORD, new_password1=new, new_password2=new
    )
    assert sent["Location"] == "/desk/"
    assert person.get("/desk/").status_code == 200
    assert sign_in(Client(), "intake", new).status_code == 302


# -- Nobody administers and audits ----------------------------------------------------------


@pytest.mark.parametrize("held", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_may_hold_both_roles(cast, held):
    user = UserFactory.create(roles=[held])
    other = ({Role.ADMINISTRATOR, Role.AUDITOR} - {held}).pop()
    with pytest.raises(ValidationError):
        RoleGrant(user=user, role=other).full_clean()


def test_a_superuser_may_not_audit_and_an_auditor_not_become_one(cast):
    superuser = User.objects.create_superuser("root", password=PASSWORD)
    with pytest.raises(ValidationError):
        RoleGrant(user=superuser, role=Role.AUDITOR).full_clean()
    cast.auditor.is_superuser = True
    with pytest.raises(ValidationError):
        cast.auditor.full_clean()


@pytest.fixture
def root(cast):
    return Person(User.objects.create_superuser("root", password=PASSWORD))


def test_the_administration_refuses_both_roles_at_once(root, cast):
    user = UserFactory.create()
    data = {
        "username": user.username,
        "full_name": "某某",
        "is_active": "on",
        "grants-TOTAL_FORMS": 2,
        "grants-INITIAL_FORMS": 0,
        "grants-0-user": user.pk,
        "grants-0-role": "administrator",
        "grants-1-user": user.pk,
        "grants-1-role": "auditor",
    }
    sent = root.post(f"/admin/accounts/user/{user.pk}/change/", **data)
    assert sent.status_code == 200
    assert not RoleGrant.objects.filter(user=user).exists()
    sent = root.post(
        f"/admin/accounts/user/{user.pk}/change/", **data | {"grants-1-role": "handler"}
    )
    assert sent.status_code == 302
    assert RoleGrant.objects.filter(user=user).count() == 2


# -- Tokens ---------------------------------------------------------------------------------


def test_a_token_opens_until_it_is_over_or_revoked(cast):
    token, text = issue(cast.handler, "test", at=NOW, expires_at=NOW + timedelta(days=1))
    assert text not in str(token.__dict__)
    assert authenticate(text, NOW) == cast.handler
    assert authenticate(text, NOW + timedelta(days=1)) is None
    assert authenticate(text + "x", NOW) is authenticate("", NOW) is None
    token.revoked_at = NOW
    token.save()
    assert authenticate(text, NOW) is None


def test_a_token_of_somebody_who_left_opens_nothing(cast):
    _, text = issue(cast.handler, "test", at=NOW)
    User.objects.filter(pk=cast.handler.pk).update(is_active=False)
    assert authenticate(text, NOW) is None


def test_a_token_lasts_over_a_change_of_the_secret_key(cast, settings):
    _, text = issue(cast.handler, "test", at=NOW)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 8
    assert authenticate(text, NOW) == cast.handler


def test_the_administration_shows_a_token_once(root, cast):
    sent = root.client.post(
        "/admin/accounts/apitoken/add/", {"user": cast.handler.pk, "name": "脚本"}, follow=True
    )
    text = next(word for word in words(sent).split() if "hy_" in word)
    text = text[text.index("hy_") :].split("<")[0].split("：")[-1]
    assert authenticate(text, NOW) == cast.handler
    token = ApiToken.objects.get()
    shown = words(root.get(f"/admin/accounts/apitoken/{token.pk}/change/"))
    assert text not in shown
    assert token.digest not in shown
    root.post("/admin/accounts/apitoken/", action="revoke", _selected_action=[token.pk])
    assert authenticate(text, NOW) is None


# -- The administration ---------------------------------------------------------------------


def test_cases_clocks_and_events_cannot_be_changed_in_the_administration(root, cast):
    inquiry = advance(make_inquiry(), cast, "reply", at=NOW)
    case = inquiry.case
    clock = case.clocks.get(target="reply")
    rows = {"sla_case": case.pk, "inquiries_inquiry": inquiry.pk, "sla_clock": clock.pk}
    for name, pk in rows.items():
        assert root.get(reverse(f"admin:{name}_change", args=[pk])).status_code == 200
        assert root.get(reverse(f"admin:{name}_add")).status_code == 403
        assert root.post(reverse(f"admin:{name}_change", args=[pk])).status_code == 403
        assert root.post(reverse(f"admin:{name}_delete", args=[pk])).status_code == 403
    page = words(root.get(reverse("admin:inquiries_inquiry_change", args=[inquiry.pk])))
    assert Inquiry.objects.get(pk=inquiry.pk).code_digest not in page


def test_every_list_of_the_administration_opens(root, cast):
    advance(make_inquiry(), cast, "publish", at=NOW)
    for model, admin in site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert root.get(reverse(f"{name}_changelist")).status_code == 200, name
        added = root.get(reverse(f"{name}_add")).status_code
        assert added == (403 if isinstance(admin, ReadOnlyAdmin) else 200) or "axes" in name, name


def test_the_administration_is_for_superusers(cast):
    assert Person(cast.administrator).get("/admin/").status_code == 302


def test_a_policy_that_clocks_ran_under_is_not_edited(root, cast):
    inquiry = make_inquiry()
    used = inquiry.case.clocks.get(target="reply").policy
    assert root.post(f"/admin/sla/policy/{used.pk}/change/", amount=99).status_code == 403
    free = Policy.objects.exclude(pk__in=inquiry.case.clocks.values("policy")).earliest("pk")
    assert root.get(f"/admin/sla/policy/{free.pk}/change/").status_code == 200


WEEK = '{"0": [["09:00", "12:00"]]}'


def test_calendars_are_only_shown_in_the_administration(root, cast):
    """They are changed on pages of their own, which first show whose date would move."""
    calendar = WorkCalendar.objects.get()
    url = f"/admin/sla/workcalendar/{calendar.pk}/change/"
    assert f"/supervision/calendars/{calendar.code}/" in root.get(url).content.decode()
    data = {"code": calendar.code, "name": "新名称", "zone": calendar.zone, "week": WEEK}
    assert root.post(url, **data).status_code == 403
    assert root.post("/admin/sla/calendarday/add/", calendar=calendar.pk).status_code == 403
    assert WorkCalendar.objects.get().name == calendar.name
