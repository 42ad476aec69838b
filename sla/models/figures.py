from __future__ import annotations

from django.db import models


class Counted(models.Model):
    """Counts of a day. `basis` receipt: what became of the cases received on `day`; event: what
    happened on `day`.
    """

    basis = models.CharField(max_length=8)
    day = models.DateField()
    received = models.IntegerField(default=0)
    excluded = models.IntegerField(default=0)
    replied = models.IntegerField(default=0)
    published = models.IntegerField(default=0)
    met = models.IntegerField(default=0)
    missed = models.IntegerField(default=0)
    asked = models.IntegerField(default=0)
    rated = models.IntegerField(default=0)
    satisfied = models.IntegerField(default=0)
    dispatched = models.IntegerField(default=0)

    class Meta:
        abstract = True


class Counts(Counted):
    """Counts under their keys. Department 0 stands for none yet."""

    department_id = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=20)
    channel = models.CharField(max_length=20)

    class Meta:
        abstract = True


class Delta(Counts):
    """What one move changed in the figures; insert-only, so that no move waits for a counter.

    It carries every key a case is counted under. Topic, district and handler are empty where a
    case has none; a handler is written as the text of its primary key.
    """

    category = models.CharField(max_length=40, default="")
    district = models.CharField(max_length=40, default="")
    handler = models.CharField(max_length=40, default="")

    def __str__(self) -> str:
        return f"{self.basis} {self.day}"


class Folded(Counts):
    grain = models.CharField(max_length=5)

    class Meta:
        abstract = True


class Rollup(Folded):
    """Deltas folded together, by day and by month (`day` is then the first of the month)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["grain", "basis", "day", "department_id", "kind", "channel"],
                name="sla_rollup_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.basis} {self.day}"


class PartRollup(Folded):
    """The same counts once more for every `part` a case belongs to (category, district, handler),
    under the `value` it has there. Each part's rows add up to the rollups.
    """

    part = models.CharField(max_length=10)
    value = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "grain",
                    "part",
                    "basis",
                    "day",
                    "value",
                    "department_id",
                    "kind",
                    "channel",
                ],
                name="sla_part_rollup_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.part} {self.basis} {self.day}"


class DayTotal(Counted):
    """The rollups of a day added up over the whole house: what a year's calendar, the stocks
    carried over and earlier periods are read from, however many keys there are."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basis", "day"], name="sla_day_total_key"),
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.day}"


class MonthTotal(Counted):
    """The rollups of a month (`day` is its first) added up for each department, kinds and
    channels together: what the board reads. Department 0 stands for none yet."""

    department_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["basis", "day", "department_id"], name="sla_month_total_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basis} {self.day} {self.department_id}"
