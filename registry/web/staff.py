"""Who may change anything from a page: people who are logged in and staff."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


def is_staff(request: HttpRequest) -> bool:
    """Say whether the reader may ask for runs and drive scans."""
    return bool(request.user.is_active and request.user.is_staff)


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Send a stranger to the login; raise PermissionDenied for a user who is not staff."""
    if is_staff(request):
        return None
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.get_full_path(), "admin:login")
