"""Notices reach those they are for, newest first, and count until they are read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inquiries.queries.inbox import SENTENCES, inbox_of
from inquiries.workflow import perform
from notices.models import InboxItem
from tests.desk.conftest import NOW, Person, words
from tests.factories import UserFactory, advance, make_inquiry


def kinds(user, **more):
    return [notice.item.kind for notice in inbox_of(user.as_actor(), None, **more).notices]


def unread(person):
    return person.get("/desk/notices/").context["unread"]


def test_each_address_is_reached_and_nobody_else(cast):
    inquiry = advance(make_inquiry(), cast, "assign", at=NOW)
    assert "submitted" in kinds(cast.intake)
    assert kinds(cast.handler) == ["assigned"]
    assert kinds(cast.outsider) == kinds(cast.reviewer) == kinds(cast.administrator) == []
    perform("sign_for", inquiry.number, by=cast.by("handler"), at=NOW)
    perform("urge", inquiry.number, by=cast.by("supervisor"), at=NOW, text="请抓紧")
    assert kinds(cast.handler) == ["urged", "assigned"]
    colleague = UserFactory.create(department=cast.tech, roles=["handler"])
    assert kinds(colleague) == ["assigned"]


def test_unread_ones_are_counted_until_marked(cast, clock):
    advance(make_inquiry(), cast, "assign", at=NOW)
    handler = Person(cast.handler)
    page = handler.get("/desk/notices/")
    assert page.context["unread"] == 1
    assert page.context["inbox"].notices[0].unread
    newest = page.context["newest"].isoformat()
    clock.move_to(NOW + timedelta(minutes=5))
    advance(make_inquiry(), cast, "assign", at=NOW + timedelta(minutes=5))
    assert handler.post("/desk/notices/seen/", until=newest).status_code == 302
    handler.user.refresh_from_db()
    assert unread(Person(handler.user)) == 1  # what came since the page was made is still new


@pytest.mark.parametrize("until", ["", "x", "2026-03-02", "9999-99-99T00:00"])
def test_marking_with_nonsense_changes_nothing(cast, until):
    advance(make_inquiry(), cast, "assign", at=NOW)
    assert Person(cast.handler).post("/desk/notices/seen/", until=until).status_code == 400
    cast.handler.refresh_from_db()
    assert cast.handler.notices_seen_at is None


def test_marking_up_to_the_future_means_up_to_now(cast):
    advance(make_inquiry(), cast, "assign", at=NOW)
    Person(cast.handler).post("/desk/notices/seen/", until="2099-01-01T00:00Z")
    cast.handler.refresh_from_db()
    assert cast.handler.notices_seen_at == NOW
    assert unread(Person(cast.handler)) == 0


def test_older_notices_follow_on_further_pages(cast):
    inquiry = make_inquiry()
    InboxItem.objects.all().delete()
    InboxItem.objects.bulk_create(
        InboxItem(
            kind="urged",
            case_number=inquiry.number,
            user=cast.intake if n % 2 else None,
            role="" if n % 2 else "intake",
            created_at=NOW - timedelta(minutes=n // 3),
        )
        for n in range(70)
    )
    intake, seen, query = Person(cast.intake), [], dict[str, str]()
    while True:
        inbox = intake.get("/desk/notices/", **query).context["inbox"]
        seen += [notice.item.pk for notice in inbox.notices]
        if inbox.older is None:
            break
        query = {"before": inbox.older}
    assert len(seen) == len(set(seen)) == 70
    assert intake.get("/desk/notices/", before="x").status_code == 400


def test_the_title_of_a_case_no_longer_theirs_is_not_shown(cast):
    inquiry = advance(make_inquiry(title="很特别的标题"), cast, "assign", at=NOW)
    perform(
        "reassign",
        inquiry.number,
        by=cast.by("supervisor"),
        at=NOW,
        department=cast.other,
        reason="职责调整",
    )
    shown = words(Person(cast.handler).get("/desk/notices/"))
    assert inquiry.number in shown
    assert "很特别的标题" not in shown


def test_every_kind_of_notice_the_workflow_sends_has_its_sentence():
    import re
    from pathlib import Path

    import inquiries.happenings
    import inquiries.workflow

    folder = Path(inquiries.workflow.__file__).parent
    source = "".join(path.read_text() for path in folder.glob("*.py"))
    sent = set(re.findall(r'tell_staff\(\s*"(\w+)"', source))
    assert sent
    assert sent <= SENTENCES.keys()
