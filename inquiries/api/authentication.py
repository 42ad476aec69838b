"""Staff are known by a bearer token."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import tokens
from accounts.models import User

SCHEME = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; a token that is wrong, over or revoked is a 401."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        scheme, _blank, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        user = tokens.authenticate(token.strip())
        if user is None:
            raise AuthenticationFailed(_("This token is not valid, or no longer."))
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class IsStaffMember(BasePermission):
    """Somebody with a token. What they may do is the policy's concern, not this one's."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, User)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema names it."""

    target_class = TokenAuthentication
    name = "staffToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
