from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_webhook_deliveries_sort import (
    ListWebhookDeliveriesSort,
)
from ...models.list_webhook_deliveries_state import (
    ListWebhookDeliveriesState,
)
from ...models.paginated_delivery_list import PaginatedDeliveryList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: str,
    *,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhookDeliveriesSort | Unset = UNSET,
    state: ListWebhookDeliveriesState | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["limit"] = limit

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state

    params["state"] = json_state

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/webhooks/{id}/deliveries".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedDeliveryList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedDeliveryList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedDeliveryList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhookDeliveriesSort | Unset = UNSET,
    state: ListWebhookDeliveriesState | Unset = UNSET,
) -> Response[PaginatedDeliveryList | Problem]:
    """List the deliveries of a webhook

     The newest first, of the last 30 days.

    Args:
        id (str):
        cursor (str | Unset):
        limit (int | Unset):
        sort (ListWebhookDeliveriesSort | Unset):
        state (ListWebhookDeliveriesState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDeliveryList | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        cursor=cursor,
        limit=limit,
        sort=sort,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhookDeliveriesSort | Unset = UNSET,
    state: ListWebhookDeliveriesState | Unset = UNSET,
) -> PaginatedDeliveryList | Problem | None:
    """List the deliveries of a webhook

     The newest first, of the last 30 days.

    Args:
        id (str):
        cursor (str | Unset):
        limit (int | Unset):
        sort (ListWebhookDeliveriesSort | Unset):
        state (ListWebhookDeliveriesState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDeliveryList | Problem
    """

    return sync_detailed(
        id=id,
        client=client,
        cursor=cursor,
        limit=limit,
        sort=sort,
        state=state,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhookDeliveriesSort | Unset = UNSET,
    state: ListWebhookDeliveriesState | Unset = UNSET,
) -> Response[PaginatedDeliveryList | Problem]:
    """List the deliveries of a webhook

     The newest first, of the last 30 days.

    Args:
        id (str):
        cursor (str | Unset):
        limit (int | Unset):
        sort (ListWebhookDeliveriesSort | Unset):
        state (ListWebhookDeliveriesState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedDeliveryList | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        cursor=cursor,
        limit=limit,
        sort=sort,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhookDeliveriesSort | Unset = UNSET,
    state: ListWebhookDeliveriesState | Unset = UNSET,
) -> PaginatedDeliveryList | Problem | None:
    """List the deliveries of a webhook

     The newest first, of the last 30 days.

    Args:
        id (str):
        cursor (str | Unset):
        limit (int | Unset):
        sort (ListWebhookDeliveriesSort | Unset):
        state (ListWebhookDeliveriesState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedDeliveryList | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            cursor=cursor,
            limit=limit,
            sort=sort,
            state=state,
        )
    ).parsed
