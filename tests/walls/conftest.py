"""The world, built once for all of these tests and put back after each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.walls.world import World, build, media_at, time_of_reading


@pytest.fixture(scope="package")
def _built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), transaction.atomic():
        with media_at(media):
            yield build(media)
        transaction.set_rollback(True)


@pytest.fixture
def world(_built: World, db: None, settings: Any) -> Iterator[World]:
    settings.MEDIA_ROOT = _built.media
    with time_of_reading():
        yield _built
