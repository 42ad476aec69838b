"""The survey behind the link in a letter: GET shows, POST votes, and nothing else does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.actors import CITIZEN
from inquiries.codes import survey_digest, survey_token, token_digest
from inquiries.models import Inquiry
from inquiries.queries.survey import asked_by
from inquiries.states import State
from inquiries.workflow import perform
from ledger.models import Event
from notices.delivery import deliver
from notices.models import Outbox
from sla.models import Survey
from tests.factories import MONDAY, Cast, advance, make_inquiry

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = MONDAY + DAY


@pytest.fixture(autouse=True)
def _on_tuesday() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def inquiry(cast: Cast) -> Inquiry:
    return advance(make_inquiry(), cast, "reply")


def path_of(inquiry: Inquiry, round_: int = 1) -> str:
    token = survey_token(inquiry.number, round_, survey_digest(inquiry.number, round_))
    return f"/s/{token}/"


def rating_of(inquiry: Inquiry) -> int | None:
    return Survey.objects.get(case_id=inquiry.case_id, round=1).rating


def test_the_letter_leads_to_a_page_that_takes_one_vote(inquiry: Inquiry, client: Client) -> None:
    deliver(LATER)
    [letter] = [m for m in mail.outbox if inquiry.number in m.subject and "/s/" in str(m.body)]
    [path] = set(re.findall(r"/s/\w+/", str(letter.body)))
    page = client.get(path)
    assert page.status_code == 200
    assert inquiry.title in page.content.decode()
    sent = client.post(path, {"rating": "4", "comment": "谢谢"}, follow=True)
    assert sent.redirect_chain == [(path, 302)]
    assert rating_of(inquiry) == 4
    assert Inquiry.objects.get(pk=inquiry.pk).state == State.CLOSED
    assert client.post(path, {"rating": "4", "comment": "谢谢"}).status_code == 302
    assert Event.objects.filter(case_number=inquiry.number, move="rate").count() == 1


def test_the_short_link_fits_a_text_message(cast: Cast, settings: Any) -> None:
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/"
    inquiry = advance(make_inquiry(email=""), cast, "reply")
    assert Outbox.objects.filter(case_number=inquiry.number, kind="replied", channel="sms").exists()
    assert re.fullmatch(r"/s/[A-HJKMNP-Z2-9]{16}/", path_of(inquiry))
    small = path_of(inquiry).replace(path_of(inquiry)[3:-1], path_of(inquiry)[3:-1].lower())
    assert Client().get(small).status_code == 200


def test_a_scanner_that_follows_links_and_submits_forms_by_get_does_not_vote(
    inquiry: Inquiry,
) -> None:
    path = path_of(inquiry)
    events = Event.objects.count()
    scanner = Client(enforce_csrf_checks=True)
    prefetch: dict[str, Any] = {
        "Sec-Purpose": "prefetch",
        "Purpose": "prefetch",
        "X-Moz": "prefetch",
    }
    assert scanner.get(path, headers=prefetch).status_code == 200
    assert scanner.head(path).status_code == 200
    assert scanner.options(path).status_code == 200
    for level in range(1, 6):
        assert scanner.get(path, {"rating": str(level), "comment": "x"}).status_code == 200
    for method in ("put", "delete", "patch"):
        assert getattr(scanner, method)(path).status_code in (403, 405)
    # One that posts what the link has, without having got the form.
    assert Client(enforce_csrf_checks=True).post(path, {"rating": "5"}).status_code == 403
    # One that sends the form as it stands: no level is chosen beforehand.
    page = scanner.get(path).content.decode()
    assert "checked" not in page
    found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert found is not None
    assert scanner.post(path, {"csrfmiddlewaretoken": found[1]}).status_code == 422
    assert rating_of(inquiry) is None
    assert Event.objects.count() == events
    # The citizen's own browser can.
    sent = {"csrfmiddlewaretoken": found[1], "rating": "5"}
    assert scanner.post(path, sent).status_code == 302
    assert rating_of(inquiry) == 5


def test_a_low_level_needs_its_reason_and_keeps_what_was_chosen(
    inquiry: Inquiry, client: Client
) -> None:
    answer = client.post(path_of(inquiry), {"rating": "1", "comment": " ", "may_show": "on"})
    assert answer.status_code == 422
    assert "comment" in answer.context["form"].errors
    assert answer.context["form"].fields["comment"].required
    assert "checked" in answer.content.decode()
    assert rating_of(inquiry) is None


def test_the_vote_can_be_changed_for_a_day_and_then_stands(
    inquiry: Inquiry, client: Client
) -> None:
    path = path_of(inquiry)
    client.post(path, {"rating": "4"})
    with time_machine.travel(LATER + 24 * HOUR, tick=False):
        assert "<form" in client.get(path).content.decode()
        assert client.post(path, {"rating": "2", "comment": "不清楚"}).status_code == 302
    with time_machine.travel(LATER + 24 * HOUR + timedelta(seconds=1), tick=False):
        page = client.get(path)
        assert page.status_code == 200
        assert 'name="rating"' not in page.content.decode()
        late = client.post(path, {"rating": "5", "comment": "改主意了"})
        assert late.status_code == 409
        assert "改主意了" in late.content.decode()
        assert "24" in late.content.decode()
    assert rating_of(inquiry) == 2


def test_the_link_expires_with_the_window(inquiry: Inquiry, client: Client) -> None:
    path = path_of(inquiry)
    with time_machine.travel(MONDAY + 17 * DAY, tick=False):
        assert client.get(path).status_code == 410
        assert client.post(path, {"rating": "5"}).status_code == 410
    assert rating_of(inquiry) is None


def test_a_page_left_open_until_the_window_is_over_gives_back_the_words(
    inquiry: Inquiry, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:

    def closed_meanwhile(token: str, now: Any) -> Any:
        found = asked_by(token, now)
        if found is not None and found.open and not found.rating:
            perform("rate", inquiry.number, by=CITIZEN, at=LATER - 24 * HOUR, rating=5)
        return found

    monkeypatch.setattr("inquiries.views.portal.survey.asked_by", closed_meanwhile)
    with time_machine.travel(LATER + HOUR, tick=False):
        answer = client.post(path_of(inquiry), {"rating": "2", "comment": "白写了"})
    assert answer.status_code == 409
    assert "白写了" in answer.content.decode()


def test_a_second_handling_has_a_link_of_its_own(
    inquiry: Inquiry, cast: Cast, client: Client
) -> None:
    by = cast.by
    perform("request_reopen", inquiry.number, by=CITIZEN, at=LATER, reason="仍未解决")
    perform("reopen", inquiry.number, by=by("supervisor"), at=LATER)
    assert client.get(path_of(inquiry)).status_code == 410
    perform("draft", inquiry.number, by=by("handler"), at=LATER, text="补充答复")
    perform("submit_for_review", inquiry.number, by=by("handler"), at=LATER)
    perform("reply", inquiry.number, by=by("reviewer"), at=LATER)
    assert client.get(path_of(inquiry)).status_code == 410
    assert client.post(path_of(inquiry, 2), {"rating": "5"}).status_code == 302
    ratings = Survey.objects.filter(case_id=inquiry.case_id).order_by("round")
    assert list(ratings.values_list("rating", flat=True)) == [None, 5]


def test_only_a_digest_is_stored_and_a_former_key_still_fits(
    inquiry: Inquiry, settings: Any
) -> None:
    stored = Survey.objects.get(case_id=inquiry.case_id).token
    assert stored is not None
    token = survey_token(inquiry.number, 1, stored)
    assert token is not None
    assert stored == token_digest(token)
    assert token not in stored
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" * 5
    assert survey_token(inquiry.number, 1, stored) == token
    settings.SECRET_KEY_FALLBACKS = []
    assert survey_token(inquiry.number, 1, stored) is None


def test_history_played_in_has_no_link(cast: Cast, inquiry: Inquiry) -> None:
    Survey.objects.filter(case_id=inquiry.case_id).update(token=None)
    assert Client().get(path_of(inquiry)).status_code == 410
    deliver(LATER)
    assert all("/s/" not in str(message.body) for message in mail.outbox)
