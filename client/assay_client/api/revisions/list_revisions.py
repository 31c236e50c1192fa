from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_revisions_expand_item import (
    ListRevisionsExpandItem,
)
from ...models.list_revisions_fields_item import (
    ListRevisionsFieldsItem,
)
from ...models.list_revisions_sort import ListRevisionsSort
from ...models.paginated_revision_list import PaginatedRevisionList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    expand: list[ListRevisionsExpandItem] | Unset = UNSET,
    fields: list[ListRevisionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    sha: str | Unset = UNSET,
    sort: ListRevisionsSort | Unset = UNSET,
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

    params["repo"] = repo

    params["repo_id"] = repo_id

    params["sha"] = sha

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/revisions",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedRevisionList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedRevisionList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedRevisionList | Problem]:
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
    expand: list[ListRevisionsExpandItem] | Unset = UNSET,
    fields: list[ListRevisionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    sha: str | Unset = UNSET,
    sort: ListRevisionsSort | Unset = UNSET,
) -> Response[PaginatedRevisionList | Problem]:
    """List revisions

     Revisions: commits of repos. Everything measured belongs to one.

    Args:
        cursor (str | Unset):
        expand (list[ListRevisionsExpandItem] | Unset):
        fields (list[ListRevisionsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        sha (str | Unset):
        sort (ListRevisionsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRevisionList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        sha=sha,
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
    expand: list[ListRevisionsExpandItem] | Unset = UNSET,
    fields: list[ListRevisionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    sha: str | Unset = UNSET,
    sort: ListRevisionsSort | Unset = UNSET,
) -> PaginatedRevisionList | Problem | None:
    """List revisions

     Revisions: commits of repos. Everything measured belongs to one.

    Args:
        cursor (str | Unset):
        expand (list[ListRevisionsExpandItem] | Unset):
        fields (list[ListRevisionsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        sha (str | Unset):
        sort (ListRevisionsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRevisionList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        sha=sha,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    expand: list[ListRevisionsExpandItem] | Unset = UNSET,
    fields: list[ListRevisionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    sha: str | Unset = UNSET,
    sort: ListRevisionsSort | Unset = UNSET,
) -> Response[PaginatedRevisionList | Problem]:
    """List revisions

     Revisions: commits of repos. Everything measured belongs to one.

    Args:
        cursor (str | Unset):
        expand (list[ListRevisionsExpandItem] | Unset):
        fields (list[ListRevisionsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        sha (str | Unset):
        sort (ListRevisionsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRevisionList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        sha=sha,
        sort=sort,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    expand: list[ListRevisionsExpandItem] | Unset = UNSET,
    fields: list[ListRevisionsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    sha: str | Unset = UNSET,
    sort: ListRevisionsSort | Unset = UNSET,
) -> PaginatedRevisionList | Problem | None:
    """List revisions

     Revisions: commits of repos. Everything measured belongs to one.

    Args:
        cursor (str | Unset):
        expand (list[ListRevisionsExpandItem] | Unset):
        fields (list[ListRevisionsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        sha (str | Unset):
        sort (ListRevisionsSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRevisionList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            expand=expand,
            fields=fields,
            limit=limit,
            repo=repo,
            repo_id=repo_id,
            sha=sha,
            sort=sort,
        )
    ).parsed
