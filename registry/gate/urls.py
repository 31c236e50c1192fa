"""The hub's addresses. None ends in a slash, and none is redirected.

An id has one segment or two; where both readings fit, two wins. Slashes that a client quoted
(``refs%2Fpr%2F1``) arrive decoded, so a revision may hold some: ``revisions.split`` sorts it out.
"""

from django.urls import URLPattern, re_path

from registry.gate import views
from registry.gate.source import Kind

app_name = "gate"

_ID = r"(?P<repo_id>[^/]+(?:/[^/]+)?)"
_REST = r"(?P<rest>.+)"
_REVISION = r"(?P<revision>.+)"


def _addresses(kind: Kind) -> list[URLPattern]:
    api = f"^api/{kind}s"
    prefix = "" if kind is Kind.MODEL else f"{kind}s/"
    known = {"kind": kind}
    return [
        re_path(rf"{api}/?\Z", views.repo_list, known, f"{kind}-list"),
        re_path(rf"{api}/{_ID}/tree/{_REST}\Z", views.repo_tree, known, f"{kind}-tree"),
        re_path(rf"{api}/{_ID}/paths-info/{_REVISION}\Z", views.paths_info, known, f"{kind}-paths"),
        re_path(rf"{api}/{_ID}/commits/{_REVISION}\Z", views.commit_list, known, f"{kind}-commits"),
        re_path(rf"{api}/{_ID}/revision/{_REVISION}\Z", views.repo_detail, known, f"{kind}-commit"),
        re_path(rf"{api}/{_ID}/refs\Z", views.ref_list, known, f"{kind}-refs"),
        re_path(rf"{api}/{_ID}/auth-check\Z", views.auth_check, known, f"{kind}-auth"),
        re_path(
            rf"{api}/{_ID}/safetensors-metadata/(?P<filename>.+)\Z",
            views.safetensors_metadata,
            known,
            f"{kind}-tensors",
        ),
        re_path(rf"{api}/{_ID}\Z", views.repo_detail, {**known, "revision": ""}, f"{kind}-detail"),
        re_path(rf"^{prefix}{_ID}/resolve/{_REST}\Z", views.resolve, known, f"{kind}-resolve"),
    ]


# To be included beside other addresses.
addresses = [
    re_path(r"^api/whoami-v2\Z", views.whoami, name="whoami"),
    *_addresses(Kind.DATASET),
    *_addresses(Kind.SPACE),
    *_addresses(Kind.MODEL),
]
# A server of its own: every other address is refused in the hub's way, too.
urlpatterns = [*addresses, re_path(r"", views.no_such_address)]
