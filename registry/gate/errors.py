"""Refusals that hub clients understand: an HTTP status, an error code and one plain sentence."""

# ruff: noqa: N818 - each class has the name that the hub gives to the refusal


class GateError(Exception):
    """A request that is answered with a refusal.

    ``code`` goes out as ``X-Error-Code``, which clients look at before the status; ``message``
    as ``X-Error-Message`` and in the body; ``commit`` as ``X-Repo-Commit``.
    """

    status = 400
    code = ""

    def __init__(self, message: str, commit: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.commit = commit


class BadQuery(GateError):
    """A parameter has a value that cannot be understood."""


class RepoNotFound(GateError):
    """There is no such repository, or it is private: the answer does not tell which."""

    status = 404
    code = "RepoNotFound"

    def __init__(self, repo_id: str) -> None:
        super().__init__(f"Repository not found: {repo_id}")


class RevisionNotFound(GateError):
    """The repository has no such branch, tag or commit."""

    status = 404
    code = "RevisionNotFound"

    def __init__(self, revision: str) -> None:
        super().__init__(f"Revision not found: {revision}")


class EntryNotFound(GateError):
    """The commit has no such file or folder. With the commit, clients remember the absence."""

    status = 404
    code = "EntryNotFound"


class GatedRepo(GateError):
    """The files are given out only by the hub that they came from, to those whom it lets in."""

    status = 403
    code = "GatedRepo"


class DisabledRepo(GateError):
    """The repository was taken down; clients know it by this very sentence."""

    status = 403

    def __init__(self) -> None:
        super().__init__("Access to this resource is disabled.")


class NoCredentials(GateError):
    """The question is about the caller, who did not say who it is."""

    status = 401


class MethodNotAllowed(GateError):
    """The address exists, but not for this HTTP method."""

    status = 405


class NoSuchAddress(GateError):
    """The path is none of the hub's."""

    status = 404


class RepoBusy(GateError):
    """The files change faster than they can be read; clients try again by themselves."""

    status = 503
