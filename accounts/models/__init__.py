from __future__ import annotations

from accounts.models.department import Department
from accounts.models.token import ApiToken
from accounts.models.user import RoleGrant, User

__all__ = ["ApiToken", "Department", "RoleGrant", "User"]
