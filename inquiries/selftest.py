"""A self-test of the public form: a marked matter is sent in and withdrawn, as a citizen would.

It goes through the whole stack (addresses, middleware, tokens, form, workflow, ledger, clocks)
inside one transaction that is rolled back at the end. So the marked case is in no figure, list,
queue, ledger or letter, and there is nothing to subtract anywhere (decision 25).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from inquiries.form_keys import replacement
from inquiries.models import Inquiry
from inquiries.states import Kind, State

MARK = "公开表单自动检测，请忽略"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Broken(Exception):
    """The form does not do what it should; the message says at which step."""


def try_public_form(now: datetime) -> str:
    """What is wrong with the form, "" if a matter can be sent in, read and withdrawn."""
    try:
        with transaction.atomic():
            _try(now)
            transaction.set_rollback(True)
    except Broken as broken:
        return str(broken)
    return ""


def _try(now: datetime) -> None:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    client: Any = Client(enforce_csrf_checks=True, headers={"host": host})
    address = reverse("portal:submit")
    token = _token(_expect(client.get(address, secure=settings.HTTPS), 200, "the form"))
    sent = client.post(address, _matter(now, token), secure=settings.HTTPS)
    _expect(sent, 302, "sending the form")
    receipt = _expect(client.get(sent["Location"], secure=settings.HTTPS), 200, "the receipt")
    inquiry = Inquiry.objects.select_related("case").filter(title=MARK).latest("pk")
    if inquiry.case.number not in receipt:
        raise Broken("the receipt shows no number")
    page = client.get(reverse("portal:case", args=[inquiry.case.number]), secure=settings.HTTPS)
    token = _token(_expect(page, 200, "the case's page"))
    done = client.post(
        reverse("portal:withdraw", args=[inquiry.case.number]),
        {"csrfmiddlewaretoken": token, "withdraw-reason": MARK, "withdraw-sure": "on"},
        secure=settings.HTTPS,
    )
    _expect(done, 302, "withdrawing")
    inquiry.refresh_from_db()
    if inquiry.state != State.WITHDRAWN:
        raise Broken("the matter was not withdrawn")


def _matter(now: datetime, token: str) -> dict[str, str]:
    return {
        "csrfmiddlewaretoken": token,
        "form_key": replacement(now).signed,
        "kind": Kind.CONSULTATION,
        "title": MARK,
        "text": f"{MARK}。本件由系统自动提交并撤回，不计入统计。",
        "name": MARK[:4],
        "phone": "13800000000",
        "wants_public": "no",
        "consent": "on",
    }


def _expect(response: Any, status: int, step: str) -> str:
    if response.status_code != status:
        raise Broken(f"{step} was answered with {response.status_code} instead of {status}")
    page: str = response.content.decode()
    return page


def _token(page: str) -> str:
    found = TOKEN.search(page)
    if found is None:
        raise Broken("a page has no form to send")
    return found[1]
