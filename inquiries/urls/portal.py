"""The citizens' pages. No address holds a query code."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from inquiries.views.portal import (
    answers,
    calculator,
    feed,
    following,
    home,
    open_data,
    pages,
    submission,
    survey,
    transparency,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("submit/", submission.SubmitView.as_view(), name="submit"),
    path("submit/receipt/<slug:number>/", submission.receipt, name="receipt"),
    path("follow/", following.FollowView.as_view(), name="follow"),
    path("follow/leave/", following.leave, name="leave"),
    path("follow/<slug:number>/", following.case, name="case"),
    path("follow/<slug:number>/dates/", following.dates, name="dates"),
    path("follow/<slug:number>/supply/", following.supply, name="supply"),
    path("follow/<slug:number>/withdraw/", following.withdraw, name="withdraw"),
    path("follow/<slug:number>/rate/", following.rate, name="rate"),
    path("follow/<slug:number>/ask-again/", following.ask_again, name="ask_again"),
    path("follow/<slug:number>/files/<int:pk>/", following.attachment, name="attachment"),
    path("follow/<slug:number>/proof.json", transparency.proof, name="proof"),
    path("my/<str:token>/", following.LinkView.as_view(), name="link"),
    path("s/<str:token>/", survey.SurveyView.as_view(), name="survey"),
    path("answers/", answers.answers, name="answers"),
    path("answers/feed.atom", require_safe(feed.AnswersFeed()), name="feed"),
    path("answers/<slug:number>/", answers.answer, name="answer"),
    path("calculator/", calculator.calculator, name="calculator"),
    path("transparency/", transparency.transparency, name="transparency"),
    path("transparency/seals.json", transparency.seals_json, name="seals_json"),
    path("transparency/seals.csv", transparency.seals_csv, name="seals_csv"),
    path("transparency/check_proof.py", transparency.checker, name="checker"),
    path("open-data/", open_data.guide, name="open_data"),
    path("open-data/<int:year>/cases.csv", open_data.cases_csv, name="open_cases_csv"),
    path("open-data/<int:year>/cases.json", open_data.cases_json, name="open_cases_json"),
    path("open-data/<int:year>/figures.json", open_data.figures_json, name="open_figures"),
    path("help/", pages.help_page, name="help"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
]
