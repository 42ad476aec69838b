"""My reminders: what I am sent by e-mail, and in which language."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inquiries.forms.preferences import PreferencesForm
from inquiries.views.desk.door import frame, look_now, staff, user_of
from notices.models import Wishes


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def preferences(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            chosen = {name: form.cleaned_data[name] for name in PreferencesForm.CHOICES}
            Wishes.objects.update_or_create(user=user, defaults=chosen)
            messages.success(request, _("Your choices are kept; they apply from the next e-mail."))
            return redirect("desk:preferences")
    else:
        kept = Wishes.objects.filter(user=user).first() or Wishes(user=user)
        form = PreferencesForm(
            initial={name: getattr(kept, name) for name in PreferencesForm.CHOICES}
        )
    context = frame(request, look_now()) | {"form": form, "email": user.email}
    status = 422 if form.errors else 200
    return render(request, "desk/preferences.html", context, status=status)
