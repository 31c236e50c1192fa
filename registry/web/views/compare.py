"""Models side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry.web import comparing, comparison_files

FORMATS = {
    "csv": (comparison_files.as_csv, "text/csv; charset=utf-8"),
    "markdown": (comparison_files.as_markdown, "text/markdown; charset=utf-8"),
}


@require_safe
def compare_show(request: HttpRequest) -> HttpResponse:
    """Show up to six models side by side, as a page or as text."""
    differs = request.GET.get("only") == "differences"
    compared = comparing.compare(request.GET.getlist("m"), differences=differs)
    if request.GET.get("format") in FORMATS:
        write, content_type = FORMATS[request.GET["format"]]
        return HttpResponse(write(compared), content_type=content_type)
    place, lines = compared.page(request.GET.get("from", ""))
    context = {
        "compared": compared,
        "place": place,
        "lines": lines,
        "differs": differs,
        "most": comparing.MOST,
        "query": comparing.query(compared.names),
        "has_room": len(compared.columns) < comparing.MOST,
    }
    return render(request, "compare_show.html", context)
