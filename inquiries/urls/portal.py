"""The citizens' pages. No address holds a query code."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from inquiries.views.portal import answers, feed, following, home, pages, submission, survey

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("submit/", submission.SubmitView.as_view(), name="submit"),
    path("submit/receipt/<slug:number>/", submission.receipt, name="receipt"),
    path("follow/", following.FollowView.as_view(), name="follow"),
    path("follow/leave/", following.leave, name="leave"),
    path("follow/<slug:number>/", following.case, name="case"),
    path("follow/<slug:number>/supply/", following.supply, name="supply"),
    path("follow/<slug:number>/withdraw/", following.withdraw, name="withdraw"),
    path("follow/<slug:number>/rate/", following.rate, name="rate"),
    path("follow/<slug:number>/ask-again/", following.ask_again, name="ask_again"),
    path("follow/<slug:number>/files/<int:pk>/", following.attachment, name="attachment"),
    path("my/<str:token>/", following.LinkView.as_view(), name="link"),
    path("s/<str:token>/", survey.SurveyView.as_view(), name="survey"),
    path("answers/", answers.answers, name="answers"),
    path("answers/feed.atom", require_safe(feed.AnswersFeed()), name="feed"),
    path("answers/<slug:number>/", answers.answer, name="answer"),
    path("help/", pages.help_page, name="help"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
]
