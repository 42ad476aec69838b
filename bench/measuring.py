"""The figures: what is asked of the running house, how often, and for how long at most."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from statistics import quantiles
from urllib.parse import quote, urlencode

from django.urls import reverse

from accounts.actors import Role
from bench import callers, due, floors, folding, recomputing, samples, worktime
from bench.copies import word_found_in
from bench.figure import Figure
from bench.recomputing import Change
from bench.serving import Call, Server, Unexpected, alone, server, together
from foundation import clock
from foundation.snapshot import snapshot
from sla.figures.folding import fold
from sla.models import Case, Recalculation, WorkCalendar
from sla.proving.slicing import most_jobs
from sla.proving.verification import Difference, verify
from sla.recalculating import look
from sla.sweep import sweep

SECONDS = 8.0
"""Each part of a measure ends after this time at the latest."""

CALLS = 200
CALLS_TOGETHER = 2_000
WARM_UP = 16
DUE = 10_000
ENDED = 200
RUNNING = 100_000
"""Clocks set running; fewer where the database has not cases enough."""

MOVES = 10_000
STREAM = 20 * folding.A_SECOND
"""Moves whose deltas are folded at once, and as they come for twenty seconds."""


Take = Callable[["Measure", Server], Figure]


@dataclass(frozen=True)
class Measure:
    """How one figure is taken. `of_lines`: it needs no more of a finished case than its line."""

    name: str
    title: str
    take: Take
    of_lines: bool = False
    alone: bool = False
    """Whether it is taken only when asked for, on data of its own."""


def measure(
    only: Sequence[str], say: Callable[[str], None], *, whole: bool = True
) -> Iterator[Figure]:
    """Take the figures in order, of the server's pages first; the sweep's spoil the data.

    Where the database is not whole, only those of case lines are taken.
    """
    asked = [m for m in MEASURES if (m.name in only if only else not m.alone)]
    wanted = [m for m in asked if whole or m.of_lines]
    with server() as web:
        for each in wanted:
            say(f"  {each.title}")
            try:
                yield each.take(each, web)
            except Unexpected as fault:
                yield Figure(each.name, each.title, fault=str(fault))


def _pages(each: Measure, web: Server, calls: Sequence[Call], floor: floors.Work) -> Figure:
    """A page, by one reader at a time and by several at once."""
    alone(web, calls[:WARM_UP], seconds=SECONDS)
    took, cpu = _timed(web, calls[:CALLS])
    rate = together(web, _over_again(calls, CALLS_TOGETHER), seconds=SECONDS)
    return _figure(each, took, floors.timed(floor, CALLS, SECONDS), rate, cpu)


def _timed(web: Server, calls: Sequence[Call]) -> tuple[list[float], float | None]:
    """The seconds each call took, and what one used of the processors in milliseconds."""
    before = web.cpu_seconds()
    took = alone(web, calls, seconds=SECONDS)
    after = web.cpu_seconds()
    used = after - before if after is not None and before is not None else None
    return took, None if used is None else used / len(took) * 1000


def _over_again(calls: Sequence[Call], wanted: int) -> list[Call]:
    return [calls[i % len(calls)] for i in range(wanted)]


def _figure(
    each: Measure,
    took: list[float],
    floor: list[float],
    per_second: float | None = None,
    cpu: float | None = None,
) -> Figure:
    return Figure(
        name=each.name,
        title=each.title,
        n=len(took),
        p50=_percentile(took, 50),
        p95=_percentile(took, 95),
        cpu=cpu,
        per_second=per_second if per_second is not None else len(took) / sum(took),
        floor_p50=_percentile(floor, 50) if floor else None,
    )


def _percentile(took: list[float], percent: int) -> float:
    if len(took) == 1:
        return took[0] * 1000
    return quantiles(took, n=100, method="inclusive")[percent - 1] * 1000


_serials = count(int(time.time()) % 10**6 * 16)


def submit(each: Measure, web: Server) -> Figure:
    alone(web, [callers.submission(next(_serials)) for _ in range(WARM_UP)], seconds=SECONDS)
    calls = [callers.submission(next(_serials)) for _ in range(CALLS + CALLS_TOGETHER)]
    took, cpu = _timed(web, calls[:CALLS])
    rate = together(web, calls[CALLS:], seconds=SECONDS)
    return _figure(each, took, floors.timed(floors.submit(), CALLS, SECONDS), rate, cpu)


def first_page(each: Measure, web: Server) -> Figure:
    call = callers.page(_queue("all"), samples.user_with(Role.SUPERVISOR))
    return _pages(each, web, [call] * CALLS, floors.first_page())


def deep_page(each: Measure, web: Server) -> Figure:
    number, cursor, place = samples.deep_place()
    path = f"{_queue('all')}?cursor={cursor}"
    call = callers.page(path, samples.user_with(Role.SUPERVISOR))
    each = Measure(each.name, f"{each.title} {number:,}", each.take)
    return _pages(each, web, [call] * CALLS, floors.deep_page(place))


def department_page(each: Measure, web: Server) -> Figure:
    people = [user for user in samples.handlers().values() if user.department_id]
    calls = [callers.page(_queue("department"), user) for user in people]
    floor = floors.department_page(people[0].department_id or 0)
    return _pages(each, web, _over_again(calls, CALLS), floor)


def case_page(each: Measure, web: Server) -> Figure:
    people = samples.handlers()
    cases = samples.cases_with_handler(CALLS)
    calls = [callers.page(_case(number), people[handler]) for number, handler in cases]
    return _pages(each, web, calls, floors.case_page([number for number, _ in cases]))


def reply(each: Measure, web: Server) -> Figure:
    reviewers = {
        user.department_id: user
        for user in samples.handlers().values()
        if Role.REVIEWER in user.roles
    }
    waiting = samples.cases_to_approve(CALLS)
    calls = [
        callers.move("reply", number, version, reviewers[department])
        for number, version, department in waiting
    ]
    warm, first, rest = calls[:10], calls[10:110], calls[110:]
    alone(web, warm, seconds=SECONDS)
    took, cpu = _timed(web, first)
    rate = together(web, rest, seconds=SECONDS)
    return _figure(each, took, floors.timed(floors.reply(_now()), CALLS, SECONDS), rate, cpu)


def board(each: Measure, web: Server) -> Figure:
    call = callers.page(reverse("supervision:board"), samples.user_with(Role.SUPERVISOR))
    return _pages(each, web, [call] * CALLS, floors.board(_now()))


def case_list(measure: str, *, deep: bool = False, narrow: bool = False) -> Take:
    """The cases behind a number of the last twelve months: their first page or a far one, all or
    of one department and kind."""

    def take(each: Measure, web: Server) -> Figure:
        today = _now().date()
        asked = {"from": (today - timedelta(days=365)).isoformat(), "to": today.isoformat()}
        if narrow:
            asked |= samples.department_and_kind()
        if deep:
            number, asked["cursor"], place = samples.deep_place()
            each = Measure(each.name, f"{each.title} {number:,}", each.take)
        path = f"{reverse('supervision:cases')}?{urlencode(asked | {'measure': measure})}"
        call = callers.page(path, samples.user_with(Role.SUPERVISOR))
        floor = floors.deep_page(place) if deep else floors.first_page()
        return _pages(each, web, [call] * CALLS, floor)

    return take


def fold_at_once(each: Measure, web: Server) -> Figure:
    folding.put_down(folding.moves(MOVES, _now().date()))
    floor = floors.timed(folding.bare, 1, SECONDS)
    took = floors.timed(fold, 1, SECONDS)
    return _figure(each, took, floor, per_second=MOVES / took[0])


def fold_stream(each: Measure, web: Server) -> Figure:
    stream = folding.moves(STREAM, _now().date())
    began = time.perf_counter()
    behind = list(folding.backlog(stream))
    return _figure(each, behind, [], per_second=STREAM / (time.perf_counter() - began))


def public_search(share: float) -> Callable[[Measure, Server], Figure]:
    def take(each: Measure, web: Server) -> Figure:
        word = word_found_in(share)
        call = callers.page(f"{reverse('portal:answers')}?q={quote(word)}")
        return _pages(each, web, [call] * CALLS, floors.search("public", word))

    return take


def desk_search(share: float) -> Callable[[Measure, Server], Figure]:
    def take(each: Measure, web: Server) -> Figure:
        word = word_found_in(share)
        path = f"{_queue('all')}?q={quote(word)}"
        call = callers.page(path, samples.user_with(Role.SUPERVISOR))
        return _pages(each, web, [call] * CALLS, floors.search("desk", word))

    return take


def idle_sweep(each: Measure, web: Server) -> Figure:
    now = _now()
    sweep(now)
    took = floors.timed(lambda: sweep(now), CALLS, SECONDS)
    return _figure(each, took, floors.timed(floors.idle_sweep(now), CALLS, SECONDS))


def due_sweep(each: Measure, web: Server) -> Figure:
    now = _now()
    sweep(now)
    bare = floors.sweep(now, DUE)
    due.tidy()
    floor = floors.timed(bare, 1, SECONDS)
    made = due.overdue_clocks(DUE, now)
    due.tidy()
    took = floors.timed(lambda: sweep(now), 1, SECONDS)
    return _figure(each, took, floor, per_second=made / took[0])


def survey_sweep(each: Measure, web: Server) -> Figure:
    now = _now()
    made = due.ended_surveys(ENDED, now)
    took = floors.timed(lambda: sweep(now), 1, SECONDS)
    return Figure(
        each.name,
        each.title,
        n=made,
        p50=took[0] * 1000,
        p95=took[0] * 1000,
        per_second=made / took[0],
    )


def recompute(change: Change, *, apply: bool) -> Callable[[Measure, Server], Figure]:
    """Look at clocks for a change, or reckon them anew."""

    def take(each: Measure, web: Server) -> Figure:
        now = _now()
        sweep(now)
        recomputing.running_clocks(RUNNING, now)
        calendar = WorkCalendar.objects.get(based_on=None)
        pk = recomputing.proposed(calendar, now, change)
        looking = floors.timed(lambda: look(pk, now), 1, SECONDS)
        made = Recalculation.objects.get(pk=pk).looked
        working = floors.timed(lambda: _apply(pk, now), 1, SECONDS) if apply else []
        took = working or looking
        return Figure(
            each.name,
            each.title,
            n=made,
            p50=took[0] * 1000,
            p95=took[0] * 1000,
            per_second=made / took[0],
        )

    return take


def _apply(pk: int, now: datetime) -> None:
    for _ in recomputing.applied(pk, now):
        pass


def _now() -> datetime:
    return clock.now().replace(microsecond=0)


def _queue(name: str) -> str:
    return reverse("desk:queue", args=[name])


def _case(number: str) -> str:
    return reverse("desk:case", args=[number])


def empty_page(each: Measure, web: Server) -> Figure:
    call = callers.page(reverse("livez"))
    return _pages(each, web, [call] * CALLS, floors.idle_sweep(_now()))


def working_time(work: Callable[[], floors.Work], floor: Callable[[], floors.Work]) -> Take:
    """A figure of the engine alone, beside the least one could do."""

    def take(each: Measure, web: Server) -> Figure:
        asked, bare = work(), floor()
        asked()
        return _figure(
            each, floors.timed(asked, CALLS, SECONDS), floors.timed(bare, CALLS, SECONDS)
        )

    return take


def whole_proof(each: Measure, web: Server) -> Figure:
    """Verify everything, by all cores; `cpu` is what its own processes used, without the
    database's."""
    cases = Case.objects.count()
    found: list[Difference] = []

    def prove() -> None:
        with snapshot():
            found.extend(verify(jobs=most_jobs()))

    floor = floors.timed(floors.proof(), 1, SECONDS)
    before = _used()
    (took,) = floors.timed(prove, 1, SECONDS)
    if found:
        raise Unexpected(f"{len(found)} differences, the first: {found[0]}")
    return Figure(
        each.name,
        each.title,
        n=cases,
        p50=took * 1000,
        p95=took * 1000,
        cpu=(_used() - before) * 1000,
        per_second=cases / took,
        floor_p50=floor[0] * 1000,
    )


