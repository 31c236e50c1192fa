"""The content security policy: a page loads nothing that is not ours, and runs no inline script."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def policy(stream: str = "") -> str:
    """Return the policy of a page; ``stream`` is the one other origin that its script may ask."""
    connect = f"connect-src 'self' {stream}".rstrip()
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            connect,
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


POLICY = policy()


class ContentSecurityPolicy:
    """Middleware that puts the policy on every response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the policy."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response
