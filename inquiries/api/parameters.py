"""Parameters that several operations take."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import OpenApiParameter

from inquiries.api.fields import NUMBER as PATTERN

NUMBER: Final = OpenApiParameter(
    "number",
    {"type": "string", "pattern": PATTERN},
    OpenApiParameter.PATH,
    description="The number of the case, such as 20261122-482137-3.",
)
FILE: Final = OpenApiParameter("file", int, OpenApiParameter.PATH, description="The file's id.")
