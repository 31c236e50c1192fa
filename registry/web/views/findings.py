"""Pictures of findings."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from registry.models import FindingPicture
from registry.visibility import public_findings

YEAR_S = 365 * 24 * 3600


@require_safe
def finding_picture(request: HttpRequest, number: int, name: str) -> HttpResponse:
    """Answer with a picture. What stands at this address never changes."""
    findings = public_findings().filter(pk=number)
    picture = FindingPicture.objects.filter(finding__in=findings, name=name).first()
    if picture is None:
        raise Http404("This finding has no picture of that name.")
    etag = f'"{picture.sha256}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(bytes(picture.data), content_type="image/png")
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, max_age=YEAR_S, immutable=True)
    return response
