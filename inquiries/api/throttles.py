"""The house's limits as throttle classes."""

from __future__ import annotations

from rest_framework.throttling import BaseThrottle

from foundation.throttle import LimitThrottle
from inquiries import limits


class ReadThrottle(LimitThrottle, BaseThrottle):
    limit = limits.READS


class CitizenChangeThrottle(LimitThrottle, BaseThrottle):
    limit = limits.CITIZEN_CHANGES


class StaffThrottle(LimitThrottle, BaseThrottle):
    limit = limits.STAFF_CALLS
