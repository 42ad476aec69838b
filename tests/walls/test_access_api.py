"""Who gets what from the API: every address, for every token and none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from inquiries.api.moves import INPUTS
from tests.walls.tables import NOBODY, PAGES, TEAM, address, case, case_file, fixed, patterns
from tests.walls.world import STAFF, World

pytestmark = pytest.mark.xdist_group("walls-forms")

CALLERS = ("", "wrong", "revoked", "expired", *STAFF)
TOKENED = frozenset(STAFF)
ANYBODY = frozenset(CALLERS)
MOVES = {f"api:move_{move}": move for move in INPUTS}


@dataclass(frozen=True)
class Call:
    """An address of the API: who gets which answer to GET and to an empty POST.

    `with_code` calls it with the query code of the case, as its citizen.
    """

    args: Callable[[World], tuple[Any, ...]] = lambda world: ()
    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    citizen: str = ""


API: dict[str, Call] = {
    "api:submit": Call(post=ANYBODY - {"wrong", "revoked", "expired"}),
    "api:inquiry": Call(case("submitted"), get=NOBODY, citizen="submitted"),
    "api:supply": Call(case("awaiting_citizen"), post=NOBODY, citizen="awaiting_citizen"),
    "api:withdraw": Call(case("submitted"), post=NOBODY, citizen="submitted"),
    "api:rate": Call(case("replied"), post=NOBODY, citizen="replied"),
    "api:request_reopen": Call(case("replied"), post=NOBODY, citizen="replied"),
    "api:file": Call(case_file("submitted"), get=NOBODY, citizen="submitted"),
    "api:clocks": Call(case("submitted"), get=NOBODY, citizen="submitted"),
    "api:calculator": Call(get=ANYBODY),
    "api:figures": Call(get=ANYBODY),
    "api:answers": Call(get=ANYBODY),
    "api:answer": Call(case("published"), get=ANYBODY),
    "api:departments": Call(get=ANYBODY),
    "api:topics": Call(get=ANYBODY),
    "api:districts": Call(get=ANYBODY),
    "api:queues": Call(get=TOKENED),
    "api:queue": Call(fixed("all"), get=TEAM | {"outsider"}),
    "api:case": Call(case("in_progress"), get=TEAM),
    "api:case_clocks": Call(case("in_progress"), get=TEAM),
    "api:case_file": Call(case_file("in_progress"), get=TEAM),
    **{name: Call(case("in_progress"), post=TEAM) for name in MOVES},
    "api:schema": Call(get=ANYBODY),
    "api:schema_json": Call(get=ANYBODY),
}
FOR_STAFF = frozenset(
    {"api:queues", "api:queue", "api:case", "api:case_clocks", "api:case_file", *MOVES}
)


def _headers(world: World, caller: str) -> dict[str, str]:
    token = world.tokens.get(caller, "hy_" + "x" * 40)
    return {"Authorization": f"Bearer {token}"} if caller else {}


def _called(name: str, caller: str, who: frozenset[str] | None, method: str) -> set[int]:
    if who is None:
        return (
            {405} if caller in TOKENED or (caller == "" and name not in FOR_STAFF) else {401, 405}
        )
    if caller in who:
        # An empty body is read by those who may send one, and found wanting.
        return {200} if method == "get" else {400}
    if name in FOR_STAFF or name == "api:submit":
        return {404} if caller in TOKENED else {401}
    return {400}


@pytest.mark.parametrize("caller", CALLERS)
def test_api(world: World, caller: str) -> None:
    wrong = []
    for name, call in API.items():
        url = address(name, call.args(world))
        for method, who in (("get", call.get), ("post", call.post)):
            send: Any = getattr(Client(), method)
            body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
            answer = send(url, headers=_headers(world, caller), **body)
            expected = _called(name, caller, who, method)
            if answer.status_code not in expected:
                wrong.append(f"{method} {name}: {answer.status_code}, not {expected}")
    assert wrong == []


@pytest.mark.parametrize("name", [name for name, call in API.items() if call.citizen])
def test_api_opens_to_the_query_code_alone(world: World, name: str) -> None:
    call = API[name]
    url = address(name, call.args(world))

    def ask(headers: dict[str, str]) -> int:
        client = Client()
        if call.get is not None:
            return client.get(url, headers=headers).status_code
        return client.post(url, "{}", "application/json", headers=headers).status_code

    right = world.code(call.citizen)
    assert ask({"X-Query-Code": right}) in (200, 400)
    assert ask({"X-Query-Code": world.code("closed")}) == 404
    assert ask({"X-Query-Code": "AAAA-AAAA"}) == 404
    # A signed-in browser is nobody to the API: no other site can act in its name.
    signed_in = world.client("supervisor")
    assert signed_in.get(url).status_code in (400, 405)


@pytest.mark.parametrize("name", sorted(FOR_STAFF - set(MOVES)))
def test_a_session_opens_no_staff_call(world: World, name: str) -> None:
    assert world.client("supervisor").get(address(name, API[name].args(world))).status_code == 401


def test_every_address_of_the_site_stands_in_a_table() -> None:
    names = [name for name, _found in patterns() if not name.startswith("admin:")]
    assert sorted(names) == sorted([*PAGES, *API])
