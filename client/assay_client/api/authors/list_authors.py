from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_authors_fields_item import ListAuthorsFieldsItem
from ...models.list_authors_kind import ListAuthorsKind
from ...models.list_authors_sort import ListAuthorsSort
from ...models.paginated_author_list import PaginatedAuthorList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    fields: list[ListAuthorsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListAuthorsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    sort: ListAuthorsSort | Unset = UNSET,
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

    params["name"] = name

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/authors",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedAuthorList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedAuthorList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedAuthorList | Problem]:
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
    fields: list[ListAuthorsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListAuthorsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    sort: ListAuthorsSort | Unset = UNSET,
) -> Response[PaginatedAuthorList | Problem]:
    """List authors

     Authors: users and organisations that publish models.

    Args:
        cursor (str | Unset):
        fields (list[ListAuthorsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListAuthorsKind | Unset):
        limit (int | Unset):
        name (str | Unset):
        sort (ListAuthorsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedAuthorList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        hub=hub,
        kind=kind,
        limit=limit,
        name=name,
        sort=sort,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListAuthorsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListAuthorsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    sort: ListAuthorsSort | Unset = UNSET,
) -> PaginatedAuthorList | Problem | None:
    """List authors

     Authors: users and organisations that publish models.

    Args:
        cursor (str | Unset):
        fields (list[ListAuthorsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListAuthorsKind | Unset):
        limit (int | Unset):
        name (str | Unset):
        sort (ListAuthorsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedAuthorList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        fields=fields,
        hub=hub,
        kind=kind,
        limit=limit,
        name=name,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListAuthorsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListAuthorsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    sort: ListAuthorsSort | Unset = UNSET,
) -> Response[PaginatedAuthorList | Problem]:
    """List authors

     Authors: users and organisations that publish models.

    Args:
        cursor (str | Unset):
        fields (list[ListAuthorsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListAuthorsKind | Unset):
        limit (int | Unset):
        name (str | Unset):
        sort (ListAuthorsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedAuthorList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        hub=hub,
        kind=kind,
        limit=limit,
        name=name,
        sort=sort,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListAuthorsFieldsItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    kind: ListAuthorsKind | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    sort: ListAuthorsSort | Unset = UNSET,
) -> PaginatedAuthorList | Problem | None:
    """List authors

     Authors: users and organisations that publish models.

    Args:
        cursor (str | Unset):
        fields (list[ListAuthorsFieldsItem] | Unset):
        hub (str | Unset):
        kind (ListAuthorsKind | Unset):
        limit (int | Unset):
        name (str | Unset):
        sort (ListAuthorsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedAuthorList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            fields=fields,
            hub=hub,
            kind=kind,
            limit=limit,
            name=name,
            sort=sort,
        )
    ).parsed
