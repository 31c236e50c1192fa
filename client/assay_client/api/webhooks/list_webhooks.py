from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_webhooks_fields_item import (
    ListWebhooksFieldsItem,
)
from ...models.list_webhooks_sort import ListWebhooksSort
from ...models.list_webhooks_state import ListWebhooksState
from ...models.paginated_webhook_list import PaginatedWebhookList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    fields: list[ListWebhooksFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhooksSort | Unset = UNSET,
    state: ListWebhooksState | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_fields: list[str] | Unset = UNSET
    if not isinstance(fields, Unset):
        json_fields = []
        for fields_item_data in fields:
            fields_item: str = fields_item_data
            json_fields.append(fields_item)

    params["fields"] = json_fields

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
        "url": "/api/v1/webhooks",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedWebhookList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedWebhookList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedWebhookList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListWebhooksFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhooksSort | Unset = UNSET,
    state: ListWebhooksState | Unset = UNSET,
) -> Response[PaginatedWebhookList | Problem]:
    """List your webhooks

     Needs a token with the scope `webhooks`; nobody sees those of others.

    Args:
        cursor (str | Unset):
        fields (list[ListWebhooksFieldsItem] | Unset):
        limit (int | Unset):
        sort (ListWebhooksSort | Unset):
        state (ListWebhooksState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedWebhookList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        limit=limit,
        sort=sort,
        state=state,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListWebhooksFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhooksSort | Unset = UNSET,
    state: ListWebhooksState | Unset = UNSET,
) -> PaginatedWebhookList | Problem | None:
    """List your webhooks

     Needs a token with the scope `webhooks`; nobody sees those of others.

    Args:
        cursor (str | Unset):
        fields (list[ListWebhooksFieldsItem] | Unset):
        limit (int | Unset):
        sort (ListWebhooksSort | Unset):
        state (ListWebhooksState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedWebhookList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        fields=fields,
        limit=limit,
        sort=sort,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListWebhooksFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhooksSort | Unset = UNSET,
    state: ListWebhooksState | Unset = UNSET,
) -> Response[PaginatedWebhookList | Problem]:
    """List your webhooks

     Needs a token with the scope `webhooks`; nobody sees those of others.

    Args:
        cursor (str | Unset):
        fields (list[ListWebhooksFieldsItem] | Unset):
        limit (int | Unset):
        sort (ListWebhooksSort | Unset):
        state (ListWebhooksState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedWebhookList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        limit=limit,
        sort=sort,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListWebhooksFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListWebhooksSort | Unset = UNSET,
    state: ListWebhooksState | Unset = UNSET,
) -> PaginatedWebhookList | Problem | None:
    """List your webhooks

     Needs a token with the scope `webhooks`; nobody sees those of others.

    Args:
        cursor (str | Unset):
        fields (list[ListWebhooksFieldsItem] | Unset):
        limit (int | Unset):
        sort (ListWebhooksSort | Unset):
        state (ListWebhooksState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedWebhookList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            fields=fields,
            limit=limit,
            sort=sort,
            state=state,
        )
    ).parsed
