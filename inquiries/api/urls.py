"""The API, version 1."""

from __future__ import annotations

from django.urls import path

from inquiries.api import citizen, clocks, document, figures, public, staff
from inquiries.api.moves import INPUTS

app_name = "api"
urlpatterns = [
    path("inquiries/", citizen.SubmitView.as_view(), name="submit"),
    path("inquiries/<str:number>/", citizen.FollowView.as_view(), name="inquiry"),
    path("inquiries/<str:number>/supply/", citizen.SupplyView.as_view(), name="supply"),
    path("inquiries/<str:number>/withdraw/", citizen.WithdrawView.as_view(), name="withdraw"),
    path("inquiries/<str:number>/rate/", citizen.RateView.as_view(), name="rate"),
    path(
        "inquiries/<str:number>/request-reopen/",
        citizen.RequestReopenView.as_view(),
        name="request_reopen",
    ),
    path("inquiries/<str:number>/files/<int:file>/", citizen.FileView.as_view(), name="file"),
    path("inquiries/<str:number>/clocks/", clocks.CitizenClocksView.as_view(), name="clocks"),
    path("calculator/", clocks.CalculatorView.as_view(), name="calculator"),
    path("answers/", public.AnswersView.as_view(), name="answers"),
    path("answers/<str:number>/", public.AnswerView.as_view(), name="answer"),
    path("figures/", figures.FiguresView.as_view(), name="figures"),
    path("departments/", public.DepartmentsView.as_view(), name="departments"),
    path("topics/", public.TopicsView.as_view(), name="topics"),
    path("districts/", public.DistrictsView.as_view(), name="districts"),
    path("desk/queues/", staff.QueuesView.as_view(), name="queues"),
    path("desk/queues/<str:name>/", staff.QueueView.as_view(), name="queue"),
    path("desk/cases/<str:number>/", staff.CaseView.as_view(), name="case"),
    path(
        "desk/cases/<str:number>/files/<int:file>/", staff.CaseFileView.as_view(), name="case_file"
    ),
    path("desk/cases/<str:number>/clocks/", clocks.StaffClocksView.as_view(), name="case_clocks"),
    *(
        path(
            f"desk/cases/<str:number>/moves/{move.replace('_', '-')}/",
            staff.view_of(move),
            name=f"move_{move}",
        )
        for move in INPUTS
    ),
    path("schema/", document.SchemaView.as_view(), name="schema"),
    path("schema.json", document.JsonSchemaView.as_view(), name="schema_json"),
]
