from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_findings_expand_item import (
    ListFindingsExpandItem,
)
from ...models.list_findings_fields_item import (
    ListFindingsFieldsItem,
)
from ...models.list_findings_sort import ListFindingsSort
from ...models.list_findings_verdict import ListFindingsVerdict
from ...models.paginated_finding_list import PaginatedFindingList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListFindingsExpandItem] | Unset = UNSET,
    fields: list[ListFindingsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    run: int | Unset = UNSET,
    sort: ListFindingsSort | Unset = UNSET,
    verdict: ListFindingsVerdict | Unset = UNSET,
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

    params["run"] = run

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    json_verdict: str | Unset = UNSET
    if not isinstance(verdict, Unset):
        json_verdict = verdict

    params["verdict"] = json_verdict

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/findings",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedFindingList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedFindingList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedFindingList | Problem]:
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
    expand: list[ListFindingsExpandItem] | Unset = UNSET,
    fields: list[ListFindingsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    run: int | Unset = UNSET,
    sort: ListFindingsSort | Unset = UNSET,
    verdict: ListFindingsVerdict | Unset = UNSET,
) -> Response[PaginatedFindingList | Problem]:
    """List findings

     Findings: what runs found. They never change.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListFindingsExpandItem] | Unset):
        fields (list[ListFindingsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        run (int | Unset):
        sort (ListFindingsSort | Unset):
        verdict (ListFindingsVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedFindingList | Problem]
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
        run=run,
        sort=sort,
        verdict=verdict,
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
    expand: list[ListFindingsExpandItem] | Unset = UNSET,
    fields: list[ListFindingsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    run: int | Unset = UNSET,
    sort: ListFindingsSort | Unset = UNSET,
    verdict: ListFindingsVerdict | Unset = UNSET,
) -> PaginatedFindingList | Problem | None:
    """List findings

     Findings: what runs found. They never change.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListFindingsExpandItem] | Unset):
        fields (list[ListFindingsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        run (int | Unset):
        sort (ListFindingsSort | Unset):
        verdict (ListFindingsVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedFindingList | Problem
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
        run=run,
        sort=sort,
        verdict=verdict,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListFindingsExpandItem] | Unset = UNSET,
    fields: list[ListFindingsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    run: int | Unset = UNSET,
    sort: ListFindingsSort | Unset = UNSET,
    verdict: ListFindingsVerdict | Unset = UNSET,
) -> Response[PaginatedFindingList | Problem]:
    """List findings

     Findings: what runs found. They never change.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListFindingsExpandItem] | Unset):
        fields (list[ListFindingsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        run (int | Unset):
        sort (ListFindingsSort | Unset):
        verdict (ListFindingsVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedFindingList | Problem]
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
        run=run,
        sort=sort,
        verdict=verdict,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    check: str | Unset = UNSET,
    claim: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListFindingsExpandItem] | Unset = UNSET,
    fields: list[ListFindingsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    repo: str | Unset = UNSET,
    repo_id: int | Unset = UNSET,
    revision: str | Unset = UNSET,
    run: int | Unset = UNSET,
    sort: ListFindingsSort | Unset = UNSET,
    verdict: ListFindingsVerdict | Unset = UNSET,
) -> PaginatedFindingList | Problem | None:
    """List findings

     Findings: what runs found. They never change.

    Args:
        check (str | Unset):
        claim (int | Unset):
        cursor (str | Unset):
        expand (list[ListFindingsExpandItem] | Unset):
        fields (list[ListFindingsFieldsItem] | Unset):
        limit (int | Unset):
        repo (str | Unset):
        repo_id (int | Unset):
        revision (str | Unset):
        run (int | Unset):
        sort (ListFindingsSort | Unset):
        verdict (ListFindingsVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedFindingList | Problem
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
            run=run,
            sort=sort,
            verdict=verdict,
        )
    ).parsed
