"""Who may do what: everybody reads, a token with the view's scope writes."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from registry.models import ApiToken

if TYPE_CHECKING:  # the framework's views import this module while they are being imported
    from rest_framework.views import APIView


class ReadOrScope(BasePermission):
    """Reading is free. Writing takes a token whose scopes hold the view's ``scope``."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Allow or refuse; a view without a scope takes no writing at all."""
        return request.method in SAFE_METHODS or self.may_write(request, view)

    def may_write(self, request: Request, view: "APIView") -> bool:
        """Say whether the request brings a token with the view's scope."""
        scope: str = getattr(view, "scope", "")
        if not isinstance(request.auth, ApiToken):
            raise NotAuthenticated("This needs a token: send it as Authorization: Bearer assay_…")
        self.message = f"The token does not have the scope '{scope}'."
        return bool(scope) and scope in request.auth.scopes


class OnlyScope(ReadOrScope):
    """Reading takes the same token as writing: what there is belongs to somebody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Allow or refuse."""
        return self.may_write(request, view)
