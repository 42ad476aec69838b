"""The addresses of the house."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from config import health, metrics
from foundation.preferences import set_text_size

urlpatterns = [
    path("livez", health.live, name="livez"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("i18n/setlang/", require_POST(set_language), name="set_language"),
    path("text-size/", set_text_size, name="set_text_size"),
    path("accounts/", include("accounts.urls")),
    path("desk/", include("inquiries.urls.desk")),
    path("supervision/", include("sla.urls")),
    path("api/v1/", include("inquiries.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("inquiries.urls.portal")),
]

handler400 = "foundation.errors.bad_request"
handler403 = "foundation.errors.permission_denied"
handler404 = "foundation.errors.not_found"
handler500 = "foundation.errors.server_error"
