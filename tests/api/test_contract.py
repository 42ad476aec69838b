"""The schema and the API say the same: schemathesis compares them, operation by operation.

Every call is rolled back. Calls whose parameters are valid are led to a case on which the
operation can succeed, so that answers of every documented status are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
import schemathesis
import time_machine
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation as Location

from foundation.throttle import LimitThrottle
from inquiries.api.fields import VISIBLE
from inquiries.api.moves import INPUTS
from sla.models import Case
from tests import wsgi
from tests.api import scenes
from tests.api.scenes import NOW, Scene
from tests.factories import Cast, DistrictFactory, TopicFactory
from tests.foundation.files import PDF

# schemathesis asks for fixtures while a test runs; the test database is made only for tests that
# are known to need one before.
pytestmark = pytest.mark.django_db

EXAMPLES = 8
MOVES = "/moves/"
WORDS = "请问什么时候开始申报？"
CONFIG = SchemathesisConfig.from_dict(
    {
        # Literals gathered from whatever modules happen to be loaded would make a run depend on the
        # tests before it.
        "analysis": {"constants": {"enabled": False}},
        # NUL is refused by name everywhere, which JSON Schema has no word for; test_hostile.py.
        "generation": {"allow-x00": False, "deterministic": True, "database": "none"},
        "phases": {"coverage": {"unexpected-methods": ["DELETE", "PUT", "PATCH", "OPTIONS"]}},
    }
)


class RolledBack:
    """The application; whatever a call has written is undone."""

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with wsgi.application() as application, transaction.atomic():
            answer = application(environ, start_response)
            body = [b"".join(answer)]
            if hasattr(answer, "close"):
                answer.close()
            transaction.set_rollback(True)
        return body


@pytest.fixture(scope="session")
def documented() -> Any:
    """The schema, read and prepared once, and only when these tests run."""
    found = schemathesis.openapi.from_dict(
        SchemaGenerator().get_schema(request=None, public=True), config=CONFIG
    )
    found.app = RolledBack()
    return found


schema = schemathesis.pytest.from_fixture("documented")
carefully = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def played(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Scenes are made once for each operation; limits are tested elsewhere."""
    made: dict[str, Scene] = {}
    assert not Case.objects.exists()
    TopicFactory.create(code="tax")
    DistrictFactory.create(code="north")
    monkeypatch.setattr(LimitThrottle, "allow_request", lambda *_: True)
    monkeypatch.setattr("foundation.throttle.hit", lambda *_: None)
    monkeypatch.setattr("inquiries.opening.hit", lambda *_: None)

    def scene(operation: str) -> Scene:
        if operation not in made:
            made[operation] = scenes.scene(operation, cast)
        return made[operation]

    with time_machine.travel(NOW):
        yield scene


def lead(case: Any, scene: Scene) -> None:
    """Put what exists in place of what was made up, where the case means to be valid."""

    def valid(location: Location) -> bool:
        return case.meta is None or not case.meta.is_negative_at(location)

    if valid(Location.PATH):
        names = case.path_parameters or {}
        case.path_parameters = {name: scene.path.get(name, old) for name, old in names.items()}
    if valid(Location.HEADER):
        case.headers.update(scene.code)
    if valid(Location.QUERY) and case.query:
        case.query.pop("cursor", None)
        case.query.pop("sort", None)
        case.query.update({name: scene.body[name] for name in scene.body if name in case.query})
    if valid(Location.BODY) and isinstance(case.body, dict):
        case.body.update({name: WORDS for name, old in case.body.items() if is_blank(old)})
        case.body.update({name: scene.body[name] for name in scene.body if name in case.body})
        if "files" in case.body:
            case.body["files"] = [PDF] if case.body["files"] else []


def is_blank(value: Any) -> bool:
    """Text long enough for the schema of which too little can be seen, which is refused."""
    return isinstance(value, str) and len(re.findall(VISIBLE, value)) < min(len(value), 5)


def compare(case: Any, played: Any) -> None:
    scene = played(case.operation.definition.raw["operationId"])
    lead(case, scene)
    case.call_and_validate(headers=scene.token)


@schema.include(tag="public").parametrize()
@carefully
def test_everybodys_operations_answer_as_documented(case: Any, played: Any) -> None:
    compare(case, played)


@schema.include(tag="inquiries").parametrize()
@carefully
def test_citizens_operations_answer_as_documented(case: Any, played: Any) -> None:
    compare(case, played)


@schema.include(tag="desk").exclude(path_regex=MOVES).parametrize()
@carefully
def test_reading_at_the_desk_answers_as_documented(case: Any, played: Any) -> None:
    compare(case, played)


@schema.include(path_regex=f"{MOVES}[a-m]").parametrize()
@carefully
def test_the_first_half_of_the_moves_answers_as_documented(case: Any, played: Any) -> None:
    compare(case, played)


@schema.include(path_regex=f"{MOVES}[n-z]").parametrize()
@carefully
def test_the_second_half_of_the_moves_answers_as_documented(case: Any, played: Any) -> None:
    compare(case, played)


def test_every_move_is_documented_by_its_own_operation(documented: Any) -> None:
    operations = {
        operation["operationId"]
        for path in documented.raw_schema["paths"].values()
        for operation in path.values()
    }
    assert {f"desk_{move}" for move in INPUTS} <= operations
