"""A caller of the API, and cases to call about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tokens import issue
from inquiries.codes import code_for
from inquiries.models import Inquiry
from tests.factories import MONDAY, make_inquiry

ROOT = "/api/v1"
PROBLEM = "application/problem+json"

SUBMISSION: dict[str, Any] = {
    "kind": "consultation",
    "title": "高新技术企业认定咨询",
    "text": "请问今年高新技术企业认定什么时候开始申报？",
    "name": "张三",
    "phone": "13800138000",
    "wants_public": True,
    "consent": True,
}
KEY = "0f1d6a3e-5b1c-4a53-8a77-3f0e6c9a5b11"


@dataclass
class Caller:
    """Calls the API; with a token as staff, with a code as the citizen."""

    token: str = ""
    code: str = ""

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        own = {"X-Query-Code": self.code} if self.code else {}
        if self.token:
            own["Authorization"] = f"Bearer {self.token}"
        return own | (more or {})

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return Client().get(ROOT + path, query, headers=self.headers(headers))

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        return self.send(path, json.dumps({} if body is None else body), headers=headers)

    def send(
        self,
        path: str,
        body: Any,
        content_type: str = "application/json; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> Any:
        """A body exactly as it is given."""
        return Client().generic(
            "POST", ROOT + path, body, content_type, headers=self.headers(headers)
        )

    def upload(self, path: str, body: dict[str, Any]) -> Any:
        return Client().post(ROOT + path, body, headers=self.headers())


@dataclass
class Known:
    """A case and the secret that opens it."""

    inquiry: Inquiry
    code: str

    @property
    def number(self) -> str:
        return self.inquiry.number

    @property
    def citizen(self) -> Caller:
        return Caller(code=self.code)


def known_case(key: str = "a-form-key", **over: Any) -> Known:
    return Known(make_inquiry(key=key, **over), code_for(key))


def staff(user: User) -> Caller:
    return Caller(token=issue(user, "test", at=MONDAY)[1])


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem document of a response that must be one."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == PROBLEM
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["detail"]
    assert body["code"]
    assert body["request_id"] == response["X-Request-ID"]
    return body


def faults(response: Any) -> dict[str, str]:
    """Of a 400: the faulty fields and the code of each."""
    return {fault["field"]: fault["code"] for fault in problem(response, 400)["errors"]}


@pytest.fixture
def anybody() -> Caller:
    return Caller()
