"""What the building blocks of every page promise their readers."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from foundation.keyset import Page
from sla.figures.rates import Rate
from sla.supervision import charts


class Letter(forms.Form):
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("a", "Question"), ("b", "Complaint")],
        widget=forms.RadioSelect,
        help_text="The nearest one.",
    )
    title = forms.CharField(label="Title", max_length=20, help_text="One sentence.")
    text = forms.CharField(label="Text", max_length=200, widget=forms.Textarea)
    email = forms.EmailField(label="E-mail", required=False)
    consent = forms.BooleanField(label="I agree")


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def attributes(self, name: str) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.found if name in attrs]

    def one(self, tag: str, **having: str) -> dict[str, str | None]:
        matching = [
            attrs for found, attrs in self.found if found == tag and having.items() <= attrs.items()
        ]
        assert len(matching) == 1, matching
        return matching[0]


def render(name: str, query: str = "", **context: Any) -> str:
    with translation.override("en"):
        request = RequestFactory().get(f"/somewhere{query}")
        return render_to_string(f"components/{name}.html", context, request)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.fixture
def refused() -> Letter:
    form = Letter({"text": "Hello", "email": "not an address"})
    assert not form.is_valid()
    return form


def test_a_field_is_tied_to_its_label_hint_and_error(refused: Letter) -> None:
    page = Elements(render("field", field=refused["title"]))
    field = page.one("input")
    assert page.one("label")["for"] == field["id"]
    assert field["aria-invalid"] == "true"
    described = str(field["aria-describedby"]).split()
    assert len(described) == 2
    assert set(described) <= set(page.attributes("id"))


def test_radios_stand_in_a_named_and_described_group(refused: Letter) -> None:
    html = render("field", field=refused["kind"])
    page = Elements(html)
    assert "<legend>Kind" in html
    described = str(page.one("fieldset")["aria-describedby"]).split()
    assert set(described) <= set(page.attributes("id"))
    assert [a["type"] for tag, a in page.found if tag == "input"] == ["radio", "radio"]


def test_every_line_of_the_error_summary_leads_to_a_field(refused: Letter) -> None:
    fields = Elements(render("form_fields", form=refused))
    targets = Elements(render("error_summary", form=refused)).attributes("href")
    assert len(targets) == 4
    assert {target.removeprefix("#") for target in targets} <= set(fields.attributes("id"))


def test_a_form_without_faults_has_no_error_summary() -> None:
    assert "error-summary" not in render("error_summary", form=Letter())


def test_only_what_may_be_left_out_is_called_optional() -> None:
    assert "(optional)" in render("field", field=Letter()["email"])
    assert "(optional)" not in render("field", field=Letter()["title"])
    assert "(optional)" not in render("field", field=Letter()["consent"])


def test_a_long_text_says_how_long_it_may_be() -> None:
    assert "At most 200 characters" in words(render("field", field=Letter()["text"]))


def test_what_was_typed_is_shown_as_text_and_never_as_markup() -> None:
    form = Letter({"title": "<b>bold</b>", "text": "</textarea><script>x</script>"})
    html = render("form_fields", form=form) + render("error_summary", form=form)
    assert "<b>" not in html
    assert "<script>" not in html


def test_a_rate_stands_beside_its_numerator_and_denominator() -> None:
    text = words(render("rate", label="Reply rate", rate=Rate(8, 9)))
    assert text == "Reply rate 88.89 % 8 / 9"


def test_a_whole_percentage_has_no_decimals() -> None:
    assert "100 % 9 / 9" in words(render("rate", label="x", rate=Rate(9, 9)))


def test_nothing_out_of_nothing_is_a_dash_and_not_a_percentage() -> None:
    html = render("rate", label="Satisfaction", rate=Rate(0, 0))
    assert words(html) == "Satisfaction — none yet 0 / 0"
    assert "meter-fill" not in html


def test_zero_percent_is_said_as_such() -> None:
    assert "0 % 0 / 3" in words(render("rate", label="x", rate=Rate(0, 3)))


def test_turning_the_page_keeps_the_search_and_replaces_the_cursor() -> None:
    html = render("pager", "?q=%E6%8A%80%E6%9C%AF&topic=3&cursor=old", page=Page([], "new", None))
    (link,) = Elements(html).attributes("href")
    assert "q=%E6%8A%80%E6%9C%AF" in link
    assert "topic=3" in link
    assert "cursor=new" in link
    assert "old" not in link


def test_a_single_page_has_no_pager() -> None:
    assert words(render("pager", page=Page([], None, None))) == ""


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("on_time", "In time"),
        ("due_soon", "Due soon"),
        ("overdue", "Overdue"),
        ("met", "Done in time"),
        ("missed", "Done late"),
        ("paused", "Clock paused"),
        ("cancelled", "Clock stopped"),
    ],
)
def test_a_due_date_is_told_in_words_and_not_by_colour_alone(status: str, said: str) -> None:
    assert said in words(render("badge_due", status=status))


def test_a_provisional_date_says_so() -> None:
    assert "Provisional" in words(render("badge_due", status="on_time", provisional=True))
    assert "Provisional" not in words(render("badge_due", status="on_time"))


def test_the_present_step_of_a_timeline_is_marked_for_those_who_do_not_see_it() -> None:
    html = render("timeline", steps=[{"title": "Received"}, {"title": "Now", "tone": "now"}])
    assert Elements(html).attributes("aria-current") == ["step"]


def test_a_chart_has_a_name_and_draws_every_bar_with_its_value() -> None:
    html = render("chart_bars", chart=charts.bars([("Parks", 3), ("<Roads>", 5)]), label="Received")
    page = Elements(html)
    assert page.one("svg")["role"] == "img"
    assert page.one("svg")["aria-label"] == "Received"
    assert html.count('class="bar"') == 2
    assert "&lt;Roads&gt; 5" in html


def test_lines_are_told_apart_without_colour_and_gaps_are_not_drawn_over() -> None:
    chart = charts.lines(["Jan", "Feb", "Mar"], [("In", [1, 2, 3]), ("Out", [1, None, 3])])
    html = render("chart_lines", chart=chart, label="By month")
    assert "line s1" in html
    assert "line s2" in html
    assert html.count("<circle") == 5


def test_a_bar_of_a_ranking_is_as_long_as_its_share() -> None:
    rows = [{"label": "Parks", "value": 3, "share": 37.5}]
    html = render("chart_rows", rows=rows)
    assert words(html) == "Parks 3"
    assert Elements(html).one("rect", **{"class": "meter-fill"})["width"] == "37.5"
