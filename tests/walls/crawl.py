"""Reading the whole site the way a patient visitor does: every link, once."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

MOST_QUERIES = 5
"""Addresses of one path that differ in their query only are not all worth reading."""

MOST_IN_ADMIN = 1
LINKS = {"a": "href", "link": "href", "script": "src", "img": "src", "iframe": "src"}


@dataclass
class Form:
    """A form on a page: where it is sent to, how, and with which fields."""

    page: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Seen:
    """A page as it was answered."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    links: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    found_on: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Reader(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.links: list[str] = []
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in LINKS and given.get(LINKS[tag]):
            self.links.append(urljoin(self.url, given[LINKS[tag]]))
        elif tag == "form":
            action = urljoin(self.url, given.get("action", "") or self.url)
            self.forms.append(Form(self.url, action, given.get("method", "get").lower()))
        elif tag in ("input", "textarea", "select", "button") and self.forms and "name" in given:
            self.forms[-1].fields.setdefault(given["name"], given.get("value", ""))


def read(client: Client, url: str, found_on: str = "") -> Seen:
    """One page, its links and forms."""
    response: Any = client.get(url)
    body = b"".join(response) if response.streaming else response.content
    seen = Seen(url, response.status_code, dict(response.headers), body, found_on=found_on)
    if response.status_code in (301, 302):
        seen.links.append(urljoin(url, response["Location"]))
    elif response.headers.get("Content-Type", "").startswith("text/html"):
        reader = Reader(url)
        reader.feed(seen.text)
        seen.links, seen.forms = reader.links, reader.forms
    return seen


def internal(url: str) -> str:
    """The address without fragment if it is one of ours, else ""."""
    parts = urlsplit(urldefrag(url).url)
    if parts.scheme not in ("", "http") or parts.netloc not in ("", "localhost"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def view_name(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def crawl(client: Client, starts: tuple[str, ...]) -> dict[str, Seen]:
    """Every page that can be reached from `starts` by links, redirects and GET forms."""
    waiting = deque((start, "") for start in starts)
    pages: dict[str, Seen] = {}
    paths: Counter[str] = Counter()
    while waiting:
        url, found_on = waiting.popleft()
        if url in pages or not _wanted(url, paths):
            continue
        pages[url] = seen = read(client, url, found_on)
        found = [*seen.links, *(form.action for form in seen.forms if form.method == "get")]
        waiting.extend((known, url) for link in found if (known := internal(link)))
    return pages


def _wanted(url: str, paths: Counter[str]) -> bool:
    path = urlsplit(url).path
    admin = path.startswith("/admin/")
    key = view_name(url) if admin else path
    paths[key] += 1
    return paths[key] <= (MOST_IN_ADMIN if admin else MOST_QUERIES)
