"""The exports: a list, and their files."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from registry.ecosystem.exports import folder

MEDIA_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".gz": "application/gzip",
    ".json": "application/json",
}


@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """List the exports, the newest with its files."""
    exports = folder.listed()
    newest = exports[0] if exports else None
    return render(request, "export_list.html", {"newest": newest, "older": exports[1:]})


@require_safe
def export_file(request: HttpRequest, name: str, file: str) -> HttpResponseBase:
    """Send a file of an export; its ETag is its SHA-256, for it never changes."""
    export = folder.named(name)
    found = folder.file_of(export, file) if export else None
    if found is None:
        raise Http404("There is no such file in this export.")
    path, digest = found
    etag, modified = f'"{digest}"', int(path.stat().st_mtime)
    answer = get_conditional_response(request, etag, modified)
    response: HttpResponseBase = answer if answer is not None else _content(path)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    # What stands under a name of its own never changes; what stands under "latest" does, daily.
    patch_cache_control(response, public=True, max_age=60 if name == "latest" else 86_400)
    return response


def _content(path: Path) -> FileResponse:
    return FileResponse(
        path.open("rb"),
        as_attachment=path.suffix != ".json",
        filename=path.name,
        content_type=MEDIA_TYPES[path.suffix],
    )
