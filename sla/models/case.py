from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sla.models.slow import USUAL_DAYS, SlowIndex

PARTS = ("department", "kind", "channel", "category", "district", "handler")
"""What lists are narrowed by."""


class Case(models.Model):
    """The line a supervisor sees: what is timed and counted of a citizen's matter.

    Written by `sla.figures.recording` alone. Instants say when a fact came to be, so that any
    figure can be told as of any moment. `due_at` and `verdict` are the first round's reply
    promise: a reopening starts new clocks but never a new verdict.
    """

    stream = models.SlugField(_("stream"), max_length=20, default="inquiry", db_index=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    stage = models.CharField(_("state"), max_length=20)
    department = models.ForeignKey(
        "accounts.Department",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("department"),
    )
    kind = models.CharField(_("kind"), max_length=20)
    category = models.SlugField(_("topic"), max_length=40, blank=True, db_index=False)
    district = models.SlugField(_("district"), max_length=40, blank=True, db_index=False)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("handler"),
    )
    channel = models.CharField(_("channel"), max_length=20)
    round = models.PositiveSmallIntegerField(default=1)

    received_at = models.DateTimeField(_("received"))
    first_contact_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(
        null=True, help_text=_("When it was first given to a department")
    )
    due_at = models.DateTimeField(_("due"), null=True)
    due_provisional = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(_("replied"), null=True)
    verdict = models.CharField(_("verdict"), max_length=10, blank=True)
    verdict_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    excluded_at = models.DateTimeField(null=True)
    exclusion = models.CharField(_("excluded as"), max_length=20, blank=True)
    ended_at = models.DateTimeField(
        null=True, help_text=_("When nothing more was owed: answered or excluded")
    )
    answer_days = models.PositiveIntegerField(
        null=True, help_text=_("Working days from receipt to the reply")
    )
    rating = models.PositiveSmallIntegerField(_("rating"), null=True)

    returns = models.PositiveSmallIntegerField(default=0)
    reassignments = models.PositiveSmallIntegerField(default=0)
    extensions = models.PositiveSmallIntegerField(default=0)
    supplements = models.PositiveSmallIntegerField(default=0)
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["", "met", "missed"]), name="sla_case_verdict_known"
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)),
                name="sla_case_rating_range",
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(verdict_at__isnull=False), name="sla_case_verdict_dated"
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="sla_case_received"),
            models.Index(
                fields=["department", "-received_at", "-id"], name="sla_case_dept_received"
            ),
            models.Index(
                fields=["handler", "-received_at", "-id"],
                condition=Q(handler__isnull=False),
                name="sla_case_handler_received",
            ),
            models.Index(fields=["stage", "-received_at", "-id"], name="sla_case_stage_received"),
            # For what is rare; of the frequent enough are found on the way.
            models.Index(fields=["kind", "-received_at", "-id"], name="sla_case_kind_received"),
            models.Index(
                fields=["channel", "-received_at", "-id"], name="sla_case_channel_received"
            ),
            models.Index(
                fields=["category", "-received_at", "-id"], name="sla_case_topic_received"
            ),
            models.Index(
                fields=["district", "-received_at", "-id"], name="sla_case_district_received"
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(ended_at__isnull=True),
                name="sla_case_open_due",
            ),
            # Open cases are few: by receipt they are found without passing the answered ones. What
            # every page counts of them stands in the index, so that no case line is read for it.
            models.Index(
                fields=["received_at", "id"],
                include=[
                    "department",
                    "kind",
                    "stage",
                    "due_at",
                    "paused_at",
                    "replied_at",
                    "excluded_at",
                ],
                condition=Q(ended_at__isnull=True),
                name="sla_case_open_received",
            ),
            models.Index(
                fields=["stage", "due_at", "id"],
                condition=Q(ended_at__isnull=True),
                name="sla_case_open_stage_due",
            ),
            models.Index(
                fields=["department", "stage", "due_at", "id"],
                condition=Q(ended_at__isnull=True),
                name="sla_case_open_dept_due",
            ),
            models.Index(
                fields=["department", "-replied_at", "-id"],
                condition=Q(published_at__isnull=True, replied_at__isnull=False),
                name="sla_case_unpublished",
            ),
            models.Index(fields=["verdict", "-verdict_at", "-id"], name="sla_case_verdict"),
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(published_at__isnull=False),
                name="sla_case_published",
            ),
            # With the receipt behind, entries outside the period are passed without their rows.
            models.Index(fields=["due_at", "id", "received_at"], name="sla_case_due"),
            models.Index(fields=["replied_at", "id", "received_at"], name="sla_case_replied"),
            # What narrows a list of late or of excluded cases stands in the index, so that no case
            # line is read to find that few or none fit. Other cases do not pay for it.
            models.Index(
                fields=["received_at", "id"],
                include=["verdict_at", "due_at", "replied_at", *PARTS],
                condition=Q(verdict="missed"),
                name="sla_case_missed",
            ),
            models.Index(
                fields=["received_at", "id"],
                include=["excluded_at", "due_at", *PARTS],
                condition=Q(excluded_at__isnull=False, replied_at__isnull=True),
                name="sla_case_excluded",
            ),
            models.Index(
                fields=["due_at", "id", "received_at"],
                condition=Q(excluded_at__isnull=False, replied_at__isnull=True),
                name="sla_case_excluded_due",
            ),
            SlowIndex(days=USUAL_DAYS, name="sla_case_slow"),
            # What supervisors look at twice is rare: each rule finds its cases by itself.
            models.Index(
                fields=["-received_at", "-id"],
                condition=Q(extensions__gt=1),
                name="sla_case_extended_often",
            ),
            models.Index(
                fields=["-received_at", "-id"],
                condition=Q(returns__gt=2) | Q(reassignments__gt=2),
                name="sla_case_passed_on",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page staff read this case on; each stream names its own."""
        return reverse(settings.CASE_PAGES[self.stream], args=[self.number])

    @property
    def clocks_url(self) -> str:
        """The page on which staff read why this case is due when it is."""
        return reverse(settings.CLOCK_PAGES[self.stream], args=[self.number])


class Survey(models.Model):
    """The question put to the citizen after one reply round, and the answer, if one came.

    `department` and `handler` are those of the reply, whoever has the case later. `token` is the
    digest of the secret in the citizen's link. `former` are the votes before the last change, as
    [instant, rating], so that figures can be told as of any moment.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="surveys", db_index=False)
    round = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    rating = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True, help_text=_("When it was rated first"))
    changed_at = models.DateTimeField(null=True, help_text=_("When the rating was changed last"))
    former = models.JSONField(default=list, blank=True)
    department = models.ForeignKey(
        "accounts.Department",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    token = models.CharField(max_length=64, null=True, unique=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="sla_survey_once_a_round"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True, rated_at__isnull=True)
                | Q(rating__range=(1, 5), rated_at__gte=F("asked_at")),
                name="sla_survey_rating_dated",
            ),
            models.CheckConstraint(
                condition=Q(changed_at__isnull=True) | Q(changed_at__gte=F("rated_at")),
                name="sla_survey_change_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at", "id"], name="sla_survey_asked"),
            models.Index(fields=["rated_at", "id"], name="sla_survey_rated"),
            models.Index(
                fields=["handler", "rated_at"],
                condition=Q(rated_at__isnull=False),
                name="sla_survey_of_handler",
            ),
            models.Index(
                fields=["department", "rated_at"],
                condition=Q(rated_at__isnull=False),
                name="sla_survey_of_department",
            ),
            models.Index(
                fields=["changed_at"],
                condition=Q(changed_at__isnull=False),
                name="sla_survey_changed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.round}"
