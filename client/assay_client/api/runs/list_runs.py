from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_runs_expand_item import ListRunsExpandItem
from ...models.list_runs_fields_item import ListRunsFieldsItem
from ...models.list_runs_sort import ListRunsSort
from ...models.list_runs_status import ListRunsStatus
from ...models.paginated_run_list import PaginatedRunList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListRunsExpandItem] | Unset = UNSET,
    fields: list[ListRunsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListRunsSort | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["check"] = check

    params["claim"] = claim

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
        "url": "/api/v1/runs",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedRunList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedRunList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedRunList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListRunsExpandItem] | Unset = UNSET,
    fields: list[ListRunsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListRunsSort | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
) -> Response[PaginatedRunList | Problem]:
    """List runs

     Runs: executions of checks.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListRunsExpandItem] | Unset):
        fields (list[ListRunsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListRunsSort | Unset):
        status (ListRunsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRunList | Problem]
    """

    kwargs = _get_kwargs(
        check=check,
        claim=claim,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
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
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListRunsExpandItem] | Unset = UNSET,
    fields: list[ListRunsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListRunsSort | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
) -> PaginatedRunList | Problem | None:
    """List runs

     Runs: executions of checks.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListRunsExpandItem] | Unset):
        fields (list[ListRunsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListRunsSort | Unset):
        status (ListRunsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRunList | Problem
    """

    return sync_detailed(
        client=client,
        check=check,
        claim=claim,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sort=sort,
        status=status,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListRunsExpandItem] | Unset = UNSET,
    fields: list[ListRunsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListRunsSort | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
) -> Response[PaginatedRunList | Problem]:
    """List runs

     Runs: executions of checks.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListRunsExpandItem] | Unset):
        fields (list[ListRunsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListRunsSort | Unset):
        status (ListRunsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRunList | Problem]
    """

    kwargs = _get_kwargs(
        check=check,
        claim=claim,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sort=sort,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListRunsExpandItem] | Unset = UNSET,
    fields: list[ListRunsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListRunsSort | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
) -> PaginatedRunList | Problem | None:
    """List runs

     Runs: executions of checks.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListRunsExpandItem] | Unset):
        fields (list[ListRunsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListRunsSort | Unset):
        status (ListRunsStatus | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRunList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            check=check,
            claim=claim,
            cursor=cursor,
            expand=expand,
            fields=fields,
            limit=limit,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            sort=sort,
            status=status,
        )
    ).parsed
