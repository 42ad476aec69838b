"""Who calls: a citizen with a filled-in form, and staff who have signed in."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH
from django.urls import reverse

from accounts.models import User
from bench.serving import Call
from config.sessions import TOUCHED
from foundation import clock
from inquiries.demo.corpus import MATTERS
from inquiries.form_keys import new_key

BOUNDARY = "----bench----"
CSRF = "".join(random.Random(1).choices(CSRF_ALLOWED_CHARS, k=CSRF_SECRET_LENGTH))


def submission(serial: int) -> Call:
    """A new matter from a citizen of their own: another address, telephone and form each time.

    The form has been open for a minute, so the shortest filling time has passed; the sender's
    address is told as a proxy would tell it (PROXY_COUNT=1), so the limits are counted as in
    real use and not reached.
    """
    matter = MATTERS[serial % len(MATTERS)]
    fields = {
        "csrfmiddlewaretoken": CSRF,
        "form_key": new_key(clock.now() - timedelta(minutes=1)).signed,
        "kind": matter.kind,
        "title": matter.title,
        "text": matter.text,
        "name": "张伟",
        "phone": f"170{serial % 10**8:08d}",
        "wants_public": "yes",
        "consent": "on",
    }
    address = f"10.{serial >> 16 & 255}.{serial >> 8 & 255}.{serial & 255}"
    headers = {
        "Cookie": f"{settings.CSRF_COOKIE_NAME}={CSRF}",
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "X-Forwarded-For": address,
    }
    return Call("POST", reverse("portal:submit"), 302, headers, _multipart(fields))


def page(path: str, user: User | None = None) -> Call:
    return Call("GET", path, 200, _signed_in(user) if user else {})


def move(name: str, number: str, version: int, user: User, **inputs: str) -> Call:
    """A move from the case page, by somebody signed in."""
    fields = {"csrfmiddlewaretoken": CSRF, "seen": str(version), **inputs}
    headers = _signed_in(user)
    headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
    headers["Cookie"] += f"; {settings.CSRF_COOKIE_NAME}={CSRF}"
    return Call("POST", reverse("desk:move", args=[number, name]), 302, headers, _multipart(fields))


def _signed_in(user: User) -> dict[str, str]:
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={_session_of(user)}"}


@cache
def _session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[TOUCHED] = int(clock.now().timestamp())
    session.save()
    assert session.session_key is not None
    return session.session_key


def _multipart(fields: dict[str, str]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(parts) + f"--{BOUNDARY}--\r\n").encode()
