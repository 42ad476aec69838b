"""Narrowing a queue: what is looked for, and in what order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import Department
from inquiries.forms.fields import RowField, WordsField
from inquiries.labels import CHANNELS, KINDS, STATES
from inquiries.limits import LONGEST_REMARK, LONGEST_SEARCH
from inquiries.models import Topic
from inquiries.queries.queues import Filters, Queue
from inquiries.queries.visible import sees_house

SORTS = {
    "due": _("Due first"),
    "oldest": _("Oldest first"),
    "newest": _("Newest first"),
}
ANY = ("", _("All"))


class QueueForm(forms.Form):
    """The filters of one queue; fields that make no sense in it are left out."""

    q = forms.CharField(
        label=_("Words or number"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[ANY, *KINDS.items()], required=False)
    topic = RowField(
        label=_("Topic"), queryset=Topic.objects.all(), required=False, empty_label=ANY[1]
    )
    department = RowField(
        label=_("Department"),
        queryset=Department.objects.all(),
        required=False,
        empty_label=ANY[1],
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[ANY, *CHANNELS.items()], required=False
    )
    state = forms.ChoiceField(label=_("State"), choices=[ANY, *STATES.items()], required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(self, data: Any, *, queue: Queue, actor: Actor) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.queue = queue
        sort = self.fields["sort"]
        assert isinstance(sort, forms.ChoiceField)
        sort.choices = [(name, SORTS[name]) for name in queue.sorts]
        if not queue.mixed:
            del self.fields["state"]
        if not sees_house(actor):
            del self.fields["department"]

    def filters(self) -> Filters:
        """What was asked for, as far as it could be read. Call after `is_valid`."""
        data = self.cleaned_data
        return Filters(
            kind=data.get("kind", ""),
            channel=data.get("channel", ""),
            state=data.get("state", ""),
            topic_id=data["topic"].pk if data.get("topic") else None,
            department_id=data["department"].pk if data.get("department") else None,
            words=data.get("q", ""),
        )

    @property
    def order(self) -> str:
        """The name of the order that was chosen."""
        chosen: str = self.cleaned_data.get("sort") or self.queue.sorts[0]
        return chosen


class UrgeManyForm(forms.Form):
    """Urging several cases of a list at once. The numbers are read from the ticked boxes."""

    MOST = 50

    text = WordsField(label=_("What is to be done?"), max_length=LONGEST_REMARK)

    def numbers(self) -> list[str]:
        data: Any = self.data
        return list(dict.fromkeys(data.getlist("number")))