def _used() -> float:
    """Processor seconds of this process and of those it has ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


MEASURES = (
    Measure("verify", "verify everything", whole_proof, alone=True),
    Measure("compile", "compile ten years", working_time(worktime.compilation, worktime.bare_days)),
    Measure(
        "add",
        f"{worktime.TIMES:,} × add working hours",
        working_time(worktime.additions, worktime.bare_searches),
    ),
    Measure(
        "between",
        f"{worktime.TIMES:,} × working time between",
        working_time(worktime.differences, worktime.bare_searches),
    ),
    Measure(
        "due",
        f"{worktime.TIMES:,} × due day with a pause",
        working_time(worktime.due_days, worktime.bare_searches),
    ),
    Measure("livez", "an empty answer", empty_page, of_lines=True),
    Measure("submit", "submit", submit),
    Measure("queue", "queue of all cases, first page", first_page),
    Measure("deep", "queue of all cases, page", deep_page),
    Measure("department", "queue of a department, by due date", department_page),
    Measure("case", "case page", case_page),
    Measure("reply", "reply (move)", reply),
    Measure("board", "supervision board", board, of_lines=True),
    Measure("list", "cases received in a year, first page", case_list("received"), of_lines=True),
    Measure(
        "list-deep",
        "cases received in a year, page",
        case_list("received", deep=True),
        of_lines=True,
    ),
    Measure(
        "list-narrow",
        "answered late in a year, a department and kind",
        case_list("missed", narrow=True),
        of_lines=True,
    ),
    Measure("search", "public search, word in 1 % of answers", public_search(0.01)),
    Measure("search-common", "public search, word in 10 %", public_search(0.1)),
    Measure("desk-search", "desk search, word in 1 % of cases", desk_search(0.01)),
    Measure("desk-search-common", "desk search, word in 10 %", desk_search(0.1)),
    Measure("idle-sweep", "sweep with nothing due", idle_sweep),
    Measure("surveys", f"sweep closing {ENDED} answered cases", survey_sweep),
    Measure("fold", f"fold {MOVES:,} moves at once", fold_at_once, of_lines=True),
    Measure(
        "stream", f"lag of folding {folding.A_SECOND} moves a second", fold_stream, of_lines=True
    ),
    Measure("look", "look at running clocks, all move", recompute(Change.MOVING, apply=False)),
    Measure("recompute", "a day long after all of them", recompute(Change.BEYOND, apply=True)),
    Measure("reckon", "reckon them anew, none moves", recompute(Change.AMONG, apply=True)),
    Measure("redate", "reckon them anew, all move", recompute(Change.MOVING, apply=True)),
    Measure("sweep", f"sweep with {DUE:,} clocks due", due_sweep),
)
