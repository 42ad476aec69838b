"""Every address of the site, and who may open it: the tables the tests go through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

from accounts.models import Department
from inquiries.codes import follow_token
from sla.models import Policy, WorkCalendar
from tests.walls.world import STAFF, World

VISITORS = ("", "citizen", *STAFF)
EVERYBODY = frozenset(VISITORS)
NOBODY: frozenset[str] = frozenset()
SIGNED_IN = frozenset(STAFF)
OWNER = frozenset({"citizen"})
HOUSE = frozenset({"intake", "supervisor", "auditor"})
TEAM = HOUSE | {"handler", "reviewer"}
"""Those who may open a case that the department of `handler` leads."""

SUPERVISION = frozenset({"supervisor", "auditor"})
KEEPER = frozenset({"administrator", "superuser"})
KEEPING = SUPERVISION | KEEPER
"""Those who may read calendars, rules and their changes; the administrators decide on them."""
SUPERVISORS = frozenset({"supervisor"})


@dataclass(frozen=True)
class Row:
    """An address, how it is filled in, and who is answered by GET and by POST.

    `post` None: the address takes no POST (405). Everybody who is not let in gets `refused`,
    a stranger the sign-in page where `sign_in` is set. An allowed POST of nothing gets a
    redirect or the page with what is wrong, and never 403 or 404.
    """

    args: Callable[[World], tuple[Any, ...]] = lambda world: ()
    get: frozenset[str] | None = EVERYBODY
    post: frozenset[str] | None = None
    refused: int = 404
    sign_in: bool = False
    allowed: tuple[int, ...] = (200,)
    posted: tuple[int, ...] = (302, 409, 422)


def case(name: str) -> Callable[[World], tuple[Any, ...]]:
    return lambda world: (world.number(name),)


def case_file(name: str, origin: str = "citizen") -> Callable[[World], tuple[Any, ...]]:
    return lambda world: (world.number(name), world.file(name, origin).pk)


def change(world: World) -> tuple[Any, ...]:
    return (world.change.pk,)


def own_hours(world: World) -> tuple[Any, ...]:
    house = WorkCalendar.objects.get(code="cn")
    tech = Department.objects.get(code="tech")
    own = {"name": tech.name, "week": house.week, "based_on": house, "department": tech}
    return (WorkCalendar.objects.get_or_create(code="cn-tech", defaults=own)[0].code,)


def report(world: World) -> tuple[Any, ...]:
    return (world.report.report_id,)


def version(world: World) -> tuple[Any, ...]:
    return (world.report.report_id, world.report.number)


def fixed(*args: Any) -> Callable[[World], tuple[Any, ...]]:
    return lambda world: args


def a_rule(world: World) -> tuple[Any, ...]:
    return (Policy.objects.earliest("pk").pk,)


PAGES: dict[str, list[Row]] = {
    "livez": [Row()],
    "readyz": [Row()],
    # No token is set, so there is no such page.
    "metrics": [Row(get=NOBODY)],
    "set_language": [Row(get=None, post=EVERYBODY)],
    "set_text_size": [Row(get=None, post=EVERYBODY, posted=(400,))],
    "accounts:login": [Row(post=EVERYBODY, allowed=(200, 302), posted=(200, 302))],
    "accounts:logout": [Row(get=None, post=EVERYBODY)],
    "accounts:password": [Row(get=SIGNED_IN, post=SIGNED_IN, sign_in=True, posted=(200, 422))],
    "portal:home": [Row()],
    "portal:submit": [Row(post=EVERYBODY)],
    "portal:receipt": [Row(case("submitted"), OWNER, refused=302)],
    "portal:follow": [Row(post=EVERYBODY)],
    "portal:leave": [Row(get=None, post=EVERYBODY)],
    "portal:case": [Row(case("submitted"), OWNER, refused=302)],
    "portal:dates": [Row(case("submitted"), OWNER, refused=302)],
    "portal:supply": [Row(case("awaiting_citizen"), None, OWNER, refused=302, posted=(422,))],
    "portal:withdraw": [Row(case("submitted"), None, OWNER, refused=302, posted=(422,))],
    "portal:rate": [Row(case("replied"), None, OWNER, refused=302, posted=(422,))],
    "portal:ask_again": [Row(case("replied"), None, OWNER, refused=302, posted=(422,))],
    "portal:attachment": [
        Row(case_file("submitted"), OWNER, refused=302),
        Row(case_file("replied", "reply"), OWNER, refused=302),
        Row(case_file("in_progress", "staff"), NOBODY, refused=302),
    ],
    "portal:link": [
        Row(lambda world: (follow_token(world.number("submitted")),), post=EVERYBODY),
        Row(fixed("forged:token"), NOBODY, NOBODY, refused=410),
    ],
    "portal:proof": [Row(case("submitted"), OWNER, refused=302)],
    "portal:transparency": [Row()],
    "portal:seals_json": [Row()],
    "portal:seals_csv": [Row()],
    "portal:checker": [Row()],
    "portal:open_data": [Row()],
    "portal:open_cases_csv": [Row(fixed(2026)), Row(fixed(1999), NOBODY)],
    "portal:open_cases_json": [Row(fixed(2026)), Row(fixed(1999), NOBODY)],
    "portal:open_figures": [Row(fixed(2026)), Row(fixed(1999), NOBODY)],
    "portal:survey": [
        Row(lambda world: (world.survey("replied"),), post=EVERYBODY, posted=(422,)),
        Row(fixed("AAAAAAAAAAAAAAAA"), NOBODY, NOBODY, refused=410),
    ],
    "portal:answers": [Row()],
    "portal:feed": [Row()],
    "portal:answer": [
        Row(case("published")),
        *(Row(case(name), NOBODY) for name in ("replied", "private", "unpublished", "submitted")),
    ],
    "portal:calculator": [Row()],
    "portal:help": [Row()],
    "portal:privacy": [Row()],
    "portal:accessibility": [Row()],
    "desk:home": [Row(get=SIGNED_IN, sign_in=True)],
    "desk:queue": [
        Row(fixed("to-accept"), frozenset({"intake"}), sign_in=True),
        Row(fixed("to-review"), frozenset({"reviewer"}), sign_in=True),
        Row(fixed("mine"), frozenset({"handler", "outsider"}), sign_in=True),
        Row(fixed("extensions"), frozenset({"supervisor"}), sign_in=True),
        Row(fixed("low-ratings"), SUPERVISION, sign_in=True),
        Row(fixed("followed-up"), SUPERVISION, sign_in=True),
        Row(fixed("all"), TEAM | {"outsider"}, sign_in=True),
        Row(fixed("nosuchqueue"), NOBODY, sign_in=True),
    ],
    "desk:urge": [Row(get=None, post=SIGNED_IN, sign_in=True)],
    "desk:new": [
        Row(get=frozenset({"intake"}), post=frozenset({"intake"}), refused=403, sign_in=True)
    ],
    "desk:ratings": [
        Row(get=frozenset({"handler", "reviewer", "outsider"}), refused=403, sign_in=True)
    ],
    "desk:notices": [Row(get=SIGNED_IN, sign_in=True)],
    "desk:notices_seen": [Row(get=None, post=SIGNED_IN, sign_in=True, posted=(400,))],
    "desk:preferences": [
        Row(get=SIGNED_IN, post=SIGNED_IN, sign_in=True, posted=(422,)),
    ],
    "desk:case": [
        Row(case("in_progress"), TEAM, sign_in=True),
        Row(case("elsewhere"), HOUSE | {"outsider"}, sign_in=True),
        Row(case("supported"), TEAM | {"outsider"}, sign_in=True),
        Row(case("submitted"), HOUSE, sign_in=True),
        Row(fixed("20260311-000000-0"), NOBODY, sign_in=True),
    ],
    "desk:publication": [
        Row(
            case("replied"),
            frozenset({"reviewer"}),
            frozenset({"reviewer"}),
            sign_in=True,
            posted=(422,),
        ),
    ],
    "desk:attachment": [
        Row(case_file("in_progress"), TEAM, sign_in=True),
        Row(case_file("in_progress", "staff"), TEAM, sign_in=True),
        Row(
            lambda world: (world.number("elsewhere"), world.file("in_progress", "citizen").pk),
            NOBODY,
            sign_in=True,
        ),
    ],
    "desk:clocks": [
        Row(case("in_progress"), TEAM, sign_in=True),
        Row(case("elsewhere"), HOUSE | {"outsider"}, sign_in=True),
    ],
    "desk:ledger": [Row(case("in_progress"), frozenset({"auditor"}), refused=403, sign_in=True)],
    "desk:move": [
        Row(lambda world: (world.number("submitted"), "accept"), None, HOUSE, sign_in=True),
        Row(lambda world: (world.number("in_progress"), "draft"), None, TEAM, sign_in=True),
        Row(lambda world: (world.number("in_progress"), "supply"), None, NOBODY, sign_in=True),
    ],
    "supervision:board": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:cases": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:overdue": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:due_soon": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:department": [Row(fixed("tech"), SUPERVISION, refused=403, sign_in=True)],
    "supervision:calendars": [Row(get=KEEPING, refused=403, sign_in=True)],
    "supervision:calendar": [Row(fixed("cn"), KEEPING, refused=403, sign_in=True)],
    "supervision:calendar_year": [Row(fixed("cn", 2026), KEEPING, refused=403, sign_in=True)],
    **{
        f"supervision:{name}": [
            Row(fixed(*args), KEEPER, KEEPER, refused=403, sign_in=True, posted=(302, 422))
        ]
        for name, args in {
            "edit_hours": ("cn",),
            "own_hours": ("cn",),
            "edit_day": ("cn", 2026),
            "edit_notice": ("cn", 2026),
            "load_file": ("cn", 2026),
        }.items()
    },
    "supervision:house_hours": [
        Row(own_hours, KEEPER, KEEPER, refused=403, sign_in=True, posted=(302,))
    ],
    "supervision:changes": [Row(get=KEEPING, refused=403, sign_in=True)],
    "supervision:change": [Row(change, KEEPING, refused=403, sign_in=True)],
    "supervision:apply_change": [
        Row(change, None, KEEPER, refused=403, sign_in=True, posted=(422,))
    ],
    "supervision:drop_change": [Row(change, None, KEEPER, refused=403, sign_in=True)],
    "supervision:satisfaction": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:times": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:policies": [Row(get=KEEPING, refused=403, sign_in=True)],
    "supervision:policy": [Row(a_rule, KEEPING, refused=403, sign_in=True)],
    "supervision:new_policy": [Row(get=KEEPER, post=KEEPER, refused=403, sign_in=True)],
    "supervision:withdraw_policy": [
        Row(a_rule, None, KEEPER, refused=403, sign_in=True, posted=(409,))
    ],
    "supervision:extend_policy": [
        Row(a_rule, None, KEEPER, refused=403, sign_in=True, posted=(302,))
    ],
    "supervision:simulation": [Row(get=KEEPING, refused=403, sign_in=True)],
    "supervision:irregular": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:engine": [Row(get=KEEPING, refused=403, sign_in=True)],
    "supervision:load": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:exports": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:new_export": [
        Row(get=None, post=SUPERVISION, refused=403, sign_in=True, posted=(400,))
    ],
    "supervision:fetch_export": [
        Row(lambda world: (world.export.token,), SUPERVISORS, refused=403, sign_in=True),
    ],
    "supervision:reports": [Row(get=SUPERVISION, refused=403, sign_in=True)],
    "supervision:new_report": [
        Row(get=SUPERVISORS, post=SUPERVISORS, refused=403, sign_in=True, posted=(422,))
    ],
    "supervision:report": [Row(report, SUPERVISION, refused=403, sign_in=True)],
    "supervision:report_version": [Row(version, SUPERVISION, refused=403, sign_in=True)],
    "supervision:correct_report": [
        Row(report, None, SUPERVISORS, refused=403, sign_in=True, posted=(422,))
    ],
    "supervision:sign_report": [
        # The supervisor of this world has made the version and may not sign it.
        Row(version, None, SUPERVISORS, refused=403, sign_in=True, posted=(409,))
    ],
    "supervision:export_report": [
        Row(lambda world: (*version(world), "json"), SUPERVISION, refused=403, sign_in=True),
        Row(lambda world: (*version(world), "docx"), SUPERVISION, refused=403, sign_in=True),
        Row(lambda world: (*version(world), "xlsx"), SUPERVISION, refused=403, sign_in=True),
    ],
}
SOME_REFUSED_ELSEWHERE = {
    # Somebody who may not even see the case is not told whether there is one.
    ("desk:ledger", "outsider"): 404,
    ("desk:ledger", "administrator"): 404,
    ("desk:ledger", "superuser"): 404,
    # The citizen is at home here: a file of the staff's is none of this case.
    ("portal:attachment", "citizen"): 404,
    # An auditor has files of their own; that there are others is not told.
    ("supervision:fetch_export", "auditor"): 404,
    # Those who may see the case are led back to it and told why they cannot publish.
    **{("desk:publication", name): 302 for name in TEAM - {"reviewer"}},
}


def patterns(resolver: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site, by its full name."""
    for found in (resolver or get_resolver()).url_patterns:
        if isinstance(found, URLPattern):
            yield space + (found.name or ""), found
        else:
            yield from patterns(found, space + (f"{found.namespace}:" if found.namespace else ""))


def address(name: str, args: tuple[Any, ...] = ()) -> str:
    return reverse(name, args=args)


def all_pages(world: World) -> list[tuple[str, str]]:
    """The name and address of every row of PAGES."""
    return [(name, address(name, row.args(world))) for name, rows in PAGES.items() for row in rows]
