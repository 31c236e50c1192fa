"""Which colours a reader chose. Without a choice a page follows the reader's system."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

THEMES = (("system", "System"), ("light", "Light"), ("dark", "Dark"))
COOKIE = "theme"
YEAR_S = 365 * 86_400


def theme(request: HttpRequest) -> dict[str, Any]:
    """Tell every template the choice; the page stands in its colours before it is painted."""
    chosen = request.COOKIES.get(COOKIE, "")
    return {"theme": chosen if chosen in {"light", "dark"} else "system", "themes": THEMES}


@csrf_exempt  # the worst that a stranger's form can do is to turn the light on
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice for a year, and go back to where the reader was."""
    chosen = request.POST.get("theme", "")
    address = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        address = "/"
    answer = HttpResponseRedirect(urlsplit(address)._replace(fragment="").geturl() or "/")
    if chosen in {"light", "dark"}:
        answer.set_cookie(COOKIE, chosen, max_age=YEAR_S, samesite="Lax")
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer
