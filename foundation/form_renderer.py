"""Form fields as HTML, quickly where they are many."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

SELECT = "django/forms/widgets/select.html"
INPUTS = frozenset(
    f"django/forms/widgets/{kind}.html"
    for kind in ("input", "text", "hidden", "number", "email", "checkbox")
)


class FormRenderer(DjangoTemplates):
    """Django's own renderer, with lists of choices and simple inputs written by Python.

    Django renders two templates for every single choice; the list of forty departments then
    costs as much as the rest of a page.
    """

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == SELECT:
            return _select(context["widget"])
        if template_name in INPUTS:
            return _input(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: dict[str, Any]) -> SafeString:
    parts: list[str] = [
        format_html('<select name="{}"{}>', widget["name"], _attributes(widget["attrs"]))
    ]
    for group, options, _ in widget["optgroups"]:
        if group:
            parts.append(format_html('<optgroup label="{}">', group))
        parts += [_option(option) for option in options]
        if group:
            parts.append("</optgroup>")
    return mark_safe("\n".join([*parts, "</select>"]))  # noqa: S308 - escaped piece by piece


def _option(option: dict[str, Any]) -> SafeString:
    return format_html(
        '<option value="{}"{}>{}</option>',
        str(option["value"]),
        _attributes(option["attrs"]),
        option["label"],
    )


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', str(value)),
        _attributes(widget["attrs"]),
    )


def _attributes(attrs: dict[str, Any]) -> SafeString:
    """The attributes with a blank before each; True is written as a name alone, False not."""
    return mark_safe(  # noqa: S308 - names are the code's own, values are escaped
        "".join(
            f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
            for name, value in attrs.items()
            if value is not False
        )
    )
