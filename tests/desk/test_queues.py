"""Queues hold the right cases in the right order, find them, page through them, and stay quick."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import CITIZEN
from inquiries.queries.queues import QUEUES, counts_of, shown_count
from inquiries.states import Channel, Kind
from inquiries.workflow import perform
from ledger.models import Event
from sla.models import Case
from tests.desk.conftest import NOW, Person, words
from tests.factories import MONDAY, TopicFactory, advance, make_inquiry


def at(cast, until, **over):
    return advance(make_inquiry(**over), cast, until, at=NOW)


def numbers(*inquiries):
    return [inquiry.number for inquiry in inquiries]


def test_every_state_stands_in_the_queue_of_whoever_acts_next(cast):
    submitted = make_inquiry()
    accepted, assigned = at(cast, "accept"), at(cast, "assign")
    working, reviewed = at(cast, "sign_for"), at(cast, "submit_for_review")
    replied = at(cast, "reply")
    intake, handler, reviewer = Person(cast.intake), Person(cast.handler), Person(cast.reviewer)
    assert intake.queue("to-accept") == numbers(submitted)
    assert intake.queue("to-dispatch") == numbers(accepted)
    assert handler.queue("to-sign-for") == numbers(assigned)
    assert set(handler.queue("mine")) == set(numbers(working, reviewed))
    assert set(handler.queue("department")) == set(numbers(assigned, working, reviewed))
    assert reviewer.queue("to-review") == numbers(reviewed)
    assert reviewer.queue("to-publish") == numbers(replied)
    assert len(Person(cast.supervisor).queue("all")) == 6
    assert set(handler.queue("all")) == set(numbers(assigned, working, reviewed, replied))


def test_another_departments_cases_are_in_nobody_elses_queue(cast):
    at(cast, "sign_for")
    outsider = Person(cast.outsider)
    for name in ("mine", "department", "all", "overdue", "due-soon", "supporting"):
        assert outsider.queue(name) == []


def test_a_case_waiting_for_the_citizen_stands_in_its_own_queue(cast):
    inquiry = at(cast, "sign_for")
    perform("ask_supplement", inquiry.number, by=cast.by("handler"), at=NOW, request="请补充")
    handler = Person(cast.handler)
    assert handler.queue("waiting") == numbers(inquiry)
    assert handler.queue("mine") == handler.queue("department") == []
    perform("supply", inquiry.number, by=CITIZEN, at=NOW, text="补充如下")
    assert handler.queue("waiting") == []
    assert handler.queue("mine") == numbers(inquiry)


def test_due_soon_and_overdue_in_colour_and_words(cast, clock):
    inquiry = at(cast, "sign_for")
    supervisor = Person(cast.supervisor, "en")
    assert supervisor.queue("due-soon") == supervisor.queue("overdue") == []
    clock.move_to(MONDAY + timedelta(days=4))
    supervisor = Person(cast.supervisor, "en")
    assert supervisor.queue("due-soon") == numbers(inquiry)
    shown = words(supervisor.get("/desk/queue/due-soon/"))
    assert 'class="due_soon"' in shown
    assert "Due soon" in shown
    assert "1 working day left" in shown
    clock.move_to(MONDAY + timedelta(days=8))
    supervisor = Person(cast.supervisor, "en")
    assert supervisor.queue("due-soon") == []
    assert supervisor.queue("overdue") == numbers(inquiry)
    shown = words(supervisor.get("/desk/queue/overdue/"))
    assert 'class="overdue"' in shown
    assert "Overdue" in shown
    assert "1 working day late" in shown


def test_due_first_by_default_and_other_orders_on_request(cast):
    late = make_inquiry(MONDAY - timedelta(days=3), kind=Kind.COMPLAINT)
    quick = make_inquiry(MONDAY - timedelta(days=1), kind=Kind.CONSULTATION)
    intake = Person(cast.intake)
    assert intake.queue("to-accept") == numbers(quick, late)
    assert intake.queue("to-accept", sort="oldest") == numbers(late, quick)
    assert intake.queue("to-accept", sort="newest") == numbers(quick, late)
    assert intake.queue("all") == numbers(quick, late)


def test_filters_narrow_and_combine(cast):
    topic = TopicFactory.create()
    phone = make_inquiry(channel=Channel.PHONE, topic=topic, kind=Kind.COMPLAINT)
    make_inquiry(channel=Channel.PHONE)
    assigned = at(cast, "assign", kind=Kind.COMPLAINT)
    intake = Person(cast.intake)
    assert intake.queue("all", channel="phone", kind="complaint") == numbers(phone)
    assert intake.queue("all", topic=topic.pk) == numbers(phone)
    assert intake.queue("all", department=cast.tech.pk) == numbers(assigned)
    assert intake.queue("all", state="assigned") == numbers(assigned)
    assert intake.queue("all", state="assigned", channel="phone") == []


@pytest.mark.parametrize(
    "query",
    [{"kind": "nonsense"}, {"topic": "x"}, {"department": "999999"}, {"sort": "nonsense"}],
)
def test_a_filter_that_does_not_exist_is_told(cast, query):
    make_inquiry()
    answer = Person(cast.intake).get("/desk/queue/all/", **query)
    assert answer.status_code == 400
    assert answer.context["form"].errors


@pytest.mark.parametrize("cursor", ["x", "eyJ4IjoxfQ:abc", "\x00"])
def test_a_foreign_cursor_is_refused(cast, cursor):
    assert Person(cast.intake).get("/desk/queue/all/", cursor=cursor).status_code == 400


def test_a_cursor_of_another_order_is_refused(cast):
    for _ in range(27):
        make_inquiry()
    intake = Person(cast.intake)
    page = intake.get("/desk/queue/all/").context["page"]
    answer = intake.get("/desk/queue/all/", cursor=page.next_cursor, sort="oldest")
    assert answer.status_code == 400


def test_two_character_words_are_found_in_title_text_and_name(cast):
    found = make_inquiry(title="科技成果转化政策咨询", name="欧阳明")
    make_inquiry(title="高新企业认定")
    intake = Person(cast.intake)
    for looked_for in ("转化", "成果转化", "欧阳"):
        assert intake.queue("all", q=looked_for) == numbers(found)
    assert intake.queue("all", q="污染") == []
    assert "污染" in words(intake.get("/desk/queue/all/", q="污染"))


def test_search_stays_within_what_may_be_seen(cast):
    at(cast, "sign_for", title="成果转化")
    assert Person(cast.outsider).queue("all", q="转化") == []


def test_a_number_leads_straight_to_its_case_in_any_spelling(cast):
    inquiry = at(cast, "sign_for")
    typed = inquiry.number.replace("-", "")
    answer = Person(cast.intake).get("/desk/queue/to-accept/", q=typed)
    assert answer.status_code == 302
    assert answer["Location"] == f"/desk/case/{inquiry.number}/"
    hidden = Person(cast.outsider).get("/desk/queue/all/", q=typed)
    assert hidden.status_code == 200
    assert not hidden.context["lines"]


def test_pages_neither_repeat_nor_lose_a_case_and_lead_back(cast):
    made = {make_inquiry(MONDAY + timedelta(seconds=n // 3)).number for n in range(60)}
    intake = Person(cast.intake)
    for name in ("all", "to-accept"):
        seen: list[str] = []
        pages: list[list[str]] = []
        cursor = None
        while True:
            query = {"cursor": cursor} if cursor else dict[str, str]()
            page = intake.get(f"/desk/queue/{name}/", **query).context["page"]
            pages.append([case.number for case in page.items])
            seen += pages[-1]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 60
        assert set(seen) == made
        back = intake.get(f"/desk/queue/{name}/", cursor=page.previous_cursor).context["page"]
        assert [case.number for case in back.items] == pages[-2]


def test_counts_stop_at_the_cap_and_are_one_statement(bureau):
    for _ in range(5):
        make_inquiry()
    everything = Case.objects.all()
    with CaptureQueriesContext(connection) as queries:
        counts = counts_of([everything, everything.filter(stage="closed")], cap=3)
    assert counts == [4, 0]
    assert len(queries) == 1
    assert [shown_count(n, cap=3) for n in (0, 3, 4)] == [0, 3, "3+"]


def test_the_side_shows_what_is_waiting(cast):
    make_inquiry()
    at(cast, "accept")
    nav = Person(cast.intake).get("/desk/").context["queue_nav"]
    counts = {item["name"]: item["count"] for item in nav}
    assert counts["to-accept"] == counts["to-dispatch"] == 1
    assert counts["all"] is None
    assert counts["overdue"] == 0


@pytest.mark.parametrize("role", ["intake", "handler", "reviewer", "supervisor", "auditor"])
def test_each_queue_is_open_to_the_roles_that_work_from_it(cast, role):
    user = getattr(cast, role)
    person = Person(user)
    for name, queue in QUEUES.items():
        expected = 200 if queue.open_to(user.as_actor()) else 404
        assert person.get(f"/desk/queue/{name}/").status_code == expected, name
    assert person.get("/desk/queue/nonsense/").status_code == 404


def queries_for(person, path):
    person.get(path)  # what is compiled once per process does not count
    with CaptureQueriesContext(connection) as queries:
        assert person.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("role", "path", "most"),
    [
        ("intake", "/desk/queue/to-accept/", 12),
        ("handler", "/desk/queue/department/", 11),
        ("supervisor", "/desk/queue/all/", 12),
        ("intake", "/desk/", 13),
        ("intake", "/desk/notices/", 11),
    ],
)
def test_a_list_costs_the_same_however_long_it_is(cast, role, path, most):
    person = Person(getattr(cast, role))
    at(cast, "assign")
    make_inquiry()
    few = queries_for(person, path)
    for _ in range(4):
        at(cast, "assign")
        make_inquiry()
    assert queries_for(person, path) == few <= most


@pytest.mark.parametrize(
    ("role", "until", "most"),
    [
        ("intake", None, 30),
        ("handler", "sign_for", 35),
        ("reviewer", "submit_for_review", 30),
        ("supervisor", "publish", 32),
    ],
)
def test_a_case_page_costs_the_same_however_much_happened(cast, role, until, most):
    inquiry = at(cast, until) if until else make_inquiry()
    person = Person(getattr(cast, role))
    path = f"/desk/case/{inquiry.number}/"
    few = queries_for(person, path)
    for n in range(5):
        perform("note", inquiry.number, by=cast.by("intake"), at=NOW, text=f"备注{n}")
        make_inquiry()
    assert queries_for(person, path) == few <= most


def test_supervisors_urge_several_cases_of_a_list(cast, clock):
    first, second = at(cast, "sign_for"), at(cast, "accept")
    done = at(cast, "reply")
    clock.move_to(MONDAY + timedelta(days=10))
    supervisor = Person(cast.supervisor)
    assert "urge-form" in words(supervisor.get("/desk/queue/overdue/"))
    sent = supervisor.post(
        "/desk/urge/",
        number=[first.number, second.number, done.number, "nonsense"],
        text="请抓紧",
        next="/desk/queue/overdue/",
    )
    assert sent.status_code == 302
    assert sent["Location"] == "/desk/queue/overdue/"
    urged = Event.objects.filter(move="urge").values_list("case_number", flat=True)
    assert set(urged) == set(numbers(first, second))
    assert done.number in words(supervisor.get("/desk/"))


def test_urging_leads_back_only_into_this_site(cast):
    sent = Person(cast.supervisor).post("/desk/urge/", next="https://elsewhere.example/")
    assert sent["Location"] == "/desk/"


def test_others_cannot_urge_from_a_list(cast):
    inquiry = at(cast, "sign_for")
    handler = Person(cast.handler)
    assert "urge-form" not in words(handler.get("/desk/queue/all/"))
    handler.post("/desk/urge/", number=[inquiry.number], text="请抓紧")
    assert not Event.objects.filter(move="urge").exists()


def test_a_list_says_how_many_it_holds_where_that_is_known(cast):
    for n in range(27):
        make_inquiry(title=f"成果转化{n}")
    make_inquiry(title="量子计算")
    intake = Person(cast.intake)
    assert intake.get("/desk/queue/to-accept/").context["count"] == 28
    assert intake.get("/desk/queue/to-accept/", q="量子").context["count"] == 1
    assert intake.get("/desk/queue/to-accept/", q="转化").context["count"] is None
