"""Scans: the list, the form, a scan with its executions, an execution."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import keysets
from registry.models import Scan, ScanExecution, ScanItem
from registry.outages import is_outage
from registry.scans import control, planning, telling
from registry.scans.asked import written as lines_of
from registry.scans.drafts import ScanRefused
from registry.tickets import EXECUTIONS
from registry.web.live import allow, stream_of
from registry.web.scan_forms import ScanForm
from registry.web.scan_states import (
    execution_state,
    outcome_state,
    rows,
    spending,
    words_of,
)
from registry.web.staff import is_staff, refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PAGE_SIZE = 25
ITEMS = 50
REFRESH_S = 4
NEWEST = keysets.Order("newest", ("id",), descending=True)
OLDEST = keysets.Order("oldest", ("id",))
TOO_SLOW = "Counting these models took too long. Narrow the search, or save without a plan."


def _scan(number: int) -> Scan:
    scan = Scan.objects.kept().filter(pk=number).first()
    if scan is None:
        raise Http404("There is no scan of this number.")
    return scan


@require_safe
def scan_list(request: HttpRequest) -> HttpResponse:
    """List scans, the newest first."""
    context: dict[str, Any] = {"may_change": is_staff(request)}
    try:
        page = keysets.page(
            Scan.objects.kept(), NEWEST, size=PAGE_SIZE, cursor=request.GET.get("cursor", "")
        )
    except keysets.BadCursor as error:
        return render(request, "scan_list.html", context | {"sentence": str(error)}, status=400)
    return render(request, "scan_list.html", context | {"page": page, "rows": rows(page.rows)})


@require_http_methods(["GET", "HEAD", "POST"])
def scan_new(request: HttpRequest) -> HttpResponse:
    """Make a scan; first show what it would do."""
    usual = {"selection": request.GET.get("selection", "")[:2000], "window": 20, "max_runs": 200}
    form = ScanForm(request.POST) if request.method == "POST" else ScanForm(initial=usual)
    return _edited(request, form, None, lambda: control.create(form.draft(), _user(request)))


@require_http_methods(["GET", "HEAD", "POST"])
def scan_edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change a scan."""
    scan = _scan(number)
    shown = ScanForm.values(scan)
    form = ScanForm(request.POST) if request.method == "POST" else ScanForm(initial=shown)
    return _edited(request, form, scan, lambda: control.change(scan, form.draft()))


def _edited(
    request: HttpRequest, form: ScanForm, scan: Scan | None, save: Callable[[], Scan]
) -> HttpResponse:
    """Show a form, or its plan, or save it."""
    context: dict[str, Any] = {"form": form, "scan": scan, "may_change": is_staff(request)}
    if request.method == "POST":
        refused = refusal(request)
        if refused is not None:
            return refused
        if form.is_valid() and "save" in request.POST:
            try:
                return redirect("web:scan-show", save().pk)
            except ScanRefused as error:
                form.refuse(error)
            except control.NotNow as error:
                form.add_error(None, str(error))
        elif form.is_valid():
            context |= _planned(form.columns)
    status = 422 if form.errors else 200
    return render(request, "scan_new.html", context, status=status)


def _user(request: HttpRequest) -> "User":
    user = request.user
    assert user.is_authenticated  # noqa: S101
    return user


def _planned(columns: dict[str, Any]) -> dict[str, Any]:
    """Return the plan of a valid form, in words."""
    words = telling.schedule_words(columns["schedule"])
    try:
        plan = planning.dry_run(
            columns["selection"],
            columns["checks"],
            columns["max_repos"],
            columns["gpu_hour_price"],
            columns["options"],
        )
    except OperationalError as error:
        if is_outage(error):
            raise
        return {"sentence": TOO_SLOW, "words": words}
    return {
        "plan": plan,
        "words": words,
        "plan_time": telling.duration(plan.seconds) if plan.seconds is not None else "",
        "plan_size": telling.size(plan.size),
        "exceeded": exceeded(plan, columns),
        "query": columns["selection"],
    }


def exceeded(plan: planning.Plan, columns: dict[str, Any]) -> list[str]:
    """Name the budgets that the plan is expected to come to before its end."""
    limits = (
        ("runs", plan.runs, columns["max_runs"]),
        ("minutes of measuring", (plan.seconds or 0) / 60, columns["max_minutes"]),
        ("bytes to download", plan.size, columns["max_bytes"]),
        ("money for GPU hours", plan.cost, columns["max_cost"]),
    )
    return [name for name, wanted, limit in limits if limit is not None and wanted > limit]


