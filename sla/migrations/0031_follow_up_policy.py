"""A bureau at work gets the rule for following up low ratings; new ones get it with the others."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def add_rule(apps: Any, schema_editor: Any) -> None:
    Policy = apps.get_model("sla", "Policy")
    survey = Policy.objects.filter(stream="inquiry", target="survey").order_by("active_from").first()
    if survey is None or Policy.objects.filter(stream="inquiry", target="follow_up").exists():
        return
    Policy.objects.create(
        stream="inquiry",
        target="follow_up",
        calendar_id=survey.calendar_id,
        amount=3,
        unit="working_days",
        active_from=survey.active_from,
        escalation=[{"after": 1, "to": ["supervisor"]}],
        basis="本机关内部办理规定",
        basis_en="This bureau's house rules",
    )


class Migration(migrations.Migration):
    dependencies = [("sla", "0030_survey_votes")]
    operations = [migrations.RunPython(add_rule, migrations.RunPython.noop)]
