"""Lists and texts a bureau edits itself; cases and what hangs on them are only looked at.

Cases change by moves alone, so that every change is allowed, counted and written to the ledger.
"""

from __future__ import annotations

from django.contrib import admin

from foundation.read_only import ReadOnlyAdmin
from inquiries.models import (
    Attachment,
    District,
    ExtensionRequest,
    FollowUp,
    Inquiry,
    Remark,
    ReopenRequest,
    Reply,
    ReplyTemplate,
    Topic,
)


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "name_en", "department", "is_active", "position"]
    list_filter = ["is_active", "department"]
    list_select_related = ["department"]
    search_fields = ["code", "name", "name_en"]


@admin.register(District)
class DistrictAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "name_en", "is_active", "position"]
    list_filter = ["is_active"]
    search_fields = ["code", "name", "name_en"]


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(admin.ModelAdmin):
    list_display = ["title", "topic", "position"]
    list_filter = ["topic"]
    list_select_related = ["topic"]
    search_fields = ["title", "text"]


@admin.register(Inquiry)
class InquiryAdmin(ReadOnlyAdmin):
    list_display = ["number", "title", "state", "handler"]
    list_filter = ["state"]
    list_select_related = ["case", "handler"]
    search_fields = ["case__number"]
    search_help_text = "20260302-123456-7"
    exclude = ["code_digest", "submission_key"]


@admin.register(Reply)
class ReplyAdmin(ReadOnlyAdmin):
    list_display = ["inquiry", "round", "drafted_by", "approved_by", "published_at"]
    list_select_related = ["inquiry__case", "drafted_by", "approved_by"]
    search_fields = ["inquiry__case__number"]


class OfInquiryAdmin(ReadOnlyAdmin):
    """Rows that hang on an inquiry."""

    list_select_related = ["inquiry__case"]
    search_fields = ["inquiry__case__number"]


@admin.register(Remark)
class RemarkAdmin(OfInquiryAdmin):
    list_display = ["inquiry", "move", "audience", "author_label", "at"]


@admin.register(Attachment)
class AttachmentAdmin(OfInquiryAdmin):
    list_display = ["inquiry", "name", "origin", "size", "at"]
    exclude = ["file"]


@admin.register(FollowUp)
class FollowUpAdmin(OfInquiryAdmin):
    list_display = ["inquiry", "round", "opened_at", "outcome", "done_at"]


@admin.register(ExtensionRequest, ReopenRequest)
class RequestAdmin(OfInquiryAdmin):
    list_display = ["inquiry", "requested_at", "granted", "decided_by"]
