"""A push after the commit, so that waiting work is done promptly.

What has to be done stands in the database; a nudge that is lost costs seconds, until the beat
comes round. So a nudge never fails the request that gave it.
"""

from __future__ import annotations

import logging

from celery import current_app
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)


def nudge(task_name: str) -> None:
    """Run the Celery task of this name soon after the present transaction commits.

    Does nothing without a broker: `manage.py tick` does the work then, and a slow mail server
    does not keep a citizen waiting.
    """
    if not settings.BROKER_URL:
        return

    # A def, not a partial: Django 5.2 cannot report errors of partials (ticket 36487).
    def send() -> None:
        try:
            current_app.send_task(task_name, ignore_result=True, retry=False)
        except Exception as error:  # noqa: BLE001 - transports raise all sorts
            log.warning("The broker did not take %s: %s", task_name, error)

    transaction.on_commit(send, robust=True)
