"""Who asks: the token in the Authorization header, and nothing else (no cookies, no query)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from registry.models import ApiToken

CHALLENGE = 'Bearer realm="assay"'


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer assay_…``. A wrong token is refused, also where none is needed."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """Return the user and the token; None where the request brings none."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not secret.strip():
            raise AuthenticationFailed("Send the token as: Authorization: Bearer assay_…")
        asked = request._request
        if hasattr(asked, "assay_token"):  # the limits looked it up already
            token: ApiToken | None = asked.assay_token
        else:
            token = ApiToken.by_secret(secret.strip())
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("This token is not known here, has expired or was revoked.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Say how to authenticate, with a 401."""
        return CHALLENGE


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes the token."""

    target_class = "registry.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the security scheme."""
        return {"type": "http", "scheme": "bearer", "description": "`manage.py token` makes one."}
