"""Finding cases by words, two-character Chinese words included.

Texts are stored as overlapping character pairs; a word of two characters is then one index term,
and longer ones are a phrase of terms. PostgreSQL keeps a tsvector beside them, SQLite an FTS5
table; both are kept by the database itself (migration 0002).
"""

from __future__ import annotations

from django.db import connection, models
from django.db.models.expressions import RawSQL

from foundation.text import index_terms, query_terms
from inquiries.models.inquiry import Inquiry
from inquiries.models.reply import Reply
from inquiries.models.search import SearchEntry

DESK, PUBLIC = SearchEntry.Scope.DESK, SearchEntry.Scope.PUBLIC


def index_for_desk(inquiry: Inquiry, extra: str = "", *, new: bool = False) -> None:
    """Let staff find the case by its words, the citizen's name and contact."""
    words = (inquiry.title, inquiry.text, extra, inquiry.name, inquiry.phone, inquiry.email)
    _write(inquiry, DESK, "\n".join(words), new=new)


def index_for_public(reply: Reply, *, new: bool = False) -> None:
    """Let everybody find a published answer by its public words."""
    words = (reply.public_title, reply.public_question, reply.public_text)
    _write(reply.inquiry, PUBLIC, "\n".join(words), new=new)


def remove_from_public(inquiry: Inquiry) -> None:
    SearchEntry.objects.filter(case_id=inquiry.case_id, scope=PUBLIC).delete()


def _write(inquiry: Inquiry, scope: str, words: str, *, new: bool = False) -> None:
    terms = index_terms(words)
    case_id = inquiry.case_id
    if new or not SearchEntry.objects.filter(case_id=case_id, scope=scope).update(terms=terms):
        SearchEntry.objects.create(case_id=case_id, scope=scope, terms=terms)


def matching(scope: str, words: str) -> models.QuerySet[SearchEntry]:
    """The entries of a scope that hold all the words; none if there is nothing to look for."""
    query = query_terms(words)
    entries = SearchEntry.objects.filter(scope=scope)
    if not query:
        return entries.none()
    if connection.vendor == "postgresql":
        lexemes = " & ".join("'" + term.replace("'", "''") + "'" for term in query)
        found = RawSQL("vector @@ %s::tsquery", [lexemes], models.BooleanField())
        return entries.filter(found)
    phrases = " ".join('"' + term.replace('"', '""') + '"' for term in query)
    rows = RawSQL("SELECT rowid FROM inquiries_search_fts WHERE terms MATCH %s", [phrases])
    return entries.filter(pk__in=rows)
