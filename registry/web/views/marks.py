"""Marks of owners: the list with the form to register one, a mark with what was found of it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import keysets, marks, services, uploads
from registry.models import Mark, Repo
from registry.scans import control, copies
from registry.scans.drafts import ScanRefused
from registry.visibility import public_matches, public_repos
from registry.web.mark_forms import MarkForm, SearchForm, VerifyForm
from registry.web.signatures import signature_of_mark
from registry.web.staff import is_staff, refusal

PAGE_SIZE = 25
NEWEST = keysets.Order("newest", ("id",), descending=True)
BY_P = keysets.Order("p", ("rank", "p", "id"))


def _mark(number: int) -> Mark:
    mark = Mark.objects.with_home().select_related("owner", "home").filter(pk=number).first()
    if mark is None:
        raise Http404("There is no mark of this number.")
    return mark


@csrf_exempt  # until the upload has a place to go to: see _mark_list
@require_http_methods(["GET", "HEAD", "POST"])
def mark_list(request: HttpRequest) -> HttpResponse:
    """List marks, the newest first; register one."""
    if request.method == "POST":
        # Before anything of the body is read: a stranger fills no memory, and no key fills a disk.
        if refused := refusal(request):
            return refused
        request.upload_handlers = [uploads.InMemory(settings.ASSAY_MARK_BYTES)]
    found: HttpResponse = _mark_list(request)
    return found


@csrf_protect
def _mark_list(request: HttpRequest) -> HttpResponse:
    form = MarkForm(request.POST, request.FILES) if request.method == "POST" else MarkForm()
    if request.method == "POST" and form.is_valid() and (made := _registered(request, form)):
        messages.success(request, "Registered. The commitment is public; the keys are sealed.")
        return redirect("web:mark-show", made.pk)
    context: dict[str, Any] = {"form": form, "may_change": is_staff(request)}
    status = 422 if form.errors else 200
    found = Mark.objects.with_home().select_related("owner", "home")
    try:
        page = keysets.page(found, NEWEST, size=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    except keysets.BadCursor as error:
        context["sentence"], status = str(error), 400
    else:
        context |= {"page": page, "rows": page.rows}
    return render(request, "mark_list.html", context, status=status)


@sensitive_variables()
def _registered(request: HttpRequest, form: MarkForm) -> Mark | None:
    """Register what was typed; None where it was refused, with the reason in the form."""
    typed = form.cleaned_data
    user = request.user
    assert user.is_authenticated  # noqa: S101
    try:
        return marks.register(
            user,
            typed["keys"].read(),
            typed["name"],
            _repo(typed["home"]),
            typed["task"],
            home_name=typed["home"],
        )
    except marks.MarkRefused as error:
        form.add_error(error.field, str(error))
        return None


def _repo(name: str) -> Repo | None:
    return public_repos().listed().named(name).first() if name else None


@require_safe
def mark_show(request: HttpRequest, number: int) -> HttpResponse:
    """Show a mark: its commitment, and in which models it was found."""
    return _shown(request, _mark(number))


def _shown(request: HttpRequest, mark: Mark, status: int = 200, **forms: Any) -> HttpResponse:
    asked = keysets.question({"mark": [str(mark.pk)]})
    found = public_matches().filter(mark=mark).newest().select_related("revision__repo", "run")
    context: dict[str, Any] = {
        "mark": mark,
        "signature": signature_of_mark(mark),
        "may_change": is_staff(request),
        "is_owner": request.user.pk == mark.owner_id,
        "verify": VerifyForm(initial={"repo": mark.home_shown}),
        "search": SearchForm(mark),
    } | forms
    try:
        cursor = request.GET.get("cursor", "")
        page = keysets.page(found, BY_P, size=PAGE_SIZE, cursor=cursor, asked=asked)
    except keysets.BadCursor as error:
        context["sentence"], status = str(error), 400
    else:
        context |= {"page": page, "rows": page.rows}
    return render(request, "mark_show.html", context, status=status)


@require_POST
def mark_act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Look for a mark in a model or in many, or withdraw it."""
    if refused := refusal(request):
        return refused
    mark = _mark(number)
    if action == "verify":
        return _verified(request, mark)
    if action == "scan":
        return _searched(request, mark)
    if action != "withdraw" or request.user.pk != mark.owner_id:
        raise Http404("A mark cannot do that, or it is not yours.")
    marks.withdraw(mark)
    messages.success(request, "Withdrawn. Its keys are erased; the commitment stays.")
    return redirect("web:mark-show", mark.pk)


def _verified(request: HttpRequest, mark: Mark) -> HttpResponse:
    """Ask for a run that looks for the mark in a model's newest commit."""
    form = VerifyForm(request.POST)
    if form.is_valid():
        repo = _repo(form.cleaned_data["repo"])
        revision = repo.revisions.filter(sha=repo.head_sha).first() if repo else None
        if revision is None:
            form.add_error("repo", "No commit of a model of this name is mirrored here.")
        else:
            asked, by = {"marks": str(mark.pk)}, request.user.get_username()
            try:
                run, _ = services.request_run(revision, marks.CHECK, asked=asked, requested_by=by)
            except services.RequestRefused as error:
                messages.warning(request, str(error))
                return redirect("web:mark-show", mark.pk)
            else:
                return redirect("web:run-show", run.pk)
    return _shown(request, mark, 422, verify=form)


def _searched(request: HttpRequest, mark: Mark) -> HttpResponse:
    """Make and begin a scan for the mark."""
    form = SearchForm(mark, request.POST)
    user = request.user
    assert user.is_authenticated  # noqa: S101
    if form.is_valid():
        typed = form.cleaned_data
        try:
            scan, _, _ = copies.search(
                [mark], user, selection=typed["selection"], max_runs=typed["max_runs"]
            )
        except ScanRefused as error:
            form.refuse(error.errors)
        except control.NotNow as error:
            messages.warning(request, str(error))
            return redirect("web:mark-show", mark.pk)
        else:
            return redirect("web:scan-show", scan.pk)
    return _shown(request, mark, 422, search=form)
