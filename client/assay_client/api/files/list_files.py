from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_files_expand_item import ListFilesExpandItem
from ...models.list_files_fields_item import ListFilesFieldsItem
from ...models.list_files_sort import ListFilesSort
from ...models.paginated_file_list import PaginatedFileList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    expand: list[ListFilesExpandItem] | Unset = UNSET,
    fields: list[ListFilesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sha256: str | Unset = UNSET,
    sort: ListFilesSort | Unset = UNSET,
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

    params["revision"] = revision

    params["sha256"] = sha256

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/files",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedFileList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedFileList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedFileList | Problem]:
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
    expand: list[ListFilesExpandItem] | Unset = UNSET,
    fields: list[ListFilesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sha256: str | Unset = UNSET,
    sort: ListFilesSort | Unset = UNSET,
) -> Response[PaginatedFileList | Problem]:
    """List files

     `sha256` finds every repo that has the very same file.

    Args:
        cursor (str | Unset):
        expand (list[ListFilesExpandItem] | Unset):
        fields (list[ListFilesFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sha256 (str | Unset):
        sort (ListFilesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedFileList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sha256=sha256,
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
    expand: list[ListFilesExpandItem] | Unset = UNSET,
    fields: list[ListFilesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sha256: str | Unset = UNSET,
    sort: ListFilesSort | Unset = UNSET,
) -> PaginatedFileList | Problem | None:
    """List files

     `sha256` finds every repo that has the very same file.

    Args:
        cursor (str | Unset):
        expand (list[ListFilesExpandItem] | Unset):
        fields (list[ListFilesFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sha256 (str | Unset):
        sort (ListFilesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedFileList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sha256=sha256,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    expand: list[ListFilesExpandItem] | Unset = UNSET,
    fields: list[ListFilesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sha256: str | Unset = UNSET,
    sort: ListFilesSort | Unset = UNSET,
) -> Response[PaginatedFileList | Problem]:
    """List files

     `sha256` finds every repo that has the very same file.

    Args:
        cursor (str | Unset):
        expand (list[ListFilesExpandItem] | Unset):
        fields (list[ListFilesFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sha256 (str | Unset):
        sort (ListFilesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedFileList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sha256=sha256,
        sort=sort,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    expand: list[ListFilesExpandItem] | Unset = UNSET,
    fields: list[ListFilesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sha256: str | Unset = UNSET,
    sort: ListFilesSort | Unset = UNSET,
) -> PaginatedFileList | Problem | None:
    """List files

     `sha256` finds every repo that has the very same file.

    Args:
        cursor (str | Unset):
        expand (list[ListFilesExpandItem] | Unset):
        fields (list[ListFilesFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sha256 (str | Unset):
        sort (ListFilesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedFileList | Problem
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
            revision=revision,
            sha256=sha256,
            sort=sort,
        )
    ).parsed
