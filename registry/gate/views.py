"""The endpoints that hub clients call."""

import functools
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path
from django.views.decorators.csrf import csrf_exempt

from registry.gate import query as queries
from registry.gate import revisions, tensors, trees
from registry.gate.documents import Unreadable
from registry.gate.errors import (
    BadQuery,
    DisabledRepo,
    EntryNotFound,
    GatedRepo,
    GateError,
    MethodNotAllowed,
    NoCredentials,
    NoSuchAddress,
    RepoBusy,
    RepoNotFound,
)
from registry.gate.files import Part, PartResponse, RangeUnsatisfiable, byte_range, file_headers
from registry.gate.scan import FileChanged
from registry.gate.source import Kind, Snapshot, Source, StoredFile

FORM = "application/x-www-form-urlencoded"
MAX_BODY = 16 << 20
MAX_PATHS = 100_000
ATTEMPTS = 3

View = Callable[..., HttpResponseBase]


def endpoint(*methods: str) -> Callable[[View], View]:
    """Wrap a view: other methods are refused, and a GateError becomes the answer it stands for."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            try:
                request.get_host()  # raises DisallowedHost: a name that is not this server's
                if request.method not in methods:
                    raise MethodNotAllowed(f"This address answers {', '.join(methods)} only")
                return view(request, **kwargs)
            except GateError as error:
                return refusal(request, error)

        return answer

    return wrap


def refusal(request: HttpRequest, error: GateError) -> HttpResponse:
    """Return an error in the form that clients turn into the right exception."""
    response = _json(request, {"error": error.message})
    response.status_code = error.status
    if error.code:
        response["X-Error-Code"] = error.code
    # one line of ASCII, whatever was asked for
    shown = "".join(sign if sign.isprintable() else " " for sign in error.message[:500])
    response["X-Error-Message"] = shown.encode("ascii", "backslashreplace").decode()
    if error.commit:
        response["X-Repo-Commit"] = error.commit
    if isinstance(error, RepoBusy):
        response["Retry-After"] = "1"
    return response


@endpoint("GET", "HEAD")
def repo_list(request: HttpRequest, kind: Kind) -> HttpResponseBase:
    """List repositories, a page at a time."""
    query = queries.parse(kind, request.GET)
    skip = 0 if query.after else query.skip
    rows = itertools.islice(_source().rows(kind, query), skip, skip + query.limit + 1)
    found = list(rows)
    body = b"[" + b",".join(row.render(query.fields) for row in found[: query.limit]) + b"]"
    response = _raw_json(request, body)
    if query.limit and len(found) > query.limit:
        _link_next(request, response, queries.cursor(query, found[query.limit - 1].key))
    return response


@endpoint("GET", "HEAD")
def repo_detail(request: HttpRequest, kind: Kind, repo_id: str, revision: str) -> HttpResponseBase:
    """Tell everything about one commit of a repository."""
    snapshot = _snapshot(kind, repo_id)
    revisions.check(snapshot, revision or snapshot.sha)
    wanted = queries.expanded(kind, request.GET)
    has_blobs = queries.boolean(request.GET, "blobs") or False
    info: dict[str, Any] = {**snapshot.info, "sha": snapshot.sha}
    files = snapshot.files.values()
    info["siblings"] = [
        trees.sibling(file) if has_blobs else {"rfilename": file.path} for file in files
    ]
    if wanted:
        wanted |= queries.ALWAYS | ({"siblings"} if has_blobs else frozenset())
        info = {key: value for key, value in info.items() if key in wanted}
    return _json(request, info)


@endpoint("GET", "HEAD")
def repo_tree(request: HttpRequest, kind: Kind, repo_id: str, rest: str) -> HttpResponseBase:
    """List a folder of a commit, or everything below it."""
    snapshot = _snapshot(kind, repo_id)
    revision, folder = revisions.split(snapshot, rest)
    revisions.check(snapshot, revision)
    expand = queries.boolean(request.GET, "expand") or False
    recursive = queries.boolean(request.GET, "recursive") or False
    most = trees.EXPANDED_PAGE if expand else trees.PAGE
    limit = min(queries.whole(request.GET, "limit", most), most) or most
    paths = trees.paths_below(snapshot, folder.strip("/"), recursive=recursive)
    shown, cursor = trees.page(paths, request.GET.get("cursor", ""), limit)
    response = _json(request, trees.entries(snapshot, shown, expand=expand))
    if cursor:
        _link_next(request, response, cursor)
    return response


@endpoint("POST")
def paths_info(request: HttpRequest, kind: Kind, repo_id: str, revision: str) -> HttpResponseBase:
    """Tell about chosen paths; those that do not exist are left out of the answer."""
    snapshot = _snapshot(kind, repo_id)
    revisions.check(snapshot, revision)
    form = _form(request)
    paths = [path.strip("/") for path in form.get("paths", [])]
    expand = queries.boolean({"expand": form.get("expand", [""])[-1]}, "expand") or False
    return _json(request, trees.entries(snapshot, paths, expand=expand))


@endpoint("GET", "HEAD")
def commit_list(request: HttpRequest, kind: Kind, repo_id: str, revision: str) -> HttpResponseBase:
    """List the history: the one commit that the folder is."""
    snapshot = _snapshot(kind, repo_id)
    revisions.check(snapshot, revision)
    commit: dict[str, Any] = {**trees.last_commit(snapshot), "authors": [], "message": ""}
    if "formatted" in request.GET.getlist("expand[]") + request.GET.getlist("expand"):
        commit["formatted"] = {"title": commit["title"], "message": ""}
    return _json(request, [commit])


@endpoint("GET", "HEAD")
def ref_list(request: HttpRequest, kind: Kind, repo_id: str) -> HttpResponseBase:
    """List branches and tags."""
    return _json(request, revisions.refs(_snapshot(kind, repo_id)))


@endpoint("GET", "HEAD")
def auth_check(request: HttpRequest, kind: Kind, repo_id: str) -> HttpResponseBase:
    """Say whether the files may be read."""
    _refuse_gated(_snapshot(kind, repo_id))
    return _json(request, {})


@endpoint("GET", "HEAD")
def whoami(request: HttpRequest) -> HttpResponseBase:
    """Name the caller. No token is checked or kept, so everybody is the same reader."""
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        raise NoCredentials("Say who you are with a token; this server checks none")
    token = {"displayName": "unchecked", "role": "read"}
    return _json(
        request,
        {
            "type": "user",
            "id": "0" * 24,
            "name": "reader",
            "fullname": "Reader",
            "isPro": False,
            "orgs": [],
            "auth": {"type": "access_token", "accessToken": token},
        },
    )


@endpoint("GET", "HEAD")
def safetensors_metadata(
    request: HttpRequest, kind: Kind, repo_id: str, filename: str
) -> HttpResponseBase:
    """Return the headers of all shards that an index names, or of one file."""
    snapshot = _with(_snapshot(kind, repo_id), filename)
    _refuse_gated(snapshot)

    def read(path: str, limit: int) -> bytes:
        file = _file(snapshot, path)
        with _source().open(snapshot, file) as opened:
            return Part(opened, 0, min(limit, file.size)).read()

    _file(snapshot, filename)
    try:
        if filename.endswith(".json"):
            index = tensors.index(filename, read)
            paths = tensors.shards(filename, index, snapshot.files)
            del index["weight_map"]  # it repeats the names in the headers
        else:
            index, paths = {}, {filename: filename}
        headers = {name: tensors.header(path, read) for name, path in paths.items()}
    except Unreadable as error:
        raise BadQuery(f"{filename} {error}") from error
    except FileChanged as error:
        raise RepoBusy(f"The files of {repo_id} are being changed; try again") from error
    return _json(request, {"headers": headers, "index": index})


@endpoint("GET", "HEAD")
def resolve(request: HttpRequest, kind: Kind, repo_id: str, rest: str) -> HttpResponseBase:
    """Return a file, or what there is to know about it."""
    for attempt in range(ATTEMPTS):
        snapshot = _snapshot(kind, repo_id, fresh=attempt > 0)
        revision, path = revisions.split(snapshot, rest)
        snapshot = _with(snapshot, path)
        revisions.check(snapshot, revision)
        _refuse_gated(snapshot)
        file = _file(snapshot, path)
        try:
            return _send(request, snapshot, file)
        except FileChanged:
            continue
    raise RepoBusy(f"The files of {repo_id} are being changed; try again")


@endpoint("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
def no_such_address(request: HttpRequest) -> HttpResponseBase:
    """Refuse every other address."""
    raise NoSuchAddress("This hub has no such address")


def _source() -> Source:
    source: Source | None = getattr(settings, "GATE_SOURCE", None)
    if source is None:
        raise ImproperlyConfigured("The hub's addresses need GATE_SOURCE: what they serve from")
    return source


def _snapshot(kind: Kind, repo_id: str, *, fresh: bool = False) -> Snapshot:
    snapshot = _source().snapshot(kind, repo_id, fresh=fresh)
    if snapshot.info.get("private"):
        raise RepoNotFound(repo_id)
    if snapshot.info.get("disabled"):
        raise DisabledRepo
    return snapshot


def _with(snapshot: Snapshot, path: str) -> Snapshot:
    """Return a newer snapshot where the file came after this one: a look is kept for a moment."""
    if _source().is_behind(snapshot, path):
        return _snapshot(snapshot.kind, snapshot.repo_id, fresh=True)
    return snapshot


def _refuse_gated(snapshot: Snapshot) -> None:
    if snapshot.info.get("gated"):
        raise GatedRepo(
            f"Access to {snapshot.kind} {snapshot.repo_id} is restricted; this hub cannot grant it",
            snapshot.sha,
        )


def _file(snapshot: Snapshot, path: str) -> StoredFile:
    file = snapshot.files.get(path)
    if file is None:
        raise EntryNotFound(f"{path[:200]} is no file of {snapshot.repo_id}", snapshot.sha)
    return file


def _send(request: HttpRequest, snapshot: Snapshot, file: StoredFile) -> HttpResponseBase:
    headers = file_headers(snapshot, file)
    if request.method == "HEAD":
        return HttpResponse(headers={**headers, "Content-Length": str(file.size)})
    if_range = request.headers.get("If-Range", "")
    try:
        part = None
        if not if_range or if_range.strip() == headers["ETag"]:
            part = byte_range(request.headers.get("Range", ""), file.size)
    except RangeUnsatisfiable:
        headers |= {"Content-Range": f"bytes */{file.size}", "Content-Length": "0"}
        return HttpResponse(status=416, headers=headers)
    start, end = part or (0, file.size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    opened = _source().open(snapshot, file)
    return PartResponse(
        Part(opened, start, end), end - start, status=206 if part else 200, headers=headers
    )


def _form(request: HttpRequest) -> Mapping[str, list[str]]:
    """Read a form or JSON body of any number of paths; raise BadQuery."""
    body = request.read(MAX_BODY + 1)
    try:
        if len(body) > MAX_BODY:
            raise ValueError("it is longer than 16 MiB")
        kind = request.content_type or FORM
        if kind == FORM:
            return parse_qs(body.decode(), max_num_fields=MAX_PATHS)
        if kind != "application/json":
            raise ValueError(f"it is {kind[:60]}")
        document = json.loads(body)
        paths = document["paths"]
        texts = (
            [paths] if isinstance(paths, str) else [path for path in paths if isinstance(path, str)]
        )
        return {"paths": texts, "expand": [str(document.get("expand") or "")]}
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadQuery(f"The body cannot be read: {error}") from error


def _link_next(request: HttpRequest, response: HttpResponse, cursor: str) -> None:
    params: QueryDict = request.GET.copy()
    params["cursor"] = cursor
    params.pop("skip", None)
    address = request.build_absolute_uri(escape_uri_path(request.path))
    response["Link"] = f'<{address}?{params.urlencode()}>; rel="next"'


def _json(request: HttpRequest, payload: Any) -> HttpResponse:
    body = json.dumps(payload, separators=(",", ":"), allow_nan=False).encode()
    return _raw_json(request, body)


def _raw_json(request: HttpRequest, body: bytes) -> HttpResponse:
    response = HttpResponse(content_type="application/json; charset=utf-8")
    if request.method != "HEAD":
        response.content = body
    response["Content-Length"] = str(len(body))
    response["X-Content-Type-Options"] = "nosniff"
    return response
