"""Celery: prompt work after a commit, and a beat that makes it certain.

The tasks are thin doors to the functions `manage.py tick` calls. What has to be done stands in
the database (clocks, outbox, deltas), so a lost message costs time, never work, and two beats
are harmless because the work is claimed by row.
"""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("huiying")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sweep clocks": {"task": "sla.tasks.sweep", "schedule": 30.0},
    "recalculate": {"task": "sla.tasks.recalculate", "schedule": 30.0},
    "remind of years": {"task": "sla.tasks.remind_of_years", "schedule": 3600.0},
    "fold figures": {"task": "sla.tasks.fold", "schedule": 60.0},
    "deliver notices": {"task": "sla.tasks.deliver", "schedule": 15.0},
    "remind staff": {"task": "inquiries.tasks.remind", "schedule": 60.0},
    "throw away kept files": {"task": "inquiries.tasks.tidy", "schedule": 3600.0},
    "seal the ledger": {"task": "sla.tasks.seal", "schedule": 300.0},
    "look for what needs attention": {"task": "sla.tasks.attend", "schedule": 300.0},
    "write exports": {"task": "sla.tasks.export", "schedule": 30.0},
}
