"""``Idempotency-Key``: a request that is sent again is answered again, and not done again."""

import functools
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.problems import Refused
from registry.models import ApiToken, IdempotencyKey
from registry.models.idempotency import SWEPT

NAME = "Idempotency-Key"
LONGEST = 200
HEADER = OpenApiParameter(
    NAME,
    {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Sent again with the same key, the request is answered as before.",
)
View = TypeVar("View", bound=Callable[..., Response])


class UnderWay(exceptions.APIException):
    """The first request with the key has not been answered yet."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "A request with this key is under way. Send it again in a moment."
    default_code = "under-way"


def repeatable(view: View) -> View:
    """Have a method of a view answer a repeated request from what is stored."""

    @functools.wraps(view)
    def answered(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(NAME)
        if key is None:
            return view(self, request, *args, **kwargs)
        if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable() and " " not in key):
            said = f"Say 1 to {LONGEST} characters of ASCII, without spaces."
            raise exceptions.ValidationError({NAME: [said]})
        row, is_new = _taken(request, key)
        if not is_new:
            return _repeated(row)
        try:
            response = view(self, request, *args, **kwargs)
        except BaseException:
            _forget(row)
            raise
        _keep(row, response)
        return response

    answered.is_repeatable = True  # type: ignore[attr-defined]
    return answered  # type: ignore[return-value]


def is_repeatable(view: Any) -> bool:
    """Say whether the action of a view takes the header."""
    return hasattr(getattr(view, str(getattr(view, "action", "")), None), "is_repeatable")


def _taken(request: Request, key: str) -> tuple[IdempotencyKey, bool]:
    """Return the row of the key, and whether this request made it; raise Refused."""
    assert isinstance(request.auth, ApiToken)  # noqa: S101 - the permission has seen to it
    digest = hashlib.sha256(key.encode()).hexdigest()
    own = IdempotencyKey.objects.filter(token=request.auth, digest=digest)
    own.over().delete()
    old = IdempotencyKey.objects.over().order_by("created_at").values_list("pk", flat=True)[:SWEPT]
    IdempotencyKey.objects.filter(pk__in=list(old)).delete()
    asked = _asked(request)
    row, is_new = IdempotencyKey.objects.get_or_create(
        token=request.auth, digest=digest, defaults={"asked": asked}
    )
    if row.asked != asked:
        raise Refused("This Idempotency-Key was used for another request. Make up a new one.")
    return row, is_new


def _repeated(row: IdempotencyKey) -> Response:
    if row.status is None:
        raise UnderWay
    headers = {"Idempotency-Replayed": "true"} | (
        {"Location": row.location} if row.location else {}
    )
    return Response(row.body, status=row.status, headers=headers)


def _keep(row: IdempotencyKey, response: Response) -> None:
    if not status.is_success(response.status_code):
        _forget(row)
        return
    body = json.loads(JSONRenderer().render(response.data) or b"null")
    IdempotencyKey.objects.filter(pk=row.pk).update(
        status=response.status_code, location=response.get("Location", ""), body=body
    )


def _forget(row: IdempotencyKey) -> None:
    """Let the key be used again. Where the connection broke, the row is given up in time."""
    if not transaction.get_connection().needs_rollback:
        IdempotencyKey.objects.filter(pk=row.pk).delete()


def _asked(request: Request) -> str:
    """Return a digest of what is asked for: method, address, and body as it is understood."""
    whole = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    for part in _parts(request.data):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def _parts(data: Any) -> Iterator[bytes]:
    if not hasattr(data, "lists"):
        yield json.dumps(data, sort_keys=True).encode()
        return
    for name, values in sorted(data.lists()):  # a form, with files
        yield name.encode(errors="backslashreplace")
        yield str(len(values)).encode()  # so that no value is taken for the next name
        for value in values:
            if isinstance(value, UploadedFile):
                digest = hashlib.sha256()
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
                yield digest.digest()
            else:
                yield str(value).encode(errors="backslashreplace")
