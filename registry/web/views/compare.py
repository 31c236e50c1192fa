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
    compared = comparing.compare(request.GET.getlist("m"))
    differs = request.GET.get("only") == "differences"
    if differs:
        compared = compared.only_differences()
    if request.GET.get("format") in FORMATS:
        write, content_type = FORMATS[request.GET["format"]]
        return HttpResponse(write(compared), content_type=content_type)
    context = {
        "compared": compared,
        "differs": differs,
        "most": comparing.MOST,
        "query": comparing.query(compared.names),
        "has_room": len(compared.columns) < comparing.MOST,
        "known": [column for column in compared.columns if column.revision is not None],
    }
    return render(request, "compare_show.html", context)
