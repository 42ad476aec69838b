"""The staff's pages."""

from __future__ import annotations

from django.urls import path

from inquiries.views.desk import (
    case,
    entry,
    home,
    moves,
    notices,
    preferences,
    publication,
    queue,
    ratings,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("queue/<slug:name>/", queue.queue, name="queue"),
    path("urge/", queue.urge, name="urge"),
    path("new/", entry.new, name="new"),
    path("ratings/", ratings.ratings, name="ratings"),
    path("notices/", notices.notices, name="notices"),
    path("notices/seen/", notices.seen, name="notices_seen"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("case/<slug:number>/", case.case, name="case"),
    path("case/<slug:number>/publication/", publication.publication, name="publication"),
    path("case/<slug:number>/files/<int:pk>/", case.attachment, name="attachment"),
    path("case/<slug:number>/clocks/", case.clocks, name="clocks"),
    path("case/<slug:number>/ledger/", case.ledger, name="ledger"),
    path("case/<slug:number>/move/<slug:name>/", moves.move, name="move"),
]
