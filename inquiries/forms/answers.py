"""Looking for published answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from inquiries.forms.fields import LineField, RowField
from inquiries.labels import KINDS
from inquiries.limits import LONGEST_SEARCH
from inquiries.models import Topic
from inquiries.queries.published import Filters


class AnswersForm(forms.Form):
    """Words, department, topic, kind; whatever cannot be read counts as not given."""

    q = LineField(label=_("Words"), required=False)
    department = RowField(
        label=_("Department"),
        queryset=Department.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("All departments"),
    )
    topic = RowField(
        label=_("Topic"),
        queryset=Topic.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("All topics"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All kinds")), *KINDS.items()], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("department", Department), ("topic", Topic)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = model.objects.all()

    def filters(self) -> Filters:
        """What was asked for, as far as it could be read."""
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            words=data.get("q", "")[:LONGEST_SEARCH],
            department=data.get("department"),
            topic=data.get("topic"),
            kind=data.get("kind", ""),
        )
