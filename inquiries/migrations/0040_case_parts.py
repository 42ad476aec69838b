"""Case lines come to keep district, handler and first dispatch; the figures are counted anew."""

from __future__ import annotations

from collections import Counter

from django.db import migrations
from django.db.models import Min

BATCH = 1000
FACTS = (
    "received_at",
    "department_id",
    "kind",
    "channel",
    "category",
    "district",
    "handler_id",
    "dispatched_at",
    "due_at",
    "paused_at",
    "replied_at",
    "verdict",
    "verdict_at",
    "published_at",
    "excluded_at",
)
KEYS = ("basis", "day", "department_id", "kind", "channel")


def fill(apps, editor):
    Case = apps.get_model("sla", "Case")
    if Case.objects.exists():
        fill_lines(apps)
        count_anew(apps)


def fill_lines(apps):
    Case, Event = apps.get_model("sla", "Case"), apps.get_model("ledger", "Event")
    Inquiry = apps.get_model("inquiries", "Inquiry")
    assigned = Event.objects.filter(move="assign")
    last = 0
    while some := list(
        Inquiry.objects.filter(case_id__gt=last)
        .order_by("case_id")
        .values_list("case_id", "case__number", "handler_id", "district__code")[:BATCH]
    ):
        numbers = [number for _, number, _, _ in some]
        first = dict(
            assigned.filter(case_number__in=numbers)
            .order_by()
            .values_list("case_number")
            .annotate(Min("at"))
        )
        Case.objects.bulk_update(
            [
                Case(
                    pk=pk,
                    handler_id=handler,
                    district=district or "",
                    dispatched_at=first.get(number),
                )
                for pk, number, handler, district in some
            ],
            ["handler", "district", "dispatched_at"],
        )
        last = some[-1][0]


def count_anew(apps):
    from sla.figures.measures import PARTS, CaseLine, SurveyLine, measures

    Case, Survey = apps.get_model("sla", "Case"), apps.get_model("sla", "Survey")
    Rollup, PartRollup = apps.get_model("sla", "Rollup"), apps.get_model("sla", "PartRollup")
    known = {field.name for field in Rollup._meta.fields}
    whole, parts, last = {}, {}, 0
    while some := list(
        Case.objects.filter(pk__gt=last).order_by("pk").values_list("pk", *FACTS)[:BATCH]
    ):
        surveys = {}
        rows = Survey.objects.filter(case_id__in=[row[0] for row in some]).order_by("round")
        for survey in rows:
            line = SurveyLine(survey.asked_at, survey.rating, survey.rated_at)
            surveys.setdefault(survey.case_id, []).append(line)
        for pk, *facts in some:
            own = tuple(surveys.get(pk, ()))
            line = CaseLine(**dict(zip(FACTS, facts, strict=True)), surveys=own)
            for (key, measure), n in measures(line).items():
                if measure in known:
                    for grain in ("day", "month"):
                        place = {**key._asdict(), "grain": grain}
                        if grain == "month":
                            place["day"] = key.day.replace(day=1)
                        add(whole, place, (), measure, n)
                        for part in PARTS:
                            add(parts, place, (part, place[part]), measure, n)
        last = some[-1][0]
    for model in (apps.get_model("sla", "Delta"), Rollup, PartRollup):
        model.objects.all().delete()
    Rollup.objects.bulk_create(
        (Rollup(**dict(zip(("grain", *KEYS), key, strict=True)), **counts)
         for key, counts in whole.items()),
        batch_size=BATCH,
    )
    PartRollup.objects.bulk_create(
        (PartRollup(**dict(zip(("grain", *KEYS, "part", "value"), key, strict=True)), **counts)
         for key, counts in parts.items()),
        batch_size=BATCH,
    )


def add(sums, place, more, measure, n):
    key = (place["grain"], *(place[name] for name in KEYS), *more)
    sums.setdefault(key, Counter())[measure] += n


class Migration(migrations.Migration):

    dependencies = [
        ("inquiries", "0011_follow_ups"),
        ("ledger", "0001_initial"),
        ("sla", "0040_case_parts"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
