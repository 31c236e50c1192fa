"""Saved searches of whoever is signed in: save, look, rename, remove, have back."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from registry import keysets
from registry.models import SavedSearch
from registry.search import BadQuestion, Question, saved

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PAGE_SIZE = 20
MOST = 100  # of one owner
LONGEST_QUERY = 4_000  # characters
LONGEST_NAME = 100
KEPT = timedelta(days=1)  # after it was removed
NEWEST = keysets.Order("newest", ("id",), descending=True)


@require_http_methods(["GET", "HEAD", "POST"])
def search_list(request: HttpRequest) -> HttpResponse:
    """List the reader's searches, each with what is new in it; save one."""
    user = request.user
    if not user.is_authenticated:
        if request.method == "POST":
            return redirect_to_login(reverse("web:search-list"), "admin:login")
        return render(request, "search_list.html")
    if request.method == "POST":
        return _saved(request, user)
    context: dict[str, Any] = {"is_known": True, "most": MOST}
    mine = SavedSearch.objects.filter(owner=user, removed_at=None)
    asked = keysets.question({"owner": [str(user.pk)]})
    status, cursor = 200, request.GET.get("cursor", "")
    try:
        page = keysets.page(mine, NEWEST, size=PAGE_SIZE, cursor=cursor, asked=asked)
    except keysets.BadCursor as error:
        context["sentence"], status = str(error), 400
    else:
        new = saved.new(page.rows)
        rows = [(one, Question.read(one.query), new.get(one.pk)) for one in page.rows]
        context |= {"page": page, "rows": rows, "removed": _removed(request, user)}
    return render(request, "search_list.html", context, status=status)


def _removed(request: HttpRequest, user: "User") -> SavedSearch | None:
    """Return the search that was removed a moment ago, for the form that takes that back."""
    number = request.GET.get("removed", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    mine = SavedSearch.objects.filter(owner=user, pk=int(number), removed_at__isnull=False)
    return mine.first()


def _saved(request: HttpRequest, user: "User") -> HttpResponse:
    query = request.POST.get("query", "")
    if len(query) > LONGEST_QUERY:
        messages.warning(request, "Not saved: the search is too long.")
        return redirect("web:search-list")
    try:
        question = Question.read(query, strict=True)
    except BadQuestion as error:
        messages.warning(request, f"Not saved: {error}")
        return redirect("web:search-list")
    mine = SavedSearch.objects.filter(owner=user)
    mine.filter(removed_at__lt=now() - KEPT).delete()
    if mine.filter(removed_at=None).count() >= MOST:
        messages.warning(request, f"Not saved: {MOST} searches are kept. Remove one first.")
        return redirect("web:search-list")
    same = mine.filter(removed_at=None, query=question.query()).first()
    if same is None:
        name = _name(request.POST.get("name", "")) or _usual_name(question)
        mine.create(owner=user, name=name, query=question.query(), seen=saved.last_number())
        messages.success(request, "Saved. What comes from now on counts as new.")
    else:
        messages.success(request, "It is saved already.")
    return redirect("web:search-list")


def _name(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:LONGEST_NAME]


def _usual_name(question: Question) -> str:
    return _name(", ".join(chip.words for chip in question.chips())) or "All models"


@require_POST
def search_act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Look at what a search finds now, rename it, remove it, or have it back."""
    user = request.user
    if not user.is_authenticated:
        return redirect_to_login(reverse("web:search-list"), "admin:login")
    search = SavedSearch.objects.filter(owner=user, pk=number).first()
    acts: dict[str, Callable[[HttpRequest, SavedSearch], HttpResponse]] = {
        "look": _look,
        "rename": _rename,
        "remove": _remove,
        "restore": _restore,
    }
    if search is None or action not in acts:
        raise Http404("You have no such search, or it cannot do that.")
    return acts[action](request, search)


def _look(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    search.seen = max(search.seen, saved.last_number())
    search.save(update_fields=["seen"])
    return redirect(f"{reverse('web:repo-list')}?{search.query}")


def _rename(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    name = _name(request.POST.get("name", ""))
    if name:
        search.name = name
        search.save(update_fields=["name"])
        messages.success(request, "Renamed.")
    else:
        messages.warning(request, "Not renamed: say a name.")
    return redirect("web:search-list")


def _remove(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    search.removed_at = now()
    search.save(update_fields=["removed_at"])
    return redirect(f"{reverse('web:search-list')}?removed={search.pk}")


def _restore(request: HttpRequest, search: SavedSearch) -> HttpResponse:
    search.removed_at = None
    search.save(update_fields=["removed_at"])
    messages.success(request, "It is back.")
    return redirect("web:search-list")
