"""Embeddings: the form to have a model marked, and an owner's own page of what came of it."""

from typing import Any, TypeVar

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry.marks import embeddings, marked
from registry.models import Embedding
from registry.tickets import EMBEDDINGS
from registry.visibility import public_repos
from registry.web.live import allow, stream_of
from registry.web.mark_forms import EmbeddingForm
from registry.web.staff import is_staff, refusal

_Response = TypeVar("_Response", bound=HttpResponseBase)
REFRESH_S = 4
SHOWN = 25
NO_MODEL = "No commit of a model of this name is mirrored here."


def _own(request: HttpRequest, number: int) -> Embedding:
    """Return an embedding of the reader's; others are not there for them."""
    own = Embedding.objects.filter(owner=request.user.pk, pk=number)
    found = own.select_related("revision__repo").first()
    if found is None:
        raise Http404("You have no embedding of this number.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def embedding_new(request: HttpRequest) -> HttpResponse:
    """Ask for a mark in a model; below the form what the reader has asked for before."""
    if request.method == "POST" and (refused := refusal(request)):
        return refused
    form = EmbeddingForm(request.POST) if request.method == "POST" else EmbeddingForm()
    if request.method == "POST" and form.is_valid() and (made := _asked(request, form)):
        return redirect("web:embedding-show", made.pk)
    own = Embedding.objects.none()
    if is_staff(request):
        own = Embedding.objects.filter(owner=request.user.pk).select_related("revision__repo")
    context = {"form": form, "rows": own.order_by("-pk")[:SHOWN], "may_change": is_staff(request)}
    return _private(
        render(request, "embedding_new.html", context, status=422 if form.errors else 200)
    )


def _asked(request: HttpRequest, form: EmbeddingForm) -> Embedding | None:
    """Ask for what was typed; None where it was refused, with the reasons in the form."""
    repo = public_repos().listed().named(form.cleaned_data["repo"]).first()
    revision = repo.revisions.filter(sha=repo.head_sha).first() if repo else None
    user = request.user
    assert user.is_authenticated  # noqa: S101
    if repo is None or revision is None:
        form.add_error("repo", NO_MODEL)
        return None
    revision.repo = repo
    try:
        return embeddings.ask(user, revision, form.wish())
    except embeddings.EmbeddingRefused as error:
        form.refuse(error.errors)
        return None


@require_safe
def embedding_show(request: HttpRequest, number: int) -> HttpResponse:
    """Show how far an embedding is, or what came out."""
    if refused := refusal(request):
        return refused
    embedding = _own(request, number)
    context: dict[str, Any] = {
        "embedding": embedding,
        "repo": embedding.revision.repo,
        "files": marked.files_of(embedding),
        "follows": "follow" in request.GET and not embedding.has_ended,
        "stream": "" if embedding.has_ended else _stream(request, embedding),
    }
    response = _private(render(request, "embedding_show.html", context))
    allow(response, context["stream"])
    if context["follows"]:  # only where the reader asked for it, and without a script
        response.headers["Refresh"] = str(REFRESH_S)
    return response


def _stream(request: HttpRequest, embedding: Embedding) -> str:
    return stream_of(request, EMBEDDINGS, embedding.pk, user=embedding.owner_id)


@require_POST
def embedding_act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Cancel an embedding, or remove the marked network."""
    if refused := refusal(request):
        return refused
    embedding = _own(request, number)
    if action == "cancel":
        if not embeddings.cancel(embedding):
            messages.warning(request, "It had ended already.")
    elif action == "remove" and embedding.has_ended:
        marked.remove(embedding)
        messages.success(request, "The files are removed. The mark stays registered.")
    else:
        raise Http404("An embedding cannot do that.")
    return redirect("web:embedding-show", embedding.pk)


@require_safe
def embedding_file(request: HttpRequest, number: int, path: str) -> HttpResponseBase:
    """Send a file of the marked network."""
    if refused := refusal(request):
        return refused
    found = marked.file_of(_own(request, number), path)
    if found is None:
        raise Http404("There is no such file in this marked model.")
    return _private(
        FileResponse(
            found.place.open("rb"),
            as_attachment=True,
            filename=found.place.name,
            content_type="application/octet-stream",
        )
    )


def _private(response: _Response) -> _Response:
    patch_cache_control(response, private=True, no_cache=True)
    return response
