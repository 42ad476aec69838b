"""The pages of the rules: what is promised and allowed, since when, and by whose decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Role
from foundation import clock
from sla.models import Policy, PolicyChange
from sla.models.policy import TARGET_LABELS
from sla.recalculating import at_once, propose_policy
from sla.rules.form import RuleForm, initial_of
from sla.rules.preview import effect_of
from sla.rules.ruling import Refused, RuleRefused, make, state_of, withdraw
from sla.rules.words import Names, differences, versions
from sla.supervision.desk import actor_of
from sla.supervision.door import LOOKING, for_roles, shown
from sla.targets import Target


@require_safe
@for_roles(*LOOKING)
def policies(request: HttpRequest) -> HttpResponse:
    """All rules by target: in force now, still to come, and past."""
    now = clock.now()
    rows = Policy.objects.order_by("stream", "department__code", "category", "kind")
    found = versions(rows, now, Names())
    groups = [
        (
            label,
            [v for v in found if v.policy.target == target and v.standing != "past"],
            [v for v in found if v.policy.target == target and v.standing == "past"],
        )
        for target, label in TARGET_LABELS.items()
    ]
    return shown(request, "supervision/policies.html", "policies", groups=groups)


@require_safe
@for_roles(*LOOKING)
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One rule: the version asked for, its other versions, and every decision about it."""
    return _rule_page(request, get_object_or_404(Policy, pk=pk))


def _scope(rule: Policy) -> dict[str, Any]:
    names = ("stream", "target", "kind", "category", "department_id")
    return {name: getattr(rule, name) for name in names}


def _rule_page(request: HttpRequest, rule: Policy, wrong: str = "") -> HttpResponse:
    names = Names()
    scope = _scope(rule)
    history = versions(Policy.objects.filter(**scope), clock.now(), names)
    changes = [
        (change, differences(change, names)) for change in PolicyChange.objects.filter(**scope)
    ]
    return shown(
        request,
        "supervision/policy.html",
        "policies",
        status=409 if wrong else 200,
        version=next(version for version in history if version.policy.pk == rule.pk),
        history=history,
        changes=changes,
        extendable=rule.target != Target.RETURN,
        wrong=wrong,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.ADMINISTRATOR)
def new_policy(request: HttpRequest) -> HttpResponse:
    """A new version or a narrower rule: the form, then what it would do, then the decision."""
    now = clock.now()
    if request.method != "POST":
        like = request.GET.get("like", "")
        known = Policy.objects.filter(pk=int(like)) if like.isascii() and like.isdecimal() else None
        rule = known.first() if known is not None and len(like) < 18 else None
        form = RuleForm(now=now, initial=initial_of(rule) if rule else {"warning_1_n": 80})
        return shown(request, "supervision/policy_form.html", "policies", form=form)
    form = RuleForm(request.POST, now=now)
    if not form.is_valid() or form.rule is None or request.POST.get("step") == "change":
        status = 422 if form.errors else 200
        return shown(request, "supervision/policy_form.html", "policies", form=form, status=status)
    if request.POST.get("step") != "confirm":
        return _effect(request, form)
    try:
        made = make(
            form.rule,
            by=actor_of(request),
            reason=form.cleaned_data["reason"],
            at=now,
            seen=form.cleaned_data["seen"],
        )
    except RuleRefused as refused:
        if refused.why is Refused.TWICE_AT_ONCE:
            form.add_error("starts", refused.words)
            return shown(request, "supervision/policy_form.html", "policies", form=form, status=409)
        return _effect(request, form, refused.words)
    messages.success(request, _("The rule is made."))
    if form.cleaned_data["running"]:
        return _propose(request, made)
    return redirect("supervision:policy", made.pk)


def _propose(request: HttpRequest, rule: Policy) -> HttpResponse:
    """On to the page that shows what running cases would have of a rule in force."""
    now = clock.now()
    proposed = propose_policy(rule, running=True, by=actor_of(request), at=now)
    at_once(proposed.pk, now)
    return redirect("supervision:change", proposed.pk)


@require_POST
@for_roles(Role.ADMINISTRATOR)
def extend_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose that running cases take over a rule in force."""
    rule = get_object_or_404(Policy, pk=pk)
    found = versions(Policy.objects.filter(**_scope(rule)), clock.now(), Names())
    if any(v.policy.pk == pk and v.standing == "now" for v in found):
        return _propose(request, rule)
    return _rule_page(request, rule, _("Running cases can take over only the version in force."))


def _effect(request: HttpRequest, form: RuleForm, wrong: str = "") -> HttpResponse:
    """The step before the decision."""
    assert form.rule is not None
    rule, names = form.rule, Names()
    [version] = versions([rule], form.now, names)
    return shown(
        request,
        "supervision/policy_effect.html",
        "policies",
        status=409 if wrong else 200,
        form=form,
        version=version,
        at_once=rule.active_from <= form.now,
        effect=effect_of(rule, form.now),
        seen=state_of(rule.stream),
        wrong=wrong,
    )


@require_POST
@for_roles(Role.ADMINISTRATOR)
def withdraw_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a rule that has not begun."""
    rule = get_object_or_404(Policy, pk=pk)
    reason = request.POST.get("reason", "")[:500]
    try:
        withdraw(pk, by=actor_of(request), reason=reason, at=clock.now())
    except RuleRefused as refused:
        return _rule_page(request, rule, refused.words)
    except Policy.DoesNotExist:
        messages.info(request, _("Somebody has withdrawn this rule already."))
        return redirect("supervision:policies")
    messages.success(request, _("The rule is withdrawn; it never came into force."))
    return redirect("supervision:policies")
