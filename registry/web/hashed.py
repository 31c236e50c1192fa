"""Static files under names that hold their digest: a browser keeps them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also follows what one module of ours imports from another."""

    support_js_module_import_aggregation = True
    manifest_strict = False  # a name that nobody collected is served as it is
