from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InquiriesConfig(AppConfig):
    name = "inquiries"
    verbose_name = _("Inquiries")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inquiries import chores, happenings, letters, redating, selftest, supervised
        from notices.rendering import provide_context
        from sla.attention.watching import register_self_test

        chores.connect()
        happenings.connect()
        redating.connect()
        supervised.connect()
        provide_context(letters.context_for)
        register_self_test(selftest.try_public_form)
