"""Departments, staff, roles and API tokens, for superusers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Role
from accounts.models import ApiToken, Department, RoleGrant, User
from accounts.models.user import BOTH
from accounts.tokens import issue
from foundation import clock


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "name_en", "is_active", "position"]
    list_filter = ["is_active"]
    search_fields = ["code", "name", "name_en"]


class RoleFormSet(forms.BaseInlineFormSet):
    """Looks at all the roles together, so that none slips in beside another in one go."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form.cleaned_data.get("role")
            for form in self.forms
            if form.is_valid() and not form.cleaned_data.get("DELETE")
        ]
        audits = Role.AUDITOR in kept
        if audits and (Role.ADMINISTRATOR in kept or self.instance.is_superuser):
            raise ValidationError(BOTH)


class RoleInline(admin.TabularInline):
    model = RoleGrant
    formset = RoleFormSet
    extra = 1


@admin.register(User)
class StaffAdmin(UserAdmin):
    inlines = [RoleInline]
    list_display = ["username", "full_name", "department", "is_active", "is_superuser"]
    list_filter = ["is_active", "department", "grants__role"]
    list_select_related = ["department"]
    search_fields = ["username", "full_name", "email"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["full_name", "department", "email"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "full_name", "department", "password1", "password2"],
            },
        ),
    ]


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Making a token shows it once; afterwards it can only be revoked."""

    list_display = ["name", "user", "created_at", "expires_at", "revoked_at"]
    list_select_related = ["user"]
    actions = ["revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        dates = ["created_at", "revoked_at"] if obj else []
        return ["user", "name", "expires_at", *dates]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        return self.get_fields(request, obj) if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm, change: bool
    ) -> None:
        if change:
            return
        made, text = issue(obj.user, obj.name, at=clock.now(), expires_at=obj.expires_at)
        obj.pk = made.pk
        obj.created_at = made.created_at
        said = gettext("The token, shown only this once: %(token)s") % {"token": text}
        messages.warning(request, said)

    @admin.action(description=_("Revoke the chosen tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        queryset.filter(revoked_at__isnull=True).update(revoked_at=clock.now())
