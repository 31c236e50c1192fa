"""The app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Everything that has a table, a URL or a setting."""

    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Assay"
