"""The operator's view of the tables: for reading. What is measured is never edited by hand."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.timezone import now

from registry.models import (
    ApiToken,
    Claim,
    Delivery,
    Finding,
    Hub,
    Mark,
    RenderedCard,
    Repo,
    Revision,
    Run,
    Sync,
    SyncProblem,
    Webhook,
)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows rows; adds, changes and deletes none."""

    show_full_result_count = False  # a count of everything, on every page
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes rows by hand."""
        return False


@admin.register(Hub)
class HubAdmin(ReadOnlyAdmin):
    """Hubs that are mirrored."""

    list_display = readonly_fields = ("url", "created_at")


@admin.register(Repo)
class RepoAdmin(ReadOnlyAdmin):
    """Repos."""

    list_display = ("name", "hub", "state", "gate", "pipeline_tag", "downloads", "synced_at")
    list_filter = ("state", "gate", "is_private")
    list_select_related = ("hub",)
    search_fields = ("name__startswith",)


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """Revisions."""

    list_display = ("repo", "sha", "architecture", "parameters", "seen_at")
    list_select_related = ("repo",)
    search_fields = ("sha__startswith",)


@admin.register(RenderedCard)
class RenderedCardAdmin(ReadOnlyAdmin):
    """Cards as pages show them."""

    list_display = ("revision", "version", "taken", "rendered_at")
    list_select_related = ("revision__repo",)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Claims."""

    list_display = ("revision", "metric", "value_text", "dataset", "split", "source", "problem")
    list_filter = ("source",)
    list_select_related = ("revision__repo",)


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Runs."""

    list_display = ("id", "revision", "check_id", "status", "code", "attempt", "worker")
    list_filter = ("status", "queue", "check_id")
    list_select_related = ("revision__repo",)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """Findings."""

    list_display = ("id", "run", "verdict", "summary", "created_at")
    list_filter = ("verdict",)
    list_select_related = ("run",)


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin):
    """Marks of owners. Their sealed keys lie in a table of their own, which is shown nowhere."""

    list_display = ("id", "name", "owner", "scheme", "task", "state", "registered_at")
    list_filter = ("state", "scheme")
    list_select_related = ("owner",)


@admin.register(Sync)
class SyncAdmin(ReadOnlyAdmin):
    """Passes of the mirror."""

    list_display = ("id", "hub", "status", "seen", "failed", "started_at", "finished_at")
    list_filter = ("status",)
    list_select_related = ("hub",)


@admin.register(SyncProblem)
class SyncProblemAdmin(ReadOnlyAdmin):
    """What passes could not read."""

    list_display = ("sync", "repo_name", "stage", "reason", "at")
    list_filter = ("stage",)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """Webhooks. Their sealed secrets lie in a table of their own, which is shown nowhere."""

    list_display = ("id", "owner", "url", "events", "state", "failing_since", "delivered_at")
    list_filter = ("state",)
    list_select_related = ("owner",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Deliveries, without what receivers answered: that is their owners' business."""

    list_display = ("id", "webhook", "event", "state", "attempt", "status_code", "next_at")
    list_filter = ("state",)
    list_select_related = ("webhook", "event")
    exclude = ("excerpt",)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens, without anything that opens a door. They are made by `manage.py token`."""

    list_display = (
        "name",
        "user",
        "scopes",
        "created_at",
        "expires_at",
        "revoked_at",
        "last_used_at",
    )
    list_select_related = ("user",)
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke the chosen tokens")
    def revoke(self, request: HttpRequest, tokens: "QuerySet[ApiToken]") -> None:
        """End the chosen tokens now; those that ended already keep their time."""
        tokens.filter(revoked_at=None).update(revoked_at=now())
