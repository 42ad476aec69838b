"""The supervisors' pages."""

from __future__ import annotations

from django.urls import path

from sla import load, views
from sla.exports import views as exports
from sla.reports import views as reports

app_name = "supervision"
urlpatterns = [
    path("", views.board, name="board"),
    path("cases/", views.cases, name="cases"),
    path("overdue/", views.cases, {"measure": "overdue"}, name="overdue"),
    path("due-soon/", views.cases, {"measure": "due_soon"}, name="due_soon"),
    path("departments/<slug:code>/", views.department, name="department"),
    path("times/", views.times, name="times"),
    path("load/", load.shown, name="load"),
    path("exports/", exports.listed, name="exports"),
    path("exports/new/", exports.new, name="new_export"),
    path("exports/files/<slug:token>/", exports.fetch, name="fetch_export"),
    path("reports/", reports.listed, name="reports"),
    path("reports/new/", reports.new, name="new_report"),
    path("reports/<int:pk>/", reports.shown, name="report"),
    path("reports/<int:pk>/correct/", reports.correct, name="correct_report"),
    path("reports/<int:pk>/<int:number>/", reports.shown, name="report_version"),
    path("reports/<int:pk>/<int:number>/sign/", reports.sign, name="sign_report"),
    path("reports/<int:pk>/<int:number>/files/<slug:form>/", reports.export, name="export_report"),
]
