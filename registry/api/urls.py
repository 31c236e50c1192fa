"""Addresses of the API: those of its nouns, and what is beside them."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from registry.api import entry, history, mirror, reading, repos

app_name = "api"

urlpatterns = [
    path("docs", reading.Swagger.as_view(), name="swagger"),
    path("redoc", reading.Redoc.as_view(), name="redoc"),
    path("v1/", entry.RootView.as_view(), name="root"),
    path("v1/facets", repos.FacetsView.as_view(), name="facets"),
    path("v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("v1/keys", entry.KeyListView.as_view(), name="keys"),
    path("v1/mirror", mirror.MirrorView.as_view(), name="mirror"),
    path("v1/repos/<int:pk>/counters", history.CountersView.as_view(), name="counters"),
    path(
        "v1/repos/<int:pk>/earlier-claims",
        history.EarlierClaimsView.as_view(),
        name="earlier-claims",
    ),
    *entry.plain_paths(),
    path("v1/", include(entry.router().urls)),
    # Only below v1: a hub's own endpoints live under /api/, too.
    re_path(r"^v1(?:/.*)?$", entry.not_found, name="not-found"),
]
