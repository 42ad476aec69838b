"""Addresses nobody should type: queries that make no sense, and paths that lead nowhere."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.walls.world import World

pytestmark = pytest.mark.xdist_group("walls-forms")

QUERIES = [
    "cursor=forged",
    "cursor=%00",
    "cursor=" + "A" * 3000,
    "cursor=WyJuIiwiMjAyNiIsIjEiXQ:forged",
    "cursor=%FF%FE",
    "q=%00",
    "q=%ED%A0%80",
    "q=" + "%E9%95%BF" * 2000,
    "q=%22%20OR%20*",
    "q='%20%26%20!a%20%3A*",
    "q=NEAR(a%20b)",
    "department=nosuch",
    "department=%00",
    "topic=%00&topic=2",
    "topic=99999999999999999999999",
    "kind=nosuch",
    "kind=a&kind=b",
    "channel=nosuch",
    "state=nosuch",
    "sort=nosuch",
    "before=forged",
    "before=%00",
    "measure=nosuch",
    "by=nosuch",
    "basis=nosuch",
    "from=2026-02-30",
    "from=2026-13-01&to=x",
    "from=0001-01-01",
    "from=9999-12-31&to=9999-12-31",
    "from=2026-03-01&to=2026-02-01",
    "as_of=2026-02-30",
    "as_of=2099-01-01",
    "as_of=0001-01-01T00:00:00-23:59",
    "as_of=99999999999999999999",
    "%00=%00",
    "a[b]=c&[]=&&&=",
]
LISTS = {
    "": ["/", "/answers/", "/answers/feed.atom", "/api/v1/answers/"],
    "supervisor": [
        "/desk/",
        "/desk/queue/all/",
        "/desk/notices/",
        "/supervision/",
        "/supervision/cases/",
        "/supervision/departments/tech/",
    ],
}


@pytest.mark.parametrize("query", QUERIES)
def test_queries_nobody_should_send(world: World, query: str) -> None:
    name = query.split("=", maxsplit=1)[0]
    for visitor, paths in LISTS.items():
        client = world.client(visitor)
        for path in paths:
            answer = client.get(f"{path}?{query}")
            assert answer.status_code in {200, 400, 404}, path
            assert b"<script>" not in answer.content
            assert "Set-Cookie" not in answer.headers
    refused = {
        "cursor": ["/answers/", "/api/v1/answers/"],
        "department": ["/answers/", "/answers/feed.atom", "/api/v1/answers/"],
        "topic": ["/answers/", "/answers/feed.atom", "/api/v1/answers/"],
        "kind": ["/answers/", "/api/v1/answers/"],
    }
    if query == "kind=a&kind=b" or name not in refused:
        return
    for path in refused[name]:
        assert Client().get(f"{path}?{query}").status_code == 400, path


@pytest.mark.parametrize(
    ("visitor", "address"),
    [
        ("supervisor", "/desk/queue/all/?cursor=forged"),
        ("supervisor", "/desk/queue/all/?state=nosuch"),
        ("supervisor", "/desk/queue/all/?sort=nosuch"),
        ("supervisor", "/desk/notices/?before=forged"),
        ("supervisor", "/supervision/cases/?cursor=forged"),
        ("supervisor", "/supervision/?from=2026-02-30"),
        ("supervisor", "/supervision/?as_of=2099-01-01"),
        ("supervisor", "/supervision/?basis=nosuch"),
        ("supervisor", "/supervision/?by=nosuch"),
        ("supervisor", "/supervision/?department=nosuch"),
        ("supervisor", "/supervision/overdue/?kind=nosuch"),
    ],
)
def test_a_list_says_what_it_cannot_read(world: World, visitor: str, address: str) -> None:
    assert world.client(visitor).get(address).status_code == 400


@pytest.mark.parametrize("text", ["%0d%0aSet-Cookie:%20x=y", "%3Cscript%3Ealert(1)%3C/script%3E"])
@pytest.mark.parametrize("path", ["/follow/?number=", "/submit/?kind=", "/accounts/login/?next="])
def test_text_in_an_address_stays_text(world: World, path: str, text: str) -> None:
    answer = Client().get(path + text)
    assert answer.status_code == 200
    assert "x" not in answer.cookies
    assert "<script>alert" not in answer.content.decode()


PATHS = [
    "/%00/",
    "/answers/%00/",
    "/answers/%ED%A0%80/",
    "/follow/" + "1" * 3000 + "/",
    "/desk/case/%2e%2e%2f/",
    "/desk/queue/%00/",
    "/my/%00/",
    "/my/" + "A" * 5000 + "/",
    "/my/%FF%FE/",
    "/api/v1/answers/%00/",
    "/api/v1/answers/%ED%A0%80/",
    "/api/v1/inquiries/%00/",
    "/api/v1/desk/cases/%00/",
    "/supervision/departments/nosuch/",
    "/static/../config/settings.py",
    "/static/%2e%2e/%2e%2e/manage.py",
    "/media/attachments/",
    "/.env",
]


@pytest.mark.parametrize("path", PATHS)
def test_addresses_that_lead_nowhere(world: World, path: str) -> None:
    for visitor in ("", "supervisor"):
        answer = world.client(visitor).get(path)
        assert answer.status_code in {302, 400, 401, 404, 410}, path
        if answer.status_code == 302:
            assert answer["Location"].startswith(("/accounts/login/", "/follow/"))
