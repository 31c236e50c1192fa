"""Addresses of the pages."""

from django.urls import path, register_converter

from registry.converters import RepoIdConverter, ShaConverter
from registry.web import around_urls, themes
from registry.web.parts import PARTS
from registry.web.views import (
    checks,
    compare,
    datasets,
    documents,
    ecosystem,
    embeddings,
    exports,
    findings,
    history,
    home,
    marks,
    methods,
    mirror,
    places,
    repos,
    runs,
    scans,
    status,
    styleguide,
    webhooks,
)

app_name = "web"

register_converter(RepoIdConverter, "repo")
register_converter(ShaConverter, "sha")

urlpatterns = [
    path("", home.home, name="home"),
    path("models", repos.repo_list, name="repo-list"),
    path("models/-/<int:number>", repos.repo_by_number, name="repo-by-number"),
    path("models/-/<int:number>/<slug:part>", repos.repo_by_number, name="number-part"),
    *(
        path(f"models/<repo:name>/-/{part}", repos.repo_show, {"part": part}, name=f"repo-{part}")
        for part in filter(None, PARTS)
    ),
    path("models/<repo:name>/@<sha:sha>", repos.revision_show, name="revision-show"),
    path("models/<repo:name>/@<sha:sha>/-/<slug:part>", repos.revision_show, name="revision-part"),
    path("models/<repo:name>", repos.repo_show, name="repo-show"),
    path("compare", compare.compare_show, name="compare-show"),
    path("datasets", datasets.dataset_list, name="dataset-list"),
    path("datasets/-/named", datasets.dataset_named, name="dataset-named"),
    path("datasets/<repo:name>", datasets.dataset_show, name="dataset-show"),
    *around_urls.patterns(),  # feeds of authors stand before the authors
    path("authors/<path:name>", places.author_show, name="author-show"),
    path("hash", places.hash_find, name="hash-find"),
    path("hash/<str:digest>", places.hash_show, name="hash-show"),
    path("runs", runs.run_list, name="run-list"),
    path("runs/<int:number>", runs.run_show, name="run-show"),
    path("runs/<int:number>/do/<slug:action>", checks.run_act, name="run-act"),
    path("revisions/<int:number>/checks/<slug:check>", checks.check_ask, name="check-ask"),
    path(
        "findings/<int:number>/pictures/<slug:name>.png",
        findings.finding_picture,
        name="finding-picture",
    ),
    path("scans", scans.scan_list, name="scan-list"),
    path("scans/new", scans.scan_new, name="scan-new"),
    path("scans/<int:number>", scans.scan_show, name="scan-show"),
    path("scans/<int:number>/edit", scans.scan_edit, name="scan-edit"),
    path("scans/<int:number>/do/<slug:action>", scans.scan_act, name="scan-act"),
    path("scans/<int:number>/<int:execution>", scans.execution_show, name="execution-show"),
    path("marks", marks.mark_list, name="mark-list"),
    path("marks/<int:number>", marks.mark_show, name="mark-show"),
    path("marks/<int:number>/do/<slug:action>", marks.mark_act, name="mark-act"),
    path("embeddings/new", embeddings.embedding_new, name="embedding-new"),
    path("embeddings/<int:number>", embeddings.embedding_show, name="embedding-show"),
    path(
        "embeddings/<int:number>/do/<slug:action>", embeddings.embedding_act, name="embedding-act"
    ),
    path(
        "embeddings/<int:number>/files/<path:path>",
        embeddings.embedding_file,
        name="embedding-file",
    ),
    path("webhooks", webhooks.webhook_list, name="webhook-list"),
    path("webhooks/<int:number>", webhooks.webhook_show, name="webhook-show"),
    path("webhooks/<int:number>/do/<slug:action>", webhooks.webhook_act, name="webhook-act"),
    path("deliveries/<int:number>/replay", webhooks.delivery_replay, name="delivery-replay"),
    path("mirror", mirror.mirror_show, name="mirror-show"),
    path("changes", history.change_list, name="change-list"),
    path("checks", home.check_list, name="check-list"),
    path("checks/<slug:check>", methods.check_show, name="check-show"),
    path("checks/<slug:check>/v<int:version>", methods.check_show, name="check-version"),
    path("docs", documents.doc_home, name="doc-home"),
    path("docs/<path:path>", documents.doc_show, name="doc-show"),
    path("ecosystem", ecosystem.measure_list, name="measure-list"),
    path("ecosystem/<slug:id>", ecosystem.measure_show, name="measure-show"),
    path("exports", exports.export_list, name="export-list"),
    path("exports/<slug:name>/<str:file>", exports.export_file, name="export-file"),
    path("about", home.about, name="about"),
    path("status", status.status_show, name="status-show"),
    path("styleguide", styleguide.style_guide, name="style-guide"),
    path("theme", themes.choose, name="theme"),
    path("problems", home.problem_list, name="problem-list"),
    path("healthz", home.health, name="health"),
]
