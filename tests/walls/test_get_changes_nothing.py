"""Reading changes nothing, whoever reads and whatever they follow."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.walls.crawl import Seen, internal, view_name
from tests.walls.world import STAFF, World

pytestmark = pytest.mark.xdist_group("walls-pages")

ADMIN = "/admin/"
"""Its forms are Django's own."""

VISITORS = ("", "citizen", *STAFF)
NOT_KEPT = {"django_session"}
"""A session is the reader's own; that somebody is still at work is noted there."""


def checksums() -> dict[str, str]:
    """Of every table, what is in it."""
    sums = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - NOT_KEPT:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            sums[table] = sha256("\n".join(rows).encode()).hexdigest()
    return sums


def broken(pages: dict[str, Seen]) -> list[str]:
    return [
        f"{page.status} {url} (found on {page.found_on})"
        for url, page in pages.items()
        if page.status >= 400 and page.found_on
    ]


@pytest.mark.parametrize("visitor", VISITORS)
def test_reading_everything_changes_nothing(world: World, visitor: str) -> None:
    client = world.client(visitor)
    before = checksums()
    pages = world.pages(visitor, client)
    one_of_each = {view_name(url): url for url in pages}
    for url in one_of_each.values():
        assert client.head(url).status_code == pages[url].status
    assert checksums() == before
    assert len(pages) > 20


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_link_leads_somewhere(world: World, visitor: str) -> None:
    assert broken(world.pages(visitor)) == []


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_form_has_somewhere_to_go(world: World, visitor: str) -> None:
    client = world.client(visitor)
    forms = {
        (view_name(form.action), form.method): urlsplit(form.action).path
        for page in world.pages(visitor).values()
        for form in page.forms
        if internal(form.action) and not form.action.startswith(ADMIN)
    }
    lost = []
    for (name, method), path in forms.items():
        allowed = client.options(path).headers.get("Allow", "GET, POST")
        if not name or method.upper() not in allowed:
            lost.append((path, method))
    assert lost == []
    assert forms
