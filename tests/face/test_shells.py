"""The frames of all pages, the error pages, and the rules that hold for every template."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ALL_TEMPLATES = sorted(TEMPLATES.rglob("*.html"))
ERROR_PAGES = sorted(path.name for path in (TEMPLATES / "errors").glob("*.html"))

INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)


def page(name: str, language: str = "zh-hans", cookie: str = "") -> str:
    request = RequestFactory().get("/somewhere?q=1", headers={"cookie": cookie})
    with translation.override(language):
        return render_to_string(name, {}, request)


@pytest.mark.parametrize("path", ALL_TEMPLATES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_needs_an_exception_from_the_content_security_policy(path: Path) -> None:
    if "email" in path.parts or "emails" in path.parts:
        return
    assert not INLINE.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ERROR_PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_error_page_needs_no_database(name: str, language: str) -> None:
    html = page(f"errors/{name}", language)
    assert "<h1>" in html


def test_the_page_for_our_own_faults_needs_no_request_and_speaks_both_languages() -> None:
    html = render_to_string("errors/500.html", {"request_id": "abc123"})
    assert "系统出错了" in html
    assert "Something went wrong" in html
    assert "abc123" in html


@pytest.mark.parametrize("shell", ["base.html", "desk_base.html"])
def test_a_shell_names_its_language_and_can_be_skipped_through(shell: str) -> None:
    html = page(shell)
    assert '<html lang="zh-Hans">' in html
    assert 'href="#main"' in html
    assert 'id="main"' in html
    assert '<html lang="en">' in page(shell, "en")


def test_language_and_text_size_are_changed_by_post_and_lead_back() -> None:
    html = page("components/switches.html")
    assert html.count('method="post"') == 2
    assert html.count("csrfmiddlewaretoken") == 2
    assert html.count('value="/somewhere?q=1"') == 2


def test_large_text_is_kept_on_every_page_and_can_be_left_again() -> None:
    html = page("base.html", cookie="text_size=large")
    assert 'data-size="large"' in html
    assert 'name="size" value="normal"' in html
    assert "data-size" not in page("base.html")


def test_the_other_language_is_offered_in_its_own_words() -> None:
    assert ">English</button>" in page("components/switches.html", "zh-hans")
    assert ">中文</button>" in page("components/switches.html", "en")
