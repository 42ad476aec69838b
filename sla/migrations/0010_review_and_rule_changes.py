from __future__ import annotations

from django.db import migrations, models

TARGETS = [
    ("acceptance", "Acceptance"),
    ("reply", "Reply"),
    ("dispatch", "Dispatch"),
    ("sign_for", "Sign-for"),
    ("department", "Department"),
    ("review", "Review"),
    ("supplement", "Supplement"),
    ("survey", "Survey window"),
    ("return", "Return by a department"),
]


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_recalculation")]

    operations = [
        migrations.AlterField(
            model_name="policy",
            name="target",
            field=models.CharField(choices=TARGETS, max_length=20, verbose_name="target"),
        ),
        migrations.AlterField(
            model_name="clock",
            name="target",
            field=models.CharField(choices=TARGETS, max_length=20),
        ),
        migrations.AlterField(
            model_name="recalculationline",
            name="target",
            field=models.CharField(choices=TARGETS, max_length=20),
        ),
        migrations.CreateModel(
            name="PolicyChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("made", "made"),
                            ("withdrawn", "withdrawn before it came into force"),
                        ],
                        max_length=10,
                    ),
                ),
                ("stream", models.SlugField(max_length=20)),
                ("target", models.CharField(max_length=20)),
                ("kind", models.CharField(blank=True, max_length=20)),
                ("category", models.SlugField(blank=True, db_index=False, max_length=40)),
                ("department_id", models.BigIntegerField(null=True)),
                ("policy_id", models.BigIntegerField(help_text="The rule made or withdrawn")),
                (
                    "old",
                    models.JSONField(
                        help_text="The rule in force before it, if there was one", null=True
                    ),
                ),
                ("new", models.JSONField(null=True)),
                ("reason", models.TextField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_label", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "change of a policy",
                "verbose_name_plural": "changes of policies",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["stream", "target", "-at"], name="sla_policychange_rule"
                    )
                ],
            },
        ),
    ]