@require_safe
def scan_show(request: HttpRequest, number: int) -> HttpResponse:
    """Show a scan and its executions."""
    scan = _scan(number)
    asked = keysets.question({"scan": [str(scan.pk)]})
    context: dict[str, Any] = {"scan": scan, "may_change": is_staff(request)}
    context["words"] = telling.schedule_words(scan.schedule)
    context["options"] = lines_of(scan.options)
    cursor = request.GET.get("cursor", "")
    try:
        page = keysets.page(
            scan.executions.all(), NEWEST, size=PAGE_SIZE, cursor=cursor, asked=asked
        )
    except keysets.BadCursor as error:
        return render(request, "scan_show.html", context | {"sentence": str(error)}, status=400)
    last = scan.executions.order_by("-pk").first()
    context |= {
        "page": page,
        "rows": [(one, execution_state(one), telling.standing(one)) for one in page.rows],
        "last": last,
        "max_size": telling.size(scan.max_bytes) if scan.max_bytes else "",
        "is_going": last is not None and not last.is_over,
        "can_go_on": last is not None and last.state == ScanExecution.State.STOPPED,
    }
    return _followed(request, render(request, "scan_show.html", context), context["is_going"])


def _followed(request: HttpRequest, response: HttpResponse, is_going: bool) -> HttpResponse:
    """Let the page look again by itself, only where the reader asked for it."""
    if is_going and "follow" in request.GET:
        response.headers["Refresh"] = str(REFRESH_S)
    return response


@require_safe
def execution_show(request: HttpRequest, number: int, execution: int) -> HttpResponse:
    """Show an execution: progress, cost, what could not be done, the difference."""
    scan = _scan(number)
    shown = scan.executions.select_related("scan").filter(pk=execution).first()
    if shown is None:
        raise Http404("This scan has no execution of that number.")
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in ScanItem.Outcome.values else ""
    context = {"scan": scan, "execution": shown, "outcome": outcome} | _standing(shown)
    context["follows"] = "follow" in request.GET and not shown.is_over
    stream = "" if shown.is_over else stream_of(request, EXECUTIONS, shown.pk)
    context["stream"] = stream
    try:
        context |= _items(shown, outcome, request.GET.get("cursor", ""))
    except keysets.BadCursor as error:
        context["sentence"] = str(error)
        return render(request, "execution_show.html", context, status=400)
    response = render(request, "execution_show.html", context)
    allow(response, stream)
    return _followed(request, response, not shown.is_over)


def _standing(execution: ScanExecution) -> dict[str, Any]:
    """Return where an execution stands, what it spent, and what is still to come."""
    took = telling.took(execution)
    context: dict[str, Any] = {
        "state": execution_state(execution),
        "standing": telling.standing(execution),
        "spending": spending(execution),
        "took": telling.duration(took.total_seconds()) if took else "",
        "reasons": telling.reasons(execution),
        "difference": telling.visible_difference(execution),
        "counts": [(name, words_of(name), n) for name, n in execution.counts.items() if n],
        "done": execution.count_of(*ScanItem.ENDED),
        "all": sum(execution.counts.values()),
    }
    if not execution.is_over:
        ahead = telling.expected(execution)
        context["ahead"] = ahead
        context["ahead_time"] = telling.duration(ahead.seconds) if ahead.seconds else ""
        context["ahead_size"] = telling.size(ahead.size)
    return context


def _items(execution: ScanExecution, outcome: str, cursor: str) -> dict[str, Any]:
    """Return a page of the execution's items on repos that everybody may see. Raises BadCursor."""
    items = execution.items.filter(repo__is_private=False)
    if outcome:
        items = items.filter(outcome=outcome)
    items = items.select_related("repo", "claim", "run__finding").defer(
        "run__finding__evidence", "run__finding__envelope"
    )
    asked = keysets.question({"execution": [str(execution.pk)], "outcome": [outcome]})
    page = keysets.page(items, OLDEST, size=ITEMS, cursor=cursor, asked=asked)
    return {"page": page, "items": [(item, outcome_state(item)) for item in page.rows]}


_SAID = {
    "run": "An execution begins.",
    "pause": "Paused. Runs under way go on; no more are sent.",
    "resume": "It goes on.",
    "stop": "It stops. Runs under way go on to their end.",
    "remove": "Removed. Its runs and findings stay.",
}


@require_POST
def scan_act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Run now, pause, resume, stop or remove a scan."""
    refused = refusal(request)
    if refused is not None:
        return refused
    scan, by = _scan(number), request.user.get_username()
    acts: dict[str, Callable[[], Any]] = {
        "run": lambda: control.run_now(scan, by),
        "pause": lambda: control.pause(scan),
        "resume": lambda: control.resume(scan),
        "stop": lambda: control.stop(scan, by),
        "remove": lambda: control.remove(scan),
    }
    if action not in acts:
        raise Http404("A scan cannot do that.")
    try:
        done = acts[action]()
    except control.NotNow as error:
        messages.warning(request, str(error))
    else:
        joined = action == "run" and not done[1]
        messages.success(request, "It is under way already." if joined else _SAID[action])
    if action == "remove":
        return redirect("web:scan-list")
    return redirect("web:scan-show", scan.pk)
