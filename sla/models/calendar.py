from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkCalendar(models.Model):
    """Weekly hours in a zone; years and days hang on it. `version` rises with every change.

    A department's own calendar has hours of its own and is `based_on` the house's, whose years
    and days it shares; a change there makes a new version of it, too. Without its department it
    is given up: nothing new runs by it, but what was judged by it can still be explained.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    week = models.JSONField(
        _("weekly hours"),
        help_text=_('Segments by weekday, Monday 0: {"0": [["09:00", "12:00"], …]}'),
    )
    based_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="dependants"
    )
    department = models.OneToOneField(
        "accounts.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(department__isnull=True) | models.Q(based_on__isnull=False),
                name="sla_calendar_of_department_based",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def given_up(self) -> bool:
        return self.based_on_id is not None and self.department_id is None


class CalendarSeason(models.Model):
    """Other weekly hours for a part of every year: summer hours, say, from May to September.

    `first` and `last` are months and days ("05-01"), both included; a season may run over the
    turn of the year.
    """

    calendar = models.ForeignKey(WorkCalendar, on_delete=models.CASCADE, related_name="seasons")
    name = models.CharField(_("name"), max_length=40)
    first = models.CharField(_("first day"), max_length=5)
    last = models.CharField(_("last day"), max_length=5)
    week = models.JSONField(_("weekly hours"))

    class Meta:
        ordering = ["first"]
        verbose_name = _("season")
        verbose_name_plural = _("seasons")

    def __str__(self) -> str:
        return self.name


class CalendarYear(models.Model):
    """A year of the calendar: settled by a State Council notice, or provisional."""

    calendar = models.ForeignKey(WorkCalendar, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("year"))
    confirmed = models.BooleanField(_("confirmed"), default=False)
    notice = models.CharField(_("notice"), max_length=120, blank=True)
    link = models.CharField(
        _("link to the notice"),
        max_length=300,
        blank=True,
        validators=[URLValidator(["http", "https"])],
    )
    reminded_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When its missing notice was put on desks")
    )

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "year"], name="sla_calendar_year_once"),
        ]
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A dated exception: a day off on a weekday, or a make-up working day (调休)."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Day off")
        MAKEUP = "makeup", _("Make-up working day")

    calendar = models.ForeignKey(WorkCalendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=60, blank=True)
    segments = models.JSONField(
        null=True, blank=True, help_text=_("Own hours of a make-up day; else those of a Monday")
    )

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="sla_calendar_day_once"),
        ]
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
