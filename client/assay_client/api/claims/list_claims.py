from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_claims_expand_item import ListClaimsExpandItem
from ...models.list_claims_fields_item import ListClaimsFieldsItem
from ...models.list_claims_sort import ListClaimsSort
from ...models.list_claims_source import ListClaimsSource
from ...models.paginated_claim_list import PaginatedClaimList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    expand: list[ListClaimsExpandItem] | Unset = UNSET,
    fields: list[ListClaimsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    metric: str | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListClaimsSort | Unset = UNSET,
    source: ListClaimsSource | Unset = UNSET,
    task: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["dataset"] = dataset

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

    params["metric"] = metric

    params["repo"] = repo

    params["repo_id"] = repo_id

    params["revision"] = revision

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    json_source: str | Unset = UNSET
    if not isinstance(source, Unset):
        json_source = source

    params["source"] = json_source

    params["task"] = task

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/claims",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedClaimList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedClaimList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedClaimList | Problem]:
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
    dataset: str | Unset = UNSET,
    expand: list[ListClaimsExpandItem] | Unset = UNSET,
    fields: list[ListClaimsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    metric: str | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListClaimsSort | Unset = UNSET,
    source: ListClaimsSource | Unset = UNSET,
    task: str | Unset = UNSET,
) -> Response[PaginatedClaimList | Problem]:
    """List claims

     Claims: what authors state, each with its place.

    Args:
        cursor (str | Unset):
        dataset (str | Unset):
        expand (list[ListClaimsExpandItem] | Unset):
        fields (list[ListClaimsFieldsItem] | Unset):
        limit (int | Unset):
        metric (str | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListClaimsSort | Unset):
        source (ListClaimsSource | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedClaimList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        dataset=dataset,
        expand=expand,
        fields=fields,
        limit=limit,
        metric=metric,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sort=sort,
        source=source,
        task=task,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    expand: list[ListClaimsExpandItem] | Unset = UNSET,
    fields: list[ListClaimsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    metric: str | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListClaimsSort | Unset = UNSET,
    source: ListClaimsSource | Unset = UNSET,
    task: str | Unset = UNSET,
) -> PaginatedClaimList | Problem | None:
    """List claims

     Claims: what authors state, each with its place.

    Args:
        cursor (str | Unset):
        dataset (str | Unset):
        expand (list[ListClaimsExpandItem] | Unset):
        fields (list[ListClaimsFieldsItem] | Unset):
        limit (int | Unset):
        metric (str | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListClaimsSort | Unset):
        source (ListClaimsSource | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedClaimList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        dataset=dataset,
        expand=expand,
        fields=fields,
        limit=limit,
        metric=metric,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sort=sort,
        source=source,
        task=task,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    expand: list[ListClaimsExpandItem] | Unset = UNSET,
    fields: list[ListClaimsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    metric: str | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListClaimsSort | Unset = UNSET,
    source: ListClaimsSource | Unset = UNSET,
    task: str | Unset = UNSET,
) -> Response[PaginatedClaimList | Problem]:
    """List claims

     Claims: what authors state, each with its place.

    Args:
        cursor (str | Unset):
        dataset (str | Unset):
        expand (list[ListClaimsExpandItem] | Unset):
        fields (list[ListClaimsFieldsItem] | Unset):
        limit (int | Unset):
        metric (str | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListClaimsSort | Unset):
        source (ListClaimsSource | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedClaimList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        dataset=dataset,
        expand=expand,
        fields=fields,
        limit=limit,
        metric=metric,
        repo=repo,
        repo_id=repo_id,
        revision=revision,
        sort=sort,
        source=source,
        task=task,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    expand: list[ListClaimsExpandItem] | Unset = UNSET,
    fields: list[ListClaimsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    metric: str | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListClaimsSort | Unset = UNSET,
    source: ListClaimsSource | Unset = UNSET,
    task: str | Unset = UNSET,
) -> PaginatedClaimList | Problem | None:
    """List claims

     Claims: what authors state, each with its place.

    Args:
        cursor (str | Unset):
        dataset (str | Unset):
        expand (list[ListClaimsExpandItem] | Unset):
        fields (list[ListClaimsFieldsItem] | Unset):
        limit (int | Unset):
        metric (str | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        sort (ListClaimsSort | Unset):
        source (ListClaimsSource | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedClaimList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            dataset=dataset,
            expand=expand,
            fields=fields,
            limit=limit,
            metric=metric,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            sort=sort,
            source=source,
            task=task,
        )
    ).parsed
