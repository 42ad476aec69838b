
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('sla', '0012_review_rule_and_rounds'),
    ]

    operations = [
        migrations.CreateModel(
            name='Standstill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'standstill',
                'verbose_name_plural': 'standstills',
            },
        ),
        migrations.AddField(
            model_name='clock',
            name='spare',
            field=models.PositiveIntegerField(help_text='Working seconds that were left when it was met', null=True),
        ),
        migrations.AddField(
            model_name='clockpause',
            name='at_due',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('extensions__gt', 1)), fields=['-received_at', '-id'], name='sla_case_extended_often'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('returns__gt', 2), ('reassignments__gt', 2), _connector='OR'), fields=['-received_at', '-id'], name='sla_case_passed_on'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('spare__lte', 1800), ('state', 'met'), ('target', 'reply')), fields=['finished_at', 'id'], name='sla_clock_met_at_due'),
        ),
        migrations.AddIndex(
            model_name='clockevent',
            index=models.Index(fields=['swept_at'], name='sla_clock_event_swept'),
        ),
        migrations.AddIndex(
            model_name='clockpause',
            index=models.Index(condition=models.Q(('at_due', True)), fields=['since', 'clock'], name='sla_pause_at_due'),
        ),
        migrations.AddIndex(
            model_name='standstill',
            index=models.Index(fields=['-until'], name='sla_standstill_until'),
        ),
    ]
