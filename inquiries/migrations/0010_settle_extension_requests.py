"""Close as lapsed the requests for an extension that answered or returned cases left behind."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

STILL_DECIDED = ["in_progress", "in_review", "awaiting_citizen"]


def settle(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    pending = apps.get_model("inquiries", "ExtensionRequest").objects.filter(granted__isnull=True)
    pending.exclude(inquiry__state__in=STILL_DECIDED).update(
        granted=False, decided_at=timezone.now().replace(microsecond=0)
    )


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0002_search")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
