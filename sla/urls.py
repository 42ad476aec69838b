"""The supervisors' pages."""

from __future__ import annotations

from django.urls import path

from sla import views

app_name = "supervision"
urlpatterns = [
    path("", views.board, name="board"),
    path("cases/", views.cases, name="cases"),
    path("overdue/", views.cases, {"measure": "overdue"}, name="overdue"),
    path("due-soon/", views.cases, {"measure": "due_soon"}, name="due_soon"),
    path("departments/<slug:code>/", views.department, name="department"),
    path("satisfaction/", views.satisfaction, name="satisfaction"),
    path("times/", views.times, name="times"),
]
