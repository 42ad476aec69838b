from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a background job last came round; /readyz and the operator's page read it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
