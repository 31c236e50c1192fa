"""Addresses of the pages."""

from django.urls import path, register_converter

from registry.converters import RepoIdConverter, ShaConverter
from registry.web.views import home, repos, runs

app_name = "web"

register_converter(RepoIdConverter, "repo")
register_converter(ShaConverter, "sha")

urlpatterns = [
    path("", home.home, name="home"),
    path("models", repos.repo_list, name="repo-list"),
    path("models/-/<int:number>", repos.repo_by_number, name="repo-by-number"),
    path("models/<repo:name>/@<sha:sha>", repos.revision_show, name="revision-show"),
    path("models/<repo:name>", repos.repo_show, name="repo-show"),
    path("runs", runs.run_list, name="run-list"),
    path("runs/<int:number>", runs.run_show, name="run-show"),
    path("checks", home.check_list, name="check-list"),
    path("about", home.about, name="about"),
    path("problems", home.problem_list, name="problem-list"),
    path("healthz", home.health, name="health"),
]
