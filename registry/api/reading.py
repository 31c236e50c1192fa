"""The OpenAPI document for people: Swagger UI and Redoc, out of files of our own."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

_SIDECAR = "drf_spectacular_sidecar"


class Reader(View):
    """A page that shows the OpenAPI document.

    Both libraries put style elements into their page, which no other page may: the policy is
    loosened for style here and nowhere else. Scripts come from this server only, and none stands in
    the page.
    """

    http_method_names = ["get", "head"]
    title: ClassVar[str]
    script: ClassVar[str]
    starter: ClassVar[str]
    style: ClassVar[str] = ""
    policy: ClassVar[tuple[str, ...]] = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        shown = {
            "title": self.title,
            "script": self.script,
            "starter": self.starter,
            "style": self.style,
        }
        response = render(request, "api_docs.html", shown)
        response["Content-Security-Policy"] = "; ".join(self.policy)
        response["Cache-Control"] = "public, max-age=300"
        return response


class Swagger(Reader):
    """Swagger UI: with it requests can be tried out."""

    title = "Try the API"
    script = f"{_SIDECAR}/swagger-ui-dist/swagger-ui-bundle.js"
    style = f"{_SIDECAR}/swagger-ui-dist/swagger-ui.css"
    starter = "assay/api-swagger.js"


class Redoc(Reader):
    """Redoc: made for reading. It searches in a worker, which it makes out of its own text."""

    title = "The API"
    script = f"{_SIDECAR}/redoc/bundles/redoc.standalone.js"
    starter = "assay/api-redoc.js"
    policy = (*Reader.policy, "worker-src blob:")
