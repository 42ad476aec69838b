"""Signing in and out, and changing one's password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

METHODS = ["get", "head", "options", "post"]
"""Django's form views would take a PUT for a POST."""


class SignIn(views.LoginView):
    """Name and password; django-axes counts wrong ones and locks for a while."""

    template_name = "accounts/login.html"
    http_method_names = METHODS
    redirect_authenticated_user = True


class SignOut(views.LogoutView):
    """By POST only, so that no link can sign anybody out."""


class ChangePassword(views.PasswordChangeView):
    """The old password once and the new one twice; other sessions of the person end."""

    template_name = "accounts/password.html"
    http_method_names = METHODS
    success_url = reverse_lazy("desk:home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, _("Your password has been changed."))
        return super().form_valid(form)
