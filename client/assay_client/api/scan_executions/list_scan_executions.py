from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_scan_executions_expand_item import (
    ListScanExecutionsExpandItem,
)
from ...models.list_scan_executions_fields_item import (
    ListScanExecutionsFieldsItem,
)
from ...models.list_scan_executions_sort import (
    ListScanExecutionsSort,
)
from ...models.list_scan_executions_state import (
    ListScanExecutionsState,
)
from ...models.paginated_scan_execution_list import PaginatedScanExecutionList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    expand: list[ListScanExecutionsExpandItem] | Unset = UNSET,
    fields: list[ListScanExecutionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    scan: int | Unset = UNSET,
    sort: ListScanExecutionsSort | Unset = UNSET,
    state: ListScanExecutionsState | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_expand: list[str] | Unset = UNSET
    if not isinstance(expand, Unset):
        json_expand = []
        for expand_item_data in expand:
            expand_item: str = expand_item_data
            json_expand.append(expand_item)

    params["expand"] = json_expand

    json_fields: list[str] | Unset = UNSET
    if not isinstance(fields, Unset):
        json_fields = []
        for fields_item_data in fields:
            fields_item: str = fields_item_data
            json_fields.append(fields_item)

    params["fields"] = json_fields

    params["limit"] = limit

    params["scan"] = scan

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
        "url": "/api/v1/scan-executions",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedScanExecutionList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedScanExecutionList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedScanExecutionList | Problem]:
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
    expand: list[ListScanExecutionsExpandItem] | Unset = UNSET,
    fields: list[ListScanExecutionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    scan: int | Unset = UNSET,
    sort: ListScanExecutionsSort | Unset = UNSET,
    state: ListScanExecutionsState | Unset = UNSET,
) -> Response[PaginatedScanExecutionList | Problem]:
    """List executions of scans

     Executions of scans.

    Args:
        cursor (str | Unset):
        expand (list[ListScanExecutionsExpandItem] | Unset):
        fields (list[ListScanExecutionsFieldsItem] | Unset):
        limit (int | Unset):
        scan (int | Unset):
        sort (ListScanExecutionsSort | Unset):
        state (ListScanExecutionsState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedScanExecutionList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        scan=scan,
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
    expand: list[ListScanExecutionsExpandItem] | Unset = UNSET,
    fields: list[ListScanExecutionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    scan: int | Unset = UNSET,
    sort: ListScanExecutionsSort | Unset = UNSET,
    state: ListScanExecutionsState | Unset = UNSET,
) -> PaginatedScanExecutionList | Problem | None:
    """List executions of scans

     Executions of scans.

    Args:
        cursor (str | Unset):
        expand (list[ListScanExecutionsExpandItem] | Unset):
        fields (list[ListScanExecutionsFieldsItem] | Unset):
        limit (int | Unset):
        scan (int | Unset):
        sort (ListScanExecutionsSort | Unset):
        state (ListScanExecutionsState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedScanExecutionList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        scan=scan,
        sort=sort,
        state=state,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    expand: list[ListScanExecutionsExpandItem] | Unset = UNSET,
    fields: list[ListScanExecutionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    scan: int | Unset = UNSET,
    sort: ListScanExecutionsSort | Unset = UNSET,
    state: ListScanExecutionsState | Unset = UNSET,
) -> Response[PaginatedScanExecutionList | Problem]:
    """List executions of scans

     Executions of scans.

    Args:
        cursor (str | Unset):
        expand (list[ListScanExecutionsExpandItem] | Unset):
        fields (list[ListScanExecutionsFieldsItem] | Unset):
        limit (int | Unset):
        scan (int | Unset):
        sort (ListScanExecutionsSort | Unset):
        state (ListScanExecutionsState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedScanExecutionList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        scan=scan,
        sort=sort,
        state=state,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    expand: list[ListScanExecutionsExpandItem] | Unset = UNSET,
    fields: list[ListScanExecutionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    scan: int | Unset = UNSET,
    sort: ListScanExecutionsSort | Unset = UNSET,
    state: ListScanExecutionsState | Unset = UNSET,
) -> PaginatedScanExecutionList | Problem | None:
    """List executions of scans

     Executions of scans.

    Args:
        cursor (str | Unset):
        expand (list[ListScanExecutionsExpandItem] | Unset):
        fields (list[ListScanExecutionsFieldsItem] | Unset):
        limit (int | Unset):
        scan (int | Unset):
        sort (ListScanExecutionsSort | Unset):
        state (ListScanExecutionsState | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedScanExecutionList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            expand=expand,
            fields=fields,
            limit=limit,
            scan=scan,
            sort=sort,
            state=state,
        )
    ).parsed
