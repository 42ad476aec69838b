"""Fields written by our renderer say what Django's own templates would."""

from __future__ import annotations

import re

from django import forms
from django.forms.renderers import DjangoTemplates

from foundation.form_renderer import FormRenderer

NASTY = "\"><script>alert('1')</script>&"


class Everything(forms.Form):
    word = forms.CharField(max_length=9, widget=forms.TextInput(attrs={"placeholder": NASTY}))
    mail = forms.EmailField(required=False)
    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False)
    one = forms.ChoiceField(
        choices=[("", "–"), ("a", NASTY), ("group", [(1, "one"), (NASTY, "two")])]
    )
    many = forms.MultipleChoiceField(choices=[("x", "X"), ("y", "Y")])
    level = forms.ChoiceField(choices=[("5", "good")], widget=forms.RadioSelect)


def rendered(renderer: DjangoTemplates, data: dict[str, object] | None) -> str:
    form = Everything(data, renderer=renderer)
    text = "".join(str(form[name]) for name in form.fields)
    return re.sub(r"\s*\n\s*", "", text)


def test_empty_fields_are_the_same() -> None:
    assert rendered(FormRenderer(), None) == rendered(DjangoTemplates(), None)


def test_filled_in_fields_are_the_same_and_escaped() -> None:
    data: dict[str, object] = {
        "word": NASTY,
        "mail": NASTY,
        "number": "7",
        "sure": "on",
        "one": "1",
        "many": ["y"],
        "level": "5",
    }
    ours = rendered(FormRenderer(), data)
    assert ours == rendered(DjangoTemplates(), data)
    assert "<script>" not in ours
