"""Replays of real cases: honest, bounded, and without a trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from sla.figures.periods import Period
from sla.figures.report import report
from sla.models import Case, Policy
from sla.simulation.reading import Trial, lines, rule_of, run
from sla.simulation.replaying import Rule, Verdict, due_under
from sla.sweep import sweep
from sla.targets import Target
from tests.desk.conftest import Person, words
from tests.factories import MONDAY, Cast, advance, china, make_inquiry
from tests.rules.making import NOW, made
from tests.walls.test_get_changes_nothing import checksums

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
EVERYTHING = (Target.REPLY, None, "", "")
CONSULTATIONS = (Target.REPLY, None, "", "consultation")
URL = "/supervision/simulation/"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def house(cast: Cast) -> Cast:
    """Answered after 1 to 6 working days, one extended, one paused, one withdrawn, some open."""
    for n, answered in enumerate((3, 4, 5, 6, 9, 10)):
        made_at = china(2026, 3, 2, 9, n)
        advance(make_inquiry(made_at), cast, "sign_for", made_at)
        advance(make_inquiry(made_at, kind="complaint"), cast, "reply", china(2026, 3, answered))
    for case, answered in zip(list(_consultations()), (3, 4, 5, 6, 9, 10), strict=True):
        _answer(cast, case, china(2026, 3, answered))
    extended = advance(make_inquiry(china(2026, 3, 9)), cast, "sign_for")
    ask: dict[str, Any] = {"amount": 4, "reason": "需要核实"}
    perform(
        "request_extension", extended.number, by=cast.by("handler"), at=china(2026, 3, 10), **ask
    )
    perform("grant_extension", extended.number, by=cast.by("supervisor"), at=china(2026, 3, 10))
    _answer(cast, extended.number, china(2026, 3, 19))
    paused = advance(make_inquiry(china(2026, 3, 9)), cast, "sign_for")
    handler = cast.by("handler")
    perform("ask_supplement", paused.number, by=handler, at=china(2026, 3, 10), request="请补充")
    perform("supply", paused.number, by=CITIZEN, at=china(2026, 3, 16), text="补充")
    _answer(cast, paused.number, china(2026, 3, 20))
    perform("withdraw", make_inquiry(MONDAY).number, by=CITIZEN, at=china(2026, 3, 3))
    perform("withdraw", make_inquiry(MONDAY).number, by=CITIZEN, at=china(2026, 3, 17))
    make_inquiry(china(2026, 3, 30))
    sweep(NOW - DAY)
    return cast


def _consultations() -> Iterator[str]:
    yield from (
        Case.objects.filter(kind="consultation").values_list("number", flat=True).order_by("pk")
    )


def _answer(cast: Cast, number: str, at: Any) -> None:
    perform("draft", number, by=cast.by("handler"), at=at, text="答复")
    perform("submit_for_review", number, by=cast.by("handler"), at=at)
    perform("reply", number, by=cast.by("reviewer"), at=at)


def trial(amount: int | None = 3, **over: Any) -> Trial:
    rule = None if amount is None else Rule("working_days", amount, "end_of_day", 15)
    values: dict[str, Any] = {"period": MARCH, "scope": CONSULTATIONS, "rule": rule}
    return Trial(**values | over)


def test_what_was_is_what_the_board_says(house: Cast) -> None:
    """The side called "as it was" is the on-time rate by receipt, n and d."""
    found = run(trial(), NOW)
    board = report(MARCH.start, MARCH.end, now=NOW).total
    rate = found.total.before.on_time
    assert (rate.n, rate.d) == (board.rates["on_time_rate"].n, board.rates["on_time_rate"].d)
    assert rate.d == 16


@pytest.mark.parametrize("target", [Target.REPLY, Target.DEPARTMENT, Target.SIGN_FOR])
def test_a_clock_replayed_by_its_own_rule_comes_out_as_it_was(house: Cast, target: Target) -> None:
    seen = 0
    for line in lines(trial(scope=(target, None, "", "")), NOW):
        assert due_under(line, None) == line.due_at
        assert due_under(line, line.rule) == line.due_at
        seen += 1
    assert seen > 8


def test_a_shorter_promise_for_consultations(house: Cast) -> None:
    found = run(trial(2), NOW)
    # Two working days: the 4th. Answered on the 5th, 6th and 9th in time before, late then; the
    # paused one had until the 17th instead of the 20th.
    assert found.worse == 4 + 1  # and the one withdrawn on the 17th was late already
    assert {flip.before for flip in found.flips} == {Verdict.MET}
    complaints = run(trial(2, scope=(Target.REPLY, None, "", "complaint")), NOW)
    assert complaints.concerned == 6
    whole = run(trial(2, scope=EVERYTHING), NOW)
    assert whole.concerned == 6  # consultations keep the narrower rule they have


def test_a_replay_leaves_no_trace(house: Cast) -> None:
    supervisor = Person(house.supervisor, "en")
    before = checksums()
    run(trial(2), NOW)
    assert asked(supervisor).status_code == 200
    printed("--amount", "2")
    assert checksums() == before


def test_memory_and_queries_do_not_grow_with_the_cases(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CaptureQueriesContext(connection) as few:
        run(trial(), NOW)
    for n in range(20):
        make_inquiry(china(2026, 3, 20, 9, n))
    with CaptureQueriesContext(connection) as many:
        run(trial(), NOW)
    assert len(many) == len(few)
    monkeypatch.setattr("sla.simulation.reading.CHUNK", 5)
    chunked = run(trial(2), NOW)
    monkeypatch.undo()
    assert chunked == run(trial(2), NOW)


def test_the_rule_in_force_is_not_asked_of_a_department_s_own(cast: Cast) -> None:
    made(
        cast, at=china(2026, 2, 1), target=Target.SIGN_FOR, kind="", cap=None, department=cast.tech
    )
    advance(make_inquiry(MONDAY), cast, "sign_for", MONDAY)
    general = (Target.SIGN_FOR, None, "", "")
    assert run(trial(1, scope=general), NOW).concerned == 0
    assert run(trial(1, scope=(Target.SIGN_FOR, cast.tech.pk, "", "")), NOW).concerned == 1


# The page


def asked(person: Person, **over: Any) -> Any:
    query: dict[str, Any] = {"from": "2026-03-01", "to": "2026-03-31", "target": "reply"}
    return person.get(URL, **query | {"kind": "consultation", "amount": "2"} | over)


@pytest.mark.parametrize("name", ["supervisor", "auditor", "administrator"])
def test_the_page_shows_both_rates_with_their_numbers(house: Cast, name: str) -> None:
    page = asked(Person(getattr(house, name), "en"))
    found = page.context["found"]
    told = words(page)
    for rate in (found.total.before.on_time, found.total.after.on_time):
        assert f"{rate.n} / {rate.d}" in told
    links = told.count("/desk/case/")
    # Administrators open no cases.
    assert links == (0 if name == "administrator" else found.flips_in_all)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"from": "2025-01-01"}, "to"),
        ({"from": "2026-04-01"}, "to"),
        ({"from": "x"}, "from"),
        ({"to": "0001-01-01"}, "to"),
        ({"amount": ""}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "9" * 30}, "amount"),
        ({"cap": "1"}, "cap"),
        ({"department": "tech"}, "department"),
        ({"target": "survey"}, "target"),
        ({"kind": "rant"}, "kind"),
    ],
)
def test_what_cannot_be_tried_is_said_by_the_field(
    house: Cast, over: dict[str, str], field: str
) -> None:
    page = asked(Person(house.supervisor, "en"), **over)
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]


def test_more_cases_than_a_page_can_wait_for_are_sent_to_the_command(
    house: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sla.simulation.views.MOST_CLOCKS", 3)
    page = asked(Person(house.supervisor, "en"))
    assert page.status_code == 400
    assert "manage.py simulate" in words(page)


# The command


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("simulate", "--from", "2026-03-01", "--to", "2026-03-31", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_what_the_replay_found(house: Cast) -> None:
    found = run(trial(2), NOW)
    data = json.loads(printed("--kind", "consultation", "--amount", "2", "--json"))
    assert data["rule"] == {"unit": "working_days", "amount": 2, "cutoff": "end_of_day", "cap": 15}
    assert data["total"]["after"]["on_time_rate"] == found.total.after.on_time.as_data()
    assert len(data["flips"]) == data["flipped"] == found.flips_in_all
    assert set(data["departments"]) == {"tech", ""}
    text = printed("--kind", "consultation", "--amount", "2", "--most", "1")
    assert f"{found.flips_in_all} with another verdict" in text
    assert "more (--most)" in text


def test_a_policy_file_says_the_same_as_options(house: Cast, tmp_path: Path) -> None:
    file = tmp_path / "rule.json"
    file.write_text('{"kind": "consultation", "amount": 2}', encoding="utf-8")
    same = printed("--kind", "consultation", "--amount", "2", "--json")
    assert printed("--policy-file", str(file), "--json") == same


def test_a_calendar_with_a_holiday_more_gives_a_day_more(house: Cast, tmp_path: Path) -> None:
    file = tmp_path / "calendar.json"
    year = {"holidays": {"2026-03-05": "新假"}, "makeup": []}
    file.write_text(json.dumps({"years": {"2026": year}}), encoding="utf-8")
    data = json.loads(printed("--calendar", str(file), "--json"))
    assert data["rule"] is None
    assert data["better"] == 1  # the consultation answered on the 10th
    assert data["worse"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to try"),
        (("--amount", "0"), "--amount"),
        (("--amount", "5", "--cap", "3"), "--cap"),
        (("--amount", "5", "--kind", "rant"), "--kind"),
        (("--amount", "5", "--topic", "none"), "--topic"),
        (("--amount", "5", "--department", "tech"), "--department"),
        (("--amount", "5", "--stream", "rain"), "--stream"),
        (("--amount", "5", "--target", "sign_for", "--department", "x"), "--department"),
        (("--amount", "5", "--from", "2026-13-01"), "--from"),
        (("--amount", "5", "--to", "2025-01-01"), "--from, --to"),
        (("--policy-file", "/nowhere.json"), "--policy-file"),
        (("--calendar", "/nowhere.json"), "--calendar"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(
    bureau: None, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        printed(*arguments)


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        "{}",
        '{"years": 1}',
        '{"years": {"2026": {}}}',
        '{"years": {"2026": {"holidays": {"2027-01-01": "x"}, "makeup": []}}}',
        '{"week": {"0": [["09:00", "08:00"]]}}',
        '{"week": 3}',
    ],
)
def test_a_file_that_is_no_calendar_is_refused_with_the_reason(
    bureau: None, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "calendar.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="--calendar: "):
        printed("--calendar", str(file))


@pytest.mark.parametrize("content", ["[]", '{"amount": "5"}', '{"amount": true}', '{"who": 1}'])
def test_a_file_that_is_no_rule_is_refused_with_the_reason(
    bureau: None, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "rule.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="--policy-file: "):
        printed("--policy-file", str(file))


def test_a_rule_of_a_policy_is_its_values(bureau: None) -> None:
    policy = Policy.objects.get(target=Target.REPLY, kind="consultation")
    assert rule_of(policy) == Rule("working_days", 5, "end_of_day", 15)
