"""The web server's entry point: `gunicorn config.wsgi`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

from foundation.charset import Utf8Only

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A page that waits longer than this for PostgreSQL is better ended than left to pile up;
# commands and workers have no such limit.
os.environ.setdefault("DATABASE_LOCK_TIMEOUT_MS", "5000")
os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT_MS", "15000")
# A page wants a few rows: starting helpers takes longer than finding them, and each of them runs
# ahead of what is wanted.
os.environ.setdefault("DATABASE_PARALLEL_WORKERS", "0")

application = Utf8Only(get_wsgi_application())

# What has been loaded stays as long as the process: without it the collector has a tenth less
# of every request's time to take.
gc.collect()
gc.freeze()
gc.set_threshold(10_000)
