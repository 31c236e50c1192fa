"""Pages and answers of the API go out compressed; files of models do not."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = {
    "text/html",
    "text/plain",
    "text/markdown",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/problem+json",
    "application/vnd.oai.openapi+json",
    "application/atom+xml",
    "application/xml",
    "application/javascript",
}


class CompressText(GZipMiddleware):
    """Compress text that is whole; a stream or a file keeps its length and its ranges.

    The header's random padding, which hides how long a page with a token is, is Django's.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress what readers read."""
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if response.streaming or kind not in COMPRESSED:
            return response
        return super().process_response(request, response)
