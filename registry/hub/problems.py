"""What can be wrong with an answer of a hub. Each message is one plain sentence for people.

HubProblem
├── Unreachable       no connection, or none that lasted
├── Unauthorised      401
├── GatedOrForbidden  403: gated, disabled, or not for this token
├── Missing           404: no such repo, revision or file; ``what`` says which
├── Limited           429, still so after waiting
├── Broken            5xx after retries, a cut or malformed answer, wrong types
│   └── BrokenPage    such a page of a listing, which still may name the page after it
├── RedirectRefused   a redirect to a place that a hub has no business to name
├── TooLarge          more bytes than the caller allows
└── BadName           a repo, revision or file name that breaks the rules
"""


class HubProblem(Exception):  # noqa: N818 - a state of the hub, not a fault of Assay
    """Something about a hub, in one sentence that names the hub and the path, never a secret.

    ``status`` is that of the HTTP answer where one came, else 0.
    """

    status = 0


class Unreachable(HubProblem):
    """The hub did not answer."""


class Unauthorised(HubProblem):
    """The hub wants a token, or another one. Hubs answer so for repos that do not exist, too."""


class GatedOrForbidden(HubProblem):
    """The hub knows who asks and gives nothing: gated, disabled or private."""


class Missing(HubProblem):
    """There is no such thing. ``what`` is repo, revision, file or, where untold, empty."""

    def __init__(self, sentence: str, what: str = "") -> None:
        super().__init__(sentence)
        self.what = what


class Limited(HubProblem):
    """The hub allows no more calls for now, and waiting as told did not help."""


class Broken(HubProblem):
    """The answer cannot be used."""


class BrokenPage(Broken):
    """A page of a listing came, but cannot be read. ``following`` is the next one, or empty."""

    def __init__(self, sentence: str, following: str = "") -> None:
        super().__init__(sentence)
        self.following = following


class RedirectRefused(HubProblem):
    """The hub sent the client to a place where it does not go."""


class TooLarge(HubProblem):
    """The answer has more bytes than it may have."""


class BadName(HubProblem):
    """A name breaks the rules, so nothing was asked."""
