from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.embedding_detail import EmbeddingDetail
from ...models.embedding_request import EmbeddingRequest
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: EmbeddingRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/embeddings",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> EmbeddingDetail | Problem:
    if response.status_code == 202:
        response_202 = EmbeddingDetail.from_dict(response.json())

        return response_202

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[EmbeddingDetail | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: EmbeddingRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[EmbeddingDetail | Problem]:
    """Have a mark embedded

     Needs a token with the scope `marks`. A worker teaches a copy of the network its mark, and the mark
    is registered at once: its keys are stored encrypted and never shown. Publish the marked network
    under `home`.

    Args:
        idempotency_key (str | Unset):
        body (EmbeddingRequest): What a mark is put into, and how.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EmbeddingDetail | Problem]
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
    body: EmbeddingRequest,
    idempotency_key: str | Unset = UNSET,
) -> EmbeddingDetail | Problem | None:
    """Have a mark embedded

     Needs a token with the scope `marks`. A worker teaches a copy of the network its mark, and the mark
    is registered at once: its keys are stored encrypted and never shown. Publish the marked network
    under `home`.

    Args:
        idempotency_key (str | Unset):
        body (EmbeddingRequest): What a mark is put into, and how.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EmbeddingDetail | Problem
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: EmbeddingRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[EmbeddingDetail | Problem]:
    """Have a mark embedded

     Needs a token with the scope `marks`. A worker teaches a copy of the network its mark, and the mark
    is registered at once: its keys are stored encrypted and never shown. Publish the marked network
    under `home`.

    Args:
        idempotency_key (str | Unset):
        body (EmbeddingRequest): What a mark is put into, and how.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EmbeddingDetail | Problem]
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
    body: EmbeddingRequest,
    idempotency_key: str | Unset = UNSET,
) -> EmbeddingDetail | Problem | None:
    """Have a mark embedded

     Needs a token with the scope `marks`. A worker teaches a copy of the network its mark, and the mark
    is registered at once: its keys are stored encrypted and never shown. Publish the marked network
    under `home`.

    Args:
        idempotency_key (str | Unset):
        body (EmbeddingRequest): What a mark is put into, and how.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EmbeddingDetail | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
