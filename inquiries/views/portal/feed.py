"""The newest published answers as an Atom feed, all or of one department or topic."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _

from foundation.context import site_name
from inquiries.forms.answers import AnswersForm
from inquiries.queries.published import Filters, PublicAnswer, answers_of, published_cases

NEWEST = 30
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot carry; imported texts may hold some."""


class AnswersFeed(Feed):
    """Addresses in it are made from SITE_URL, so that they are the same wherever it is read."""

    feed_type = Atom1Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "public, max-age=300")
        return response

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Filters:
        form = AnswersForm(request.GET)
        found = form.filters()
        if form.errors:
            raise BadRequest
        return Filters(department=found.department, topic=found.topic)

    def title(self, obj: Filters) -> str:
        part = obj.topic or obj.department
        name = _("%(site)s: published answers") % {"site": site_name()}
        return f"{name} - {part.label}" if part else name

    def subtitle(self, obj: Filters) -> str:
        return _("Questions from citizens and the answers they received")

    def link(self, obj: Filters) -> str:
        return _absolute("portal:answers")

    def feed_url(self, obj: Filters) -> str:
        return _absolute("portal:feed")

    def feed_guid(self, obj: Filters) -> str:
        chosen = [row.code for row in (obj.department, obj.topic) if row is not None]
        return "#".join([_absolute("portal:feed"), *chosen])

    def author_name(self, obj: Filters) -> str:
        return site_name()

    def items(self, obj: Filters) -> list[PublicAnswer]:
        cases = published_cases(obj).order_by("-published_at", "-pk")[:NEWEST]
        return answers_of(cases, whole=True)

    def item_title(self, item: PublicAnswer) -> str:
        return NOT_XML.sub("", item.title)

    def item_description(self, item: PublicAnswer) -> str:
        asked, answered = _("Question"), _("Answer")
        text = f"{asked}\n{item.question}\n\n{answered}\n{item.text}"
        return linebreaks(NOT_XML.sub("", text), autoescape=True)

    def item_link(self, item: PublicAnswer) -> str:
        return _absolute("portal:answer", item.number)

    def item_guid(self, item: PublicAnswer) -> str:
        return self.item_link(item)

    def item_author_name(self, item: PublicAnswer) -> str:
        return item.department.label if item.department else site_name()

    def item_pubdate(self, item: PublicAnswer) -> datetime:
        return item.published_at

    def item_updateddate(self, item: PublicAnswer) -> datetime:
        return item.published_at

    def item_categories(self, item: PublicAnswer) -> list[str]:
        topic = [item.topic.label] if item.topic else []
        return [str(item.kind_label), *topic]


def _absolute(name: str, *args: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name, args=args)}"
