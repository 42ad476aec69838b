from __future__ import annotations

import pytest

from accounts.actors import Role
from accounts.models import User
from tests.factories import Cast, UserFactory


@pytest.fixture
def second(cast: Cast) -> User:
    """Another supervisor, who can sign."""
    made: User = UserFactory.create(username="second", full_name="第二人", roles=[Role.SUPERVISOR])
    return made
