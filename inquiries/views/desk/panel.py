"""The case page as it is put together: the case, and the moves this person may make now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from accounts.actors import Role
from inquiries.consequences import consequence
from inquiries.forms.desk import FORMS, MoveForm
from inquiries.labels import (
    CHANNELS,
    EXCLUSIONS,
    GROUNDS,
    KINDS,
    MOVES,
    OUTCOMES,
    RATINGS,
    STATES,
)
from inquiries.queries.case_page import CasePage, filled_in
from inquiries.queries.timeline import Step
from inquiries.states import BY_HAND
from inquiries.views.desk.door import frame

EXPECTED = {
    "submitted": "accept",
    "accepted": "assign",
    "assigned": "sign_for",
    "in_review": "reply",
    "replied": "publish",
    "closed": "publish",
}
"""The move that is usually next, offered first and open."""

FINAL = frozenset({"reject", "refer", "merge", "unpublish"})
IN_THE_MIDDLE = frozenset({"draft"})
"""Moves whose form stands in the page itself, where there is room to write."""

ON_OWN_PAGE = {"publish": "desk:publication"}
"""Moves made on a page of their own, which the panel leads to."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A move in the action panel."""

    name: str
    label: Promise
    consequence: str
    form: MoveForm
    main: bool
    danger: bool
    open: bool
    page: str


@dataclass(frozen=True)
class Trouble:
    """Why a move was not made, and what is needed so that nothing typed is lost."""

    status: int
    form: MoveForm
    notice: str = ""
    changes: tuple[Step, ...] = ()
    stale: bool = False


def show_case(
    request: HttpRequest,
    page: CasePage,
    trouble: Trouble | None = None,
    form: MoveForm | None = None,
) -> HttpResponse:
    """The page; after trouble with the form in question open and everything typed in it.

    `form` is a form to show as it is, without trouble (a draft with words from a template).
    """
    held = trouble.form if trouble else form
    inquiry, case = page.inquiry, page.inquiry.case
    context = frame(request, page.seen_from)
    context |= {
        "page": page,
        "inquiry": inquiry,
        "case": case,
        "state_label": STATES[inquiry.state],
        "kind_label": KINDS[case.kind],
        "channel_label": CHANNELS[case.channel],
        "exclusion_label": EXCLUSIONS.get(case.exclusion, ""),
        "ground_label": GROUNDS.get(inquiry.ground, ""),
        "ratings": [(survey, RATINGS.get(survey.rating or 0)) for survey in page.surveys],
        "follow_ups": [(task, OUTCOMES.get(task.outcome, "")) for task in page.follow_ups],
        "typed_in": case.channel in BY_HAND,
        "offers": offers(page, held),
        "draft_form": _draft_form(page, held),
        "templates": [(template, filled_in(template, inquiry)) for template in page.templates],
        "trouble": trouble,
        "typed": _typed(page, held) if trouble else [],
        "may_read_ledger": page.actor.has(Role.AUDITOR),
        "done": request.GET.get("done", ""),
    }
    return render(request, "desk/case.html", context, status=trouble.status if trouble else 200)


def offers(page: CasePage, held: MoveForm | None = None) -> list[Offer]:
    """The moves for the panel, each with an empty form, or with the one held back."""
    wanted = [name for name in FORMS if name in page.moves and name not in IN_THE_MIDDLE]
    expected = EXPECTED.get(page.inquiry.state, "")
    names = sorted(wanted, key=lambda name: name != expected)
    return [_offer(page, name, expected, held) for name in names]


def _offer(page: CasePage, name: str, expected: str, held: MoveForm | None) -> Offer:
    ours = held if held is not None and held.move == name else None
    return Offer(
        name=name,
        label=MOVES[name],
        consequence=consequence(name, page.outlook),
        form=ours or FORMS[name](inquiry=page.inquiry),
        main=name == expected,
        danger=name in FINAL,
        open=ours is not None or (name == expected and held is None),
        page=ON_OWN_PAGE.get(name, ""),
    )


def _draft_form(page: CasePage, held: MoveForm | None) -> MoveForm | None:
    if "draft" not in page.moves:
        return None
    if held is not None and held.move == "draft":
        return held
    text = page.draft.text if page.draft else ""
    return FORMS["draft"](inquiry=page.inquiry, initial={"text": text})


def _typed(page: CasePage, held: MoveForm | None) -> list[tuple[Any, str]]:
    """What was typed into a form that is no longer on the page."""
    if held is None or held.move in page.moves:
        return []
    texts = [(field.label, str(field.value() or "")) for field in held.visible()]
    return [(label, text) for label, text in texts if text]
