"""How somebody wants to be reminded by e-mail."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class PreferencesForm(forms.Form):
    """A person's choices. What is overdue is shown as chosen and cannot be unchosen."""

    overdue = forms.BooleanField(
        label=_("Overdue cases"),
        help_text=_(
            "Always on: an overdue case is a promise to a citizen that has been broken. You are "
            "told of yours every working morning until they are answered, whatever else you choose."
        ),
        disabled=True,
        required=False,
        initial=True,
    )
    digest = forms.BooleanField(
        label=_("A morning digest"),
        help_text=_(
            "One e-mail when your working day opens: due today, due soon, newly assigned, waiting."
            " Nothing on days off. When this is off you are written to about overdue cases only."
        ),
        required=False,
    )
    warnings = forms.BooleanField(
        label=_("Due soon"),
        help_text=_("List in the digest what is due by the end of the next working day."),
        required=False,
    )
    escalations = forms.BooleanField(
        label=_("Escalations at once"),
        help_text=_(
            "An e-mail of its own when a case reaches an escalation step that names your role; "
            "outside working time it waits for the next opening, together with the others."
        ),
        required=False,
    )
    language = forms.ChoiceField(
        label=_("Language of e-mails"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    CHOICES = ("digest", "warnings", "escalations", "language")
