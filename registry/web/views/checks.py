"""Asking for a check of a revision, and what may be done with a run: by staff."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from analysis import catalog
from registry import services
from registry.models import Run
from registry.visibility import public_revisions, public_runs
from registry.web.check_forms import CheckForm
from registry.web.staff import is_staff, refusal
from registry.web.states import finding_of


@require_http_methods(["GET", "HEAD", "POST"])
def check_ask(request: HttpRequest, number: int, check: str) -> HttpResponse:
    """Ask for a check of a revision that measures no claim, with options."""
    revision = public_revisions().select_related("repo").filter(pk=number).first()
    entry = catalog.entries().get(check)
    if revision is None or entry is None or entry.needs_claim:
        raise Http404("There is no such check of such a revision.")
    form = CheckForm(entry, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if refused := refusal(request):
            return refused
        if form.is_valid():
            try:
                run, _ = services.request_run(
                    revision, check, asked=form.asked, requested_by=request.user.get_username()
                )
            except services.RequestRefused as error:
                form.add_error(None, str(error))
            else:
                return redirect("web:run-show", run.pk)
    context = {"form": form, "entry": entry, "revision": revision, "repo": revision.repo}
    context["may_change"] = is_staff(request)
    return render(request, "check_ask.html", context, status=422 if form.errors else 200)


@require_POST
def run_act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Cancel a run, or queue one again that ended without a finding."""
    if refused := refusal(request):
        return refused
    run = (
        public_runs().select_related("revision__repo", "claim", "finding").filter(pk=number).first()
    )
    if run is None or action not in {"cancel", "again"}:
        raise Http404("There is no such run, or nothing of that kind to do with it.")
    if action == "cancel":
        is_done = services.cancel_run(run, request.user.get_username())
        said = "The run is cancelled." if is_done else "The run had ended already."
    elif finding_of(run) is not None:
        run, said = _repeated(run, request.user.get_username())
    else:
        is_done = services.run_again(run)
        said = "The run waits for a worker again." if is_done else "The run is not over, or done."
    messages.info(request, said)
    return redirect("web:run-show", run.pk)


def _repeated(run: Run, by: str) -> tuple[Run, str]:
    """Ask for a finished run once more; return the run to look at, and what to say."""
    try:
        repeat, is_new = services.measure_again(run, by)
    except services.RequestRefused as error:
        return run, str(error)
    return repeat, "This run measures it again." if is_new else "It is being measured again."
