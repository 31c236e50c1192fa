"""Webhooks: an owner's list with the form to make one, and one with its log of deliveries."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from registry import keysets
from registry.models import Delivery, Webhook
from registry.web.webhook_forms import WebhookForm
from registry.web.webhook_states import delivery_state, webhook_state, words_of
from registry.webhooks import registering

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PAGE_SIZE = 25
NEWEST = keysets.Order("newest", ("id",), descending=True)


def _user(request: HttpRequest) -> "User | None":
    """Return who reads, where that is known."""
    user = request.user
    return user if user.is_authenticated and user.is_active else None


def _own(request: HttpRequest, number: int) -> Webhook:
    """Return a webhook of the reader's; others are not there for them."""
    found = Webhook.objects.filter(owner=request.user.pk, pk=number).first()
    if found is None:
        raise Http404("You have no webhook of this number.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_list(request: HttpRequest) -> HttpResponse:
    """List the reader's webhooks; make one. Who is not signed in reads how."""
    user = _user(request)
    if user is None:
        if request.method == "POST":
            return _login(request)
        return _private(render(request, "webhook_list.html", {"may_change": False}))
    form = WebhookForm(request.POST) if request.method == "POST" else WebhookForm()
    if request.method == "POST" and form.is_valid() and (made := _made(request, user, form)):
        return made
    own = Webhook.objects.filter(owner=user).order_by("-pk")  # few: their number is bounded
    rows = [(webhook, webhook_state(webhook)) for webhook in own]
    context = {"form": form, "rows": rows, "may_change": True}
    status = 422 if form.errors else 200
    return _private(render(request, "webhook_list.html", context, status=status))


@sensitive_variables("secret")
def _made(request: HttpRequest, user: "User", form: WebhookForm) -> HttpResponse | None:
    """Make what was typed and show its secret; None where it was refused, with the reasons."""
    try:
        webhook, secret = registering.create(user, form.wish())
    except registering.WebhookRefused as error:
        form.refuse(error.errors)
        return None
    return _told(request, webhook, secret, "Made.")


@sensitive_variables("secret")
def _told(request: HttpRequest, webhook: Webhook, secret: str, done: str) -> HttpResponse:
    """Show a secret, this once: neither a session nor a cookie ever holds it."""
    context = {"webhook": webhook, "secret": secret, "done": done}
    return _private(render(request, "webhook_secret.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def webhook_show(request: HttpRequest, number: int) -> HttpResponse:
    """Show a webhook with its log; change it."""
    if _user(request) is None:
        return _login(request)
    webhook = _own(request, number)
    form = WebhookForm(request.POST if request.method == "POST" else None,
                       initial=WebhookForm.values(webhook))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            registering.change(webhook, form.wish())
        except registering.WebhookRefused as error:
            form.refuse(error.errors)
        else:
            messages.success(request, "Changed.")
            return redirect("web:webhook-show", webhook.pk)
    return _shown(request, webhook, form)


def _shown(request: HttpRequest, webhook: Webhook, form: WebhookForm) -> HttpResponse:
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in Delivery.State.values else ""
    found = Delivery.objects.filter(webhook=webhook).select_related("event").defer("event__body")
    if chosen:
        found = found.filter(state=chosen)
    context: dict[str, Any] = {
        "webhook": webhook,
        "state": webhook_state(webhook),
        "form": form,
        "chosen": chosen,
        "states": [(state, words_of(state)) for state in Delivery.State.values],
        "query": f"state={chosen}" if chosen else "",
    }
    status = 422 if form.errors else 200
    asked = keysets.question({"webhook": [str(webhook.pk)], "state": [chosen]})
    try:
        cursor = request.GET.get("cursor", "")
        page = keysets.page(found, NEWEST, size=PAGE_SIZE, cursor=cursor, asked=asked)
    except keysets.BadCursor as error:
        context["sentence"], status = str(error), 400
    else:
        rows = [(one, delivery_state(one)) for one in page.rows]
        context |= {"page": page, "rows": rows}
    return _private(render(request, "webhook_show.html", context, status=status))


@require_POST
def webhook_act(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Drive a webhook: test, pause, resume, rotate, remove."""
    if _user(request) is None:
        return _login(request)
    webhook = _own(request, number)
    if action == "rotate":
        done = "Replaced. For 24 hours messages are signed with the old secret, too."
        return _told(request, webhook, registering.rotate(webhook), done)
    if action not in _ACTS:
        raise Http404("A webhook cannot do that.")
    act, said = _ACTS[action]
    _tried(request, lambda: act(webhook), said)
    if action == "remove":
        return redirect("web:webhook-list")
    return redirect("web:webhook-show", webhook.pk)


_ACTS: dict[str, tuple[Callable[[Webhook], object], str]] = {
    "test": (registering.test, "A test is on its way."),
    "pause": (registering.pause, "Paused."),
    "resume": (registering.resume, "It goes on."),
    "remove": (registering.remove, "Removed."),
}


@require_POST
def delivery_replay(request: HttpRequest, number: int) -> HttpResponse:
    """Send a message again."""
    if _user(request) is None:
        return _login(request)
    own = Delivery.objects.filter(webhook__owner=request.user.pk, pk=number)
    delivery = own.select_related("webhook").first()
    if delivery is None:
        raise Http404("You have no delivery of this number.")
    _tried(request, lambda: registering.replay(delivery), "It is sent again.")
    return redirect("web:webhook-show", delivery.webhook_id)


def _tried(request: HttpRequest, act: Callable[[], object], said: str) -> None:
    """Act, and say what came of it on the next page."""
    try:
        act()
    except registering.NotNow as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, said)


def _login(request: HttpRequest) -> HttpResponse:
    place = request.get_full_path() if request.method in {"GET", "HEAD"} else "/webhooks"
    return redirect_to_login(place, "admin:login")


def _private(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    return response
