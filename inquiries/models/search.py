from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """The search terms of one text of an inquiry, for one audience; of its case, to which all
    lists lead.

    Full-text columns differ by database and are made by migration: a tsvector on PostgreSQL,
    an FTS5 table on SQLite. `inquiries.search` is the only reader and writer.
    """

    class Scope(models.TextChoices):
        DESK = "desk"
        PUBLIC = "public"

    case = models.ForeignKey("sla.Case", on_delete=models.CASCADE, related_name="+", db_index=False)
    scope = models.CharField(max_length=10, choices=Scope)
    terms = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "scope"], name="inquiries_search_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.scope}"
