from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.mark import Mark
from ...models.mark_upload import MarkUpload
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: MarkUpload,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/marks",
    }

    _kwargs["files"] = body.to_multipart()

    headers["Content-Type"] = "multipart/form-data; boundary=+++"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Mark | Problem:
    if response.status_code == 201:
        response_201 = Mark.from_dict(response.json())

        return response_201

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Mark | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: MarkUpload,
    idempotency_key: str | Unset = UNSET,
) -> Response[Mark | Problem]:
    """Register a mark

     Needs a token with the scope `marks`. The commitment is public at once; the keys are stored
    encrypted and never shown. Register before the marked model is published.

    Args:
        idempotency_key (str | Unset):
        body (MarkUpload): A file of keys, and what its owner says about the mark.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Mark | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: MarkUpload,
    idempotency_key: str | Unset = UNSET,
) -> Mark | Problem | None:
    """Register a mark

     Needs a token with the scope `marks`. The commitment is public at once; the keys are stored
    encrypted and never shown. Register before the marked model is published.

    Args:
        idempotency_key (str | Unset):
        body (MarkUpload): A file of keys, and what its owner says about the mark.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Mark | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: MarkUpload,
    idempotency_key: str | Unset = UNSET,
) -> Response[Mark | Problem]:
    """Register a mark

     Needs a token with the scope `marks`. The commitment is public at once; the keys are stored
    encrypted and never shown. Register before the marked model is published.

    Args:
        idempotency_key (str | Unset):
        body (MarkUpload): A file of keys, and what its owner says about the mark.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Mark | Problem]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: MarkUpload,
    idempotency_key: str | Unset = UNSET,
) -> Mark | Problem | None:
    """Register a mark

     Needs a token with the scope `marks`. The commitment is public at once; the keys are stored
    encrypted and never shown. Register before the marked model is published.

    Args:
        idempotency_key (str | Unset):
        body (MarkUpload): A file of keys, and what its owner says about the mark.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Mark | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
