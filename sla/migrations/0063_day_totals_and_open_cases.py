from django.conf import settings
from django.db import migrations, models


MEASURES = (
    "received",
    "excluded",
    "replied",
    "published",
    "met",
    "missed",
    "asked",
    "rated",
    "satisfied",
    "dispatched",
)


def add_up(apps, schema_editor):
    """The totals of days, from the rollups that are there."""
    columns = ", ".join(MEASURES)
    sums = ", ".join(f"SUM({measure})" for measure in MEASURES)
    schema_editor.execute(
        f"INSERT INTO sla_daytotal (basis, day, {columns})"
        f" SELECT basis, day, {sums} FROM sla_rollup WHERE grain = 'day' GROUP BY basis, day"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        # Where cases were counted anew, the days are added up after.
        ('inquiries', '0040_case_parts'),
        ('sla', '0052_list_exports_and_incidents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('basis', models.CharField(max_length=8)),
                ('day', models.DateField()),
                ('received', models.IntegerField(default=0)),
                ('excluded', models.IntegerField(default=0)),
                ('replied', models.IntegerField(default=0)),
                ('published', models.IntegerField(default=0)),
                ('met', models.IntegerField(default=0)),
                ('missed', models.IntegerField(default=0)),
                ('asked', models.IntegerField(default=0)),
                ('rated', models.IntegerField(default=0)),
                ('satisfied', models.IntegerField(default=0)),
                ('dispatched', models.IntegerField(default=0)),
            ],
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='sla_case_open_received',
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['received_at', 'id'], include=('department', 'kind', 'stage', 'due_at', 'paused_at', 'replied_at', 'excluded_at'), name='sla_case_open_received'),
        ),
        migrations.AddConstraint(
            model_name='daytotal',
            constraint=models.UniqueConstraint(fields=('basis', 'day'), name='sla_day_total_key'),
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop),
    ]
