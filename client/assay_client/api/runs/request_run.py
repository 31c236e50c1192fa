from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.run import Run
from ...models.run_request import RunRequest
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: RunRequest,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/runs",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | Run:
    if response.status_code == 200:
        response_200 = Run.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = Run.from_dict(response.json())

        return response_202

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Problem | Run]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: RunRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Run]:
    """Ask for a run

     Needs a token with the scope `runs`. What makes a run one run is revision, check, version, claim and
    options: asked for twice, it is measured once.

    Args:
        idempotency_key (str | Unset):
        body (RunRequest): What is asked for when a run is asked for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Run]
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
    body: RunRequest,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Run | None:
    """Ask for a run

     Needs a token with the scope `runs`. What makes a run one run is revision, check, version, claim and
    options: asked for twice, it is measured once.

    Args:
        idempotency_key (str | Unset):
        body (RunRequest): What is asked for when a run is asked for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Run
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: RunRequest,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | Run]:
    """Ask for a run

     Needs a token with the scope `runs`. What makes a run one run is revision, check, version, claim and
    options: asked for twice, it is measured once.

    Args:
        idempotency_key (str | Unset):
        body (RunRequest): What is asked for when a run is asked for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Run]
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
    body: RunRequest,
    idempotency_key: str | Unset = UNSET,
) -> Problem | Run | None:
    """Ask for a run

     Needs a token with the scope `runs`. What makes a run one run is revision, check, version, claim and
    options: asked for twice, it is measured once.

    Args:
        idempotency_key (str | Unset):
        body (RunRequest): What is asked for when a run is asked for.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Run
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
