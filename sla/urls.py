"""The supervisors' pages."""

from __future__ import annotations

from django.urls import path

from sla import rule_views, simulation_views, views

app_name = "supervision"
urlpatterns = [
    path("", views.board, name="board"),
    path("cases/", views.cases, name="cases"),
    path("overdue/", views.cases, {"measure": "overdue"}, name="overdue"),
    path("due-soon/", views.cases, {"measure": "due_soon"}, name="due_soon"),
    path("departments/<slug:code>/", views.department, name="department"),
    path("times/", views.times, name="times"),
    path("policies/", rule_views.policies, name="policies"),
    path("policies/new/", rule_views.new_policy, name="new_policy"),
    path("policies/<int:pk>/", rule_views.policy, name="policy"),
    path("policies/<int:pk>/withdraw/", rule_views.withdraw_policy, name="withdraw_policy"),
    path("simulation/", simulation_views.simulation, name="simulation"),
]
