"""Addresses of the API."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

from registry.api import (
    ecosystem,
    embeddings,
    history,
    marks,
    mirror,
    repos,
    scans,
    views,
    webhooks,
)

app_name = "api"

router = SimpleRouter(trailing_slash=False)
router.register("repos", repos.RepoResource, basename="repo")
router.register("claims", views.ClaimResource, basename="claim")
router.register("runs", views.RunResource, basename="run")
router.register("findings", views.FindingResource, basename="finding")
router.register("scans", scans.ScanResource, basename="scan")
router.register("scan-executions", scans.ScanExecutionResource, basename="scan-execution")
router.register("marks", marks.MarkResource, basename="mark")
router.register("embeddings", embeddings.EmbeddingResource, basename="embedding")
router.register("webhooks", webhooks.WebhookResource, basename="webhook")
router.register("deliveries", webhooks.DeliveryResource, basename="delivery")
router.register("measurements", ecosystem.MeasurementResource, basename="measurement")
router.register("syncs", mirror.SyncResource, basename="sync")
router.register("changes", history.ChangeResource, basename="change")

urlpatterns = [
    path("v1/", views.RootView.as_view(), name="root"),
    path("v1/facets", repos.FacetsView.as_view(), name="facets"),
    path("v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("v1/measures", ecosystem.MeasureListView.as_view(), name="measure-list"),
    path("v1/measures/<slug:id>", ecosystem.MeasureView.as_view(), name="measure"),
    path("v1/exports", ecosystem.ExportListView.as_view(), name="export-list"),
    path("v1/exports/<slug:name>", ecosystem.ExportView.as_view(), name="export"),
    path("v1/keys", views.KeyListView.as_view(), name="keys"),
    path("v1/mirror", mirror.MirrorView.as_view(), name="mirror"),
    path("v1/repos/<int:pk>/counters", history.CountersView.as_view(), name="counters"),
    path(
        "v1/repos/<int:pk>/earlier-claims",
        history.EarlierClaimsView.as_view(),
        name="earlier-claims",
    ),
    path("v1/", include(router.urls)),
    # Only below v1: a hub's own endpoints live under /api/, too.
    re_path(r"^v1(?:/.*)?$", views.not_found, name="not-found"),
]
