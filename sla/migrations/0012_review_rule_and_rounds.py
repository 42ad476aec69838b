"""Give bureaus already at work a rule for reviews, and count the rounds of every clock.

The rule begins now: no clock of the past ran under it. A new bureau has no rules yet and gets it
with the others from `sla.defaults`. Cases in review at this moment have no clock for it, which
`manage.py verify` allows for, as there was no rule when their drafts were submitted.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone

COUNTED = """
    SELECT COUNT(*) FROM sla_clock AS earlier
    WHERE earlier.case_id = sla_clock.case_id AND earlier.target = sla_clock.target
    AND earlier.id <= sla_clock.id
"""
COUNT_ROUNDS = f"UPDATE sla_clock SET round = ({COUNTED}) WHERE round <> ({COUNTED})"


def add_rule(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    rules = apps.get_model("sla", "Policy").objects
    now = timezone.now().replace(microsecond=0)
    for stream in sorted(set(rules.values_list("stream", flat=True))):
        model = rules.filter(stream=stream, target="sign_for").order_by("-active_from").first()
        if model is None or rules.filter(stream=stream, target="review").exists():
            continue
        rules.create(
            stream=stream,
            target="review",
            calendar=model.calendar,
            amount=1,
            active_from=now,
            basis="本机关内部办理规定",
            basis_en="This bureau's house rules",
        )


class Migration(migrations.Migration):
    dependencies = [("sla", "0011_rule_changes_append_only")]

    operations = [
        migrations.RunPython(add_rule, migrations.RunPython.noop),
        migrations.RunSQL(COUNT_ROUNDS, migrations.RunSQL.noop),
    ]
