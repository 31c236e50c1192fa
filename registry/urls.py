"""Root addresses: the API, the admin, then the pages."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

# The admin is there for accounts; who logs in comes from our pages and goes back to them.
admin.site.site_header = admin.site.site_title = "Assay"
admin.site.login_template = "login_show.html"

urlpatterns = [
    path("api/", include("registry.api.urls")),
    path(".well-known/openapi.json", SpectacularJSONAPIView.as_view(), name="well-known-openapi"),
    path("admin/", admin.site.urls),
    path("", include("registry.web.urls")),
]

handler400 = "registry.web.views.errors.bad_request"
handler403 = "registry.web.views.errors.forbidden"
handler404 = "registry.web.views.errors.not_found"
handler500 = "registry.web.views.errors.fault"
