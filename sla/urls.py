"""The supervisors' pages."""

from __future__ import annotations

from django.urls import path

from sla.almanac import views as calendar_views
from sla.board import views as board
from sla.engine.views import engine
from sla.exports import views as exports
from sla.irregular.views import irregular
from sla.lists import views as list_views
from sla.recalculating import views as change_views
from sla.reports import views as reports
from sla.rules import views as rule_views
from sla.simulation import views as simulation_views

app_name = "supervision"
urlpatterns = [
    path("", board.board, name="board"),
    path("cases/", list_views.cases, name="cases"),
    path("overdue/", list_views.cases, {"measure": "overdue"}, name="overdue"),
    path("due-soon/", list_views.cases, {"measure": "due_soon"}, name="due_soon"),
    path("departments/<slug:code>/", board.department, name="department"),
    path("satisfaction/", board.satisfaction, name="satisfaction"),
    path("times/", board.times, name="times"),
    path("policies/", rule_views.policies, name="policies"),
    path("policies/new/", rule_views.new_policy, name="new_policy"),
    path("policies/<int:pk>/", rule_views.policy, name="policy"),
    path("policies/<int:pk>/withdraw/", rule_views.withdraw_policy, name="withdraw_policy"),
    path("policies/<int:pk>/running/", rule_views.extend_policy, name="extend_policy"),
    path("simulation/", simulation_views.simulation, name="simulation"),
    path("calendars/", calendar_views.calendars, name="calendars"),
    path("calendars/<slug:code>/", calendar_views.calendar, name="calendar"),
    path("calendars/<slug:code>/hours/", calendar_views.edit_hours, name="edit_hours"),
    path("calendars/<slug:code>/own-hours/", calendar_views.own_hours, name="own_hours"),
    path("calendars/<slug:code>/house-hours/", calendar_views.house_hours, name="house_hours"),
    path("calendars/<slug:code>/<int:year>/", calendar_views.year, name="calendar_year"),
    path("calendars/<slug:code>/<int:year>/day/", calendar_views.edit_day, name="edit_day"),
    path(
        "calendars/<slug:code>/<int:year>/notice/", calendar_views.edit_notice, name="edit_notice"
    ),
    path("calendars/<slug:code>/<int:year>/file/", calendar_views.load_file, name="load_file"),
    path("changes/", change_views.changes, name="changes"),
    path("changes/<int:pk>/", change_views.change, name="change"),
    path("changes/<int:pk>/apply/", change_views.apply_change, name="apply_change"),
    path("changes/<int:pk>/drop/", change_views.drop_change, name="drop_change"),
    path("irregular/", irregular, name="irregular"),
    path("engine/", engine, name="engine"),
    path("load/", board.load, name="load"),
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
