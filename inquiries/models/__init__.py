from __future__ import annotations

from inquiries.models.attachment import Attachment
from inquiries.models.follow_up import FollowUp
from inquiries.models.inquiry import Inquiry, Support
from inquiries.models.remark import Remark
from inquiries.models.reply import Reply, ReplyTemplate
from inquiries.models.requests import ExtensionRequest, ReopenRequest
from inquiries.models.search import SearchEntry
from inquiries.models.topic import District, Topic

__all__ = [
    "Attachment",
    "District",
    "ExtensionRequest",
    "FollowUp",
    "Inquiry",
    "Remark",
    "ReopenRequest",
    "Reply",
    "ReplyTemplate",
    "SearchEntry",
    "Support",
    "Topic",
]
