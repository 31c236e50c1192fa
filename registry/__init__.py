"""The Django project of Assay, and its only app."""

from registry.celery import app as celery_app

__all__ = ["celery_app"]
