
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('notices', '0002_inbox_by_role'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('cases', models.PositiveIntegerField()),
                ('written_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'morning digest',
                'verbose_name_plural': 'morning digests',
            },
        ),
        migrations.CreateModel(
            name='Wishes',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='wishes', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('digest', models.BooleanField(default=True, verbose_name='one morning digest')),
                ('warnings', models.BooleanField(default=True, verbose_name='what is due soon')),
                ('escalations', models.BooleanField(default=False, verbose_name='escalations at once')),
                ('language', models.CharField(choices=[('zh-hans', 'Simplified Chinese'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='language of e-mails')),
            ],
            options={
                'verbose_name': 'wishes for reminders',
                'verbose_name_plural': 'wishes for reminders',
            },
        ),
        migrations.AddIndex(
            model_name='outbox',
            index=models.Index(condition=models.Q(('state', 'dead')), fields=['-created_at', '-id'], name='notices_outbox_dead'),
        ),
        migrations.AddField(
            model_name='digest',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='digest',
            index=models.Index(fields=['day'], name='notices_digest_day'),
        ),
        migrations.AddConstraint(
            model_name='digest',
            constraint=models.UniqueConstraint(fields=('user', 'day'), name='notices_digest_once_a_day'),
        ),
    ]
