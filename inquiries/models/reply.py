from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reply(models.Model):
    """The answer of one round, from draft to publication.

    `text` is what the citizen receives; `public_*` is what everybody may read, after the privacy
    check. `public_comment` is what the citizen said of it when rating, shown only if the citizen
    agreed and a supervisor has checked it.
    """

    inquiry = models.ForeignKey(
        "inquiries.Inquiry", on_delete=models.CASCADE, related_name="replies"
    )
    round = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(_("reply"))
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True)
    public_title = models.CharField(_("public title"), max_length=200, blank=True)
    public_question = models.TextField(_("public question"), blank=True)
    public_text = models.TextField(_("public reply"), blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    comment_consented = models.BooleanField(default=False)
    public_comment = models.TextField(_("public comment"), blank=True)
    comment_shown_at = models.DateTimeField(null=True)
    comment_shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "round"], name="inquiries_reply_a_round"),
        ]
        verbose_name = _("reply")
        verbose_name_plural = _("replies")

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.round}"


class ReplyTemplate(models.Model):
    """Words to begin a reply with. {name}, {number}, {title}, {date} (of receipt) and {department}
    are filled in.
    """

    topic = models.ForeignKey(
        "inquiries.Topic",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reply_templates",
        verbose_name=_("topic"),
    )
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"))
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")

    def __str__(self) -> str:
        return self.title
