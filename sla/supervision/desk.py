"""What every page of supervision stands in: who comes in, the question, what lies open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actors import SUPERVISING, Actor, Role
from accounts.models import Department, User
from foundation import clock
from sla.figures.report import definitions
from sla.figures.scope import EVERYTHING
from sla.figures.stock import Stock, low_ratings, stock
from sla.standing import Horizon, horizon
from sla.supervision import wording
from sla.supervision.asking import Question, QuestionForm, read

PAGE = 30
"""Rows of a list on one page."""

COUNTED_TO = 10_000
"""A longer list is said to have more than so many."""

DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'"
"""For files: as downloads, never to be run or shown inside the site."""

View = Callable[..., HttpResponseBase]


def supervising(view: View) -> View:
    """A page to look at, for those whom `guarding` lets in."""
    return require_safe(guarding(view))


def guarding(view: View) -> View:
    """Let supervisors and auditors in, send others who have signed in away with 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not actor_of(request).has(*SUPERVISING):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def actor_of(request: HttpRequest) -> Actor:
    return user_of(request).as_actor()


class Desk:
    """What every page of supervision needs: the question, the departments, what lies open."""

    def __init__(self, request: HttpRequest, current: str = "", department: str = "") -> None:
        self.request, self.current = request, current
        now = clock.now()
        self.departments = list(Department.objects.all())
        reader = user_of(request)
        # The page says where its reader works: it need not be looked up again.
        reader.department = next(
            (d for d in self.departments if d.pk == reader.department_id), None
        )
        data = request.GET.copy()
        if department:
            data["department"] = department
        self.form: QuestionForm
        self.form, question = read(data, now, self.departments)
        self.wrong = question is None
        self.asked: Question = question or cast(Question, read({}, now, ())[1])
        if self.asked.handler and not self.sees_people:
            raise PermissionDenied
        self.seen_from: Horizon = horizon(now)

    @property
    def sees_people(self) -> bool:
        """Figures of single members of staff are the supervisors' alone."""
        return actor_of(self.request).has(Role.SUPERVISOR)

    def department(self, code: str) -> Department:
        """The department with this code. Raises Http404."""
        found = next((d for d in self.departments if d.code == code), None)
        if found is None:
            raise Http404
        return found

    def render(self, template: str, **context: Any) -> HttpResponse:
        shown: dict[str, Any] = {
            "asked": self.asked,
            "form": self.form,
            "wrong": self.wrong,
            "basis": wording.BASES[self.asked.basis],
            "queue_nav": self.nav(),
            "nav_title": _("Supervision"),
            "definitions": wording.explained(definitions()),
        }
        if "measure" not in context:
            kept = {"by": context["by"]} if "by" in context else {}
            shown["shortcuts"] = self.asked.shortcuts(**kept)
        status = 400 if self.wrong else 200
        return render(self.request, template, shown | context, status=status)

    @cached_property
    def house(self) -> Stock:
        """What lies open in the whole house; a page that has counted it already says so."""
        return stock(self.seen_from)

    @property
    def of_all(self) -> bool:
        """Whether no part of the house was asked for."""
        return replace(self.asked.scope, unsurveyed=frozenset()) == EVERYTHING

    @cached_property
    def low_ratings(self) -> tuple[str, int]:
        """Where low ratings wait, and how many of them the reader may follow up."""
        page, queue = settings.LOW_RATINGS_PAGE
        return reverse(page, args=[queue]), low_ratings(actor_of(self.request))

    def nav(self) -> list[dict[str, Any]]:
        """The pages of supervision for the side bar, those of a group together."""
        low_url, low = self.low_ratings
        open_now = self.house.total
        watch, prove, rules, running = _("Watch"), _("Prove"), _("Rules"), _("Running")
        pages: list[tuple[str, str, str, int | None, str]] = [
            (watch, "board", _("Board"), None, ""),
            (watch, "overdue", _("Overdue"), open_now["overdue"], "danger"),
            (watch, "due_soon", _("Due soon"), open_now["due_soon"], "warn"),
            (watch, "low", _("Low ratings"), low, "warn"),
            (watch, "irregular", _("To look at twice"), None, ""),
            (watch, "load", _("Load"), None, ""),
            (watch, "times", _("Answer times"), None, ""),
            (watch, "satisfaction", _("Satisfaction"), None, ""),
            (prove, "reports", _("Reports"), None, ""),
            (prove, "exports", _("Exported files"), None, ""),
            (rules, "policies", _("Time rules"), None, ""),
            (rules, "simulation", _("Simulation"), None, ""),
            (rules, "calendars", _("Calendars"), None, ""),
            (rules, "changes", _("Changes"), None, ""),
            (running, "engine", _("Background work"), None, ""),
        ]
        here = next((group for group, name, *_more in pages if name == self.current), watch)
        return [
            {
                "group": group,
                "here": group == here,
                "url": low_url if name == "low" else reverse(f"supervision:{name}"),
                "label": label,
                "count": count,
                "current": name == self.current,
                "tone": tone,
            }
            for group, name, label, count, tone in pages
        ]
