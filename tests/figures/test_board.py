"""The board: who sees it, what it costs, and that every number opens to exactly its cases."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actors import CITIZEN, Role
from accounts.models import Department, User
from inquiries.states import Channel, Ground, Kind
from inquiries.workflow import perform
from ledger.models import Event
from sla.board.tables import COLUMNS
from sla.figures.folding import fold
from sla.models import Survey
from sla.sweep import sweep
from tests.factories import Cast, UserFactory, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

START = china(2026, 3, 2)
NOW = china(2026, 4, 10, 12)
DAY = timedelta(days=1)
PAGES = ("board", "cases", "overdue", "due_soon", "times", "satisfaction")


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def house(cast: Cast) -> Cast:
    """Cases of every sort, some folded, some swept, some not yet."""
    for n in range(4):
        advance(make_inquiry(START + n * DAY), cast, "publish", START + (n + 1) * DAY)
    rated = make_inquiry(START)
    advance(rated, cast, "reply", START + DAY)
    perform("rate", rated.number, by=CITIZEN, at=START + 2 * DAY, rating=4)
    low = make_inquiry(START, kind=Kind.COMPLAINT)
    advance(low, cast, "reply", START + DAY)
    perform("rate", low.number, by=CITIZEN, at=START + 2 * DAY, rating=1, comment="未解决")
    perform("request_reopen", low.number, by=CITIZEN, at=START + 2 * DAY, reason="未解决")
    perform("reopen", low.number, by=cast.by("supervisor"), at=START + 2 * DAY)
    perform("draft", low.number, by=cast.by("handler"), at=START + 3 * DAY, text="补充答复。")
    perform("submit_for_review", low.number, by=cast.by("handler"), at=START + 3 * DAY)
    perform("reply", low.number, by=cast.by("reviewer"), at=START + 3 * DAY)
    perform(
        "reject",
        make_inquiry(START).number,
        by=cast.by("intake"),
        at=START + DAY,
        ground=Ground.NOT_OURS,
        explanation="请向税务部门咨询。",
    )
    advance(make_inquiry(START, channel=Channel.PHONE), cast, "sign_for", START)
    fold()
    sweep(START + 20 * DAY)
    asked = make_inquiry(START + 30 * DAY, kind=Kind.SUGGESTION)
    perform("ask_supplement", asked.number, by=cast.by("intake"), at=START + 30 * DAY, request="？")
    advance(make_inquiry(START + 31 * DAY), cast, "assign", START + 31 * DAY)
    make_inquiry(NOW - 3 * DAY)
    make_inquiry(NOW - timedelta(hours=1))
    return cast


def reader(user: User) -> Client:
    """A browser that somebody has signed in with, reading English."""
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def get(user: User | Client, name: str, query: str = "", **kwargs: Any) -> Any:
    client = user if isinstance(user, Client) else reader(user)
    address = name if name.startswith("/") else reverse(f"supervision:{name}", kwargs=kwargs)
    return client.get(address + query)


ROW = re.compile(r'<dt><a href="([^"]*)">[^<]*</a></dt>\s*<dd>.*?<span>(\d+)</span>', re.DOTALL)
SQUARE = re.compile(r'<a href="([^"]*)"><rect class="heat-\d"[^>]*><title>[^:]*: (\d+)</title>')
LINK = re.compile(r'<a href="(/supervision/cases/\?[^"]*)">([\d,]+)</a>')
COUNT = re.compile(r'<span class="count" id="count">(\d+)</span>')


def numbers_of(page: str) -> list[tuple[str, int]]:
    return [(unescape(url), int(n.replace(",", ""))) for url, n in LINK.findall(page)]


def test_silence_is_shown_and_what_staff_typed_in_can_be_left_out(house: Cast) -> None:
    asked = make_inquiry(START, channel=Channel.VISIT)
    advance(asked, house, "reply", START + DAY)
    perform("rate", asked.number, by=CITIZEN, at=START + 2 * DAY, rating=1, comment="未解决")
    client = reader(house.supervisor)

    def rows(query: str) -> dict[str, list[str]]:
        table = get(client, "satisfaction", query).context["channels"]
        plain = [*table.lines, table.foot]
        return {
            line.label: [re.sub(r"<[^>]+>", " ", cell).split()[-1] for cell in line.cells]
            for line in plain
        }

    # Asked, rated, silent, participation, satisfied, the interval of so few ratings.
    everything = rows("?from=2026-01-01&to=2026-12-31")
    assert everything["Visit"] == ["1", "1", "0", "1", "0", "(0–79%)"]
    without = rows("?from=2026-01-01&to=2026-12-31&typed_in=without")
    assert "Visit" not in without
    asked_then, asked_now = (int(found["Total"][0]) for found in (everything, without))
    assert asked_now == asked_then - 1
    page = get(client, "satisfaction", "?typed_in=without&from=2026-01-01&to=2026-12-31")
    assert "without cases typed in by staff" in page.content.decode()
    for url, n in dict(numbers_of(page.content.decode())).items():
        counted = COUNT.search(get(client, url).content.decode())
        assert counted is not None
        assert int(counted.group(1)) == n, url


def test_low_ratings_are_counted_at_the_side_but_not_of_ones_own(house: Cast) -> None:
    def count(user: User) -> int:
        nav = get(user, "board").context["queue_nav"]
        return next(item["count"] for item in nav if item["label"] == "Low ratings")

    answered = advance(make_inquiry(START), house, "reply", START + DAY)
    number = answered.number
    perform("rate", number, by=CITIZEN, at=START + 2 * DAY, rating=2, comment="未解决")
    assert count(house.supervisor) == 1
    both = UserFactory.create(department=house.tech, roles=(Role.HANDLER, Role.SUPERVISOR))
    Survey.objects.filter(case__number=number).update(handler=both)
    assert (count(house.supervisor), count(both)) == (1, 0)
    listed = get(both, "cases", "?measure=rated&from=2026-01-01&to=2026-12-31").content.decode()
    assert number not in listed
    assert "An answer of your own" in listed


@pytest.mark.parametrize(
    "query",
    [
        "?from=2026-01-01&to=2026-12-31",
        "?from=2026-03-03&to=2026-04-09&basis=event&by=kind",
        "?from=2026-03-01&to=2026-03-31&as_of=2026-03-05&by=channel",
    ],
)
def test_every_number_is_a_link_to_exactly_its_cases(house: Cast, query: str) -> None:
    client = reader(house.supervisor)
    found = numbers_of(get(client, "board", query).content.decode())
    measures = {re.search(r"measure=(\w+)", url).group(1) for url, _ in found}  # type: ignore[union-attr]
    assert measures >= {"received", "replied", "published", "met", "asked"}
    for url, n in dict(found).items():
        listed = get(client, url).content.decode()
        counted = COUNT.search(listed)
        assert counted is not None, url
        assert int(counted.group(1)) == n, url
        assert listed.count('<span class="title">') == min(n, 30), url


PARTS = (
    "",
    "?department=tech",
    "?department=unassigned",
    "?kind=complaint",
    "?topic=unassigned",
    "?handler=unassigned",
    "?handler=handler",
)


@pytest.mark.parametrize("query", PARTS)
def test_load_age_and_state_open_to_exactly_their_cases_too(house: Cast, query: str) -> None:
    client = reader(house.supervisor)
    page = get(client, "board", query).content.decode()
    found = [*ROW.findall(page), *SQUARE.findall(page), *numbers_of(page)]
    assert found
    for url, n in {unescape(url): int(n) for url, n in found}.items():
        counted = COUNT.search(get(client, url).content.decode())
        assert counted is not None, url
        assert int(counted.group(1)) == n, url


def test_the_side_bar_stands_in_groups(house: Cast) -> None:
    response = get(house.supervisor, "load")
    nav = response.context["queue_nav"]
    assert list(dict.fromkeys(item["group"] for item in nav)) == [
        "Watch",
        "Prove",
        "Rules",
        "Running",
    ]
    assert {item["group"] for item in nav if item["here"]} == {"Watch"}
    assert [item["label"] for item in nav if item["current"]] == ["Load"]


def test_departments_stand_in_the_order_of_the_house_and_few_cases_are_marked(house: Cast) -> None:
    table = get(house.supervisor, "board").context["breakdown"]
    known = [d.label for d in Department.objects.all()]
    shown = [line.label for line in table.lines if line.label in known]
    assert shown == [label for label in known if label in shown]
    tech = next(line for line in table.lines if line.label == "Technology Section")
    satisfaction = tech.cells[COLUMNS.index("satisfaction")]
    assert 'class="bar few"' in satisfaction
    assert re.search(r"\(\d+–\d+%\)", satisfaction)


def test_all_measures_of_the_house_have_been_looked_at(house: Cast) -> None:
    page = get(house.supervisor, "board", "?from=2026-01-01&to=2026-12-31").content.decode()
    measures = {re.search(r"measure=(\w+)", url).group(1) for url, _ in numbers_of(page)}  # type: ignore[union-attr]
    assert measures >= {
        "received",
        "excluded",
        "valid",
        "replied",
        "published",
        "met",
        "missed",
        "judged",
        "asked",
        "rated",
        "satisfied",
        "open",
        "due_soon",
        "overdue",
        "paused",
    }


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["supervisor", "auditor"])
def test_supervisors_and_auditors_may_look(cast: Cast, name: str, who: str) -> None:
    assert get(getattr(cast, who), name).status_code == 200


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["intake", "handler", "reviewer", "administrator"])
def test_others_may_not(cast: Cast, name: str, who: str) -> None:
    assert get(getattr(cast, who), name).status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_strangers_are_asked_to_sign_in(cast: Cast, name: str) -> None:
    response = Client().get(reverse(f"supervision:{name}"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:login"))


def test_the_board_costs_the_same_however_many_cases_there_are(
    house: Cast, django_assert_num_queries: Any
) -> None:
    client = Client()
    client.force_login(house.supervisor)
    for _ in range(2):
        client.get(reverse("supervision:board"))
        # One of them reads all counts, one looks for what needs attention.
        with django_assert_num_queries(9):
            client.get(reverse("supervision:board"))
        for n in range(5):
            advance(make_inquiry(NOW - n * DAY), house, "reply", NOW)


def test_a_department_with_nothing_received_shows_a_dash(house: Cast) -> None:
    page = get(house.supervisor, "board").content.decode()
    row = page[page.index("General Section</a></th>") :]
    cells = re.findall(r'<td class="num">(.*?)</td>', row[: row.index("</tr>")])
    assert cells[0] == "0"
    assert cells[2].startswith("—<br>")


def test_a_department_has_its_own_page_and_its_own_numbers(house: Cast) -> None:
    client = reader(house.auditor)
    response = get(client, "department", code="tech")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Technology Section" in page
    found = numbers_of(page)
    assert found
    assert all("department=tech" in url for url, _ in found)
    for url, n in dict(found).items():
        counted = COUNT.search(get(client, url).content.decode())
        assert counted is not None
        assert int(counted.group(1)) == n, url
    assert get(client, "department", code="nobody").status_code == 404


def test_answer_times_are_working_days(house: Cast) -> None:
    page = get(house.supervisor, "times").content.decode()
    assert "Technology Section" in page
    rows = re.findall(
        r'<td class="num"><a [^>]*>(\d+)</a>' + r'</td><td class="num">([^<]*)' * 2, page
    )
    assert rows[-1] == ("6", "1", "1")


def test_supervisors_can_urge_from_the_lists_and_auditors_cannot(house: Cast) -> None:
    page = get(house.supervisor, "overdue").content.decode()
    assert f'action="{reverse("desk:urge")}"' in page
    assert 'name="number"' in page
    assert reverse("desk:urge") not in get(house.auditor, "overdue").content.decode()


def test_urging_from_the_list_reaches_the_owner(house: Cast) -> None:
    page = get(house.supervisor, "overdue").content.decode()
    found = re.search(r'name="number" value="([^"]+)"', page)
    assert found is not None
    client = Client()
    client.force_login(house.supervisor)
    back = reverse("supervision:overdue")
    data = {"number": found.group(1), "text": "请尽快办理。", "next": back}
    response = client.post(reverse("desk:urge"), data)
    assert response["Location"] == back
    assert Event.objects.filter(case_number=found.group(1), move="urge").exists()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?from=2026-13-01", "Enter a valid date."),
        ("?from=2026-02-01&to=2026-01-01", "ends before it begins"),
        ("?from=0001-01-01&to=2026-01-01", "between 1990 and 2199"),
        ("?from=1991-01-01&to=2026-01-01", "too long"),
        ("?as_of=tomorrow", "not in the future"),
        ("?as_of=2026-04-11", "not in the future"),
        ("?basis=closed", "closed is not one of the available choices"),
        ("?department=nobody", "There is no such choice: nobody."),
        ("?kind=rumour", "There is no such choice: rumour."),
    ],
)
@pytest.mark.parametrize("name", ["board", "cases", "times"])
def test_a_wrong_question_is_told_so(cast: Cast, name: str, query: str, words: str) -> None:
    response = get(cast.supervisor, name, query)
    assert response.status_code == 400
    assert words in response.content.decode()


@pytest.mark.parametrize("query", ["?measure=handlers", "?measure=valid&basis=event"])
def test_a_list_that_does_not_exist_is_not_found(cast: Cast, query: str) -> None:
    assert get(cast.supervisor, "cases", query).status_code == 404


def test_a_cursor_of_another_list_is_refused(cast: Cast) -> None:
    assert get(cast.supervisor, "cases", "?cursor=abc").status_code == 400


def test_long_lists_come_in_pages_without_gaps(cast: Cast) -> None:
    for n in range(65):
        make_inquiry(START + timedelta(minutes=n // 2))
    client = reader(cast.supervisor)
    seen: list[str] = []
    address = reverse("supervision:cases") + "?from=2026-01-01&to=2026-12-31&measure=received"
    while address:
        page = get(client, address).content.decode()
        seen += re.findall(r'<span class="number">(\d{8}-\d{6}-\d)', page)
        link = re.search(r'rel="next" href="([^"]+)"', page)
        address = reverse("supervision:cases") + unescape(link.group(1)) if link else ""
    assert len(seen) == len(set(seen)) == 65


def test_looking_changes_nothing(cast: Cast) -> None:
    client = reader(cast.supervisor)
    for name in PAGES:
        assert client.post(reverse(f"supervision:{name}")).status_code == 405


@pytest.mark.parametrize("by", ["kind", "channel", "topic", "district", "handler"])
def test_every_breakdown_balances_and_its_numbers_open(house: Cast, by: str) -> None:
    client = reader(house.supervisor)
    response = client.get(reverse("supervision:board"), {"by": by})
    page = response.content.decode()
    assert response.status_code == 200
    assert "balances" in page
    assert "do not balance" not in page
    links = re.findall(rf'href="([^"]*[?&](?:amp;)?{by}=[^"]*)"', page)
    assert links
    for link in set(links):
        assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_figures_of_single_people_are_the_supervisors_alone(house: Cast) -> None:
    client = reader(house.auditor)
    board = reverse("supervision:board")
    assert 'by=handler"' not in client.get(board).content.decode()
    assert client.get(board, {"by": "handler"}).status_code == 403
    for name in ("board", "cases"):
        address = reverse(f"supervision:{name}")
        assert client.get(address, {"handler": "handler"}).status_code == 403
    assert reader(house.supervisor).get(board, {"handler": "handler"}).status_code == 200


def test_two_parts_at_once_are_no_figures_but_a_list(house: Cast) -> None:
    client = reader(house.supervisor)
    both = {"topic": "unassigned", "district": "unassigned"}
    assert client.get(reverse("supervision:board"), both).status_code == 400
    assert client.get(reverse("supervision:cases"), both).status_code == 200
    one = {"topic": "unassigned", "by": "district"}
    assert client.get(reverse("supervision:board"), one).status_code == 400
