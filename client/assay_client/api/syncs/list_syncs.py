from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_syncs_fields_item import ListSyncsFieldsItem
from ...models.list_syncs_kind import ListSyncsKind
from ...models.list_syncs_sort import ListSyncsSort
from ...models.list_syncs_status import ListSyncsStatus
from ...models.paginated_sync_list import PaginatedSyncList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    fields: list[ListSyncsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListSyncsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListSyncsSort | Unset = UNSET,
    status: ListSyncsStatus | Unset = UNSET,
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

    params["hub"] = hub

    json_kind: str | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = kind

    params["kind"] = json_kind

    params["limit"] = limit

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status

    params["status"] = json_status

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/syncs",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedSyncList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedSyncList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedSyncList | Problem]:
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
    fields: list[ListSyncsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListSyncsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListSyncsSort | Unset = UNSET,
    status: ListSyncsStatus | Unset = UNSET,
) -> Response[PaginatedSyncList | Problem]:
    """List passes of the mirror

     Syncs: passes of the mirror over a hub.

    Args:
        cursor (str | Unset):
        fields (list[ListSyncsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListSyncsKind | Unset):
        limit (int | Unset):
        sort (ListSyncsSort | Unset):
        status (ListSyncsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedSyncList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        hub=hub,
        kind=kind,
        limit=limit,
        sort=sort,
        status=status,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListSyncsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListSyncsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListSyncsSort | Unset = UNSET,
    status: ListSyncsStatus | Unset = UNSET,
) -> PaginatedSyncList | Problem | None:
    """List passes of the mirror

     Syncs: passes of the mirror over a hub.

    Args:
        cursor (str | Unset):
        fields (list[ListSyncsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListSyncsKind | Unset):
        limit (int | Unset):
        sort (ListSyncsSort | Unset):
        status (ListSyncsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedSyncList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        fields=fields,
        hub=hub,
        kind=kind,
        limit=limit,
        sort=sort,
        status=status,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListSyncsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListSyncsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListSyncsSort | Unset = UNSET,
    status: ListSyncsStatus | Unset = UNSET,
) -> Response[PaginatedSyncList | Problem]:
    """List passes of the mirror

     Syncs: passes of the mirror over a hub.

    Args:
        cursor (str | Unset):
        fields (list[ListSyncsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListSyncsKind | Unset):
        limit (int | Unset):
        sort (ListSyncsSort | Unset):
        status (ListSyncsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedSyncList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        hub=hub,
        kind=kind,
        limit=limit,
        sort=sort,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListSyncsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListSyncsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    sort: ListSyncsSort | Unset = UNSET,
    status: ListSyncsStatus | Unset = UNSET,
) -> PaginatedSyncList | Problem | None:
    """List passes of the mirror

     Syncs: passes of the mirror over a hub.

    Args:
        cursor (str | Unset):
        fields (list[ListSyncsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListSyncsKind | Unset):
        limit (int | Unset):
        sort (ListSyncsSort | Unset):
        status (ListSyncsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedSyncList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            fields=fields,
            hub=hub,
            kind=kind,
            limit=limit,
            sort=sort,
            status=status,
        )
    ).parsed
