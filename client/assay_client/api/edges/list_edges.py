from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_edges_basis import ListEdgesBasis
from ...models.list_edges_expand_item import ListEdgesExpandItem
from ...models.list_edges_fields_item import ListEdgesFieldsItem
from ...models.list_edges_relation import ListEdgesRelation
from ...models.list_edges_sort import ListEdgesSort
from ...models.paginated_edge_list import PaginatedEdgeList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    basis: ListEdgesBasis | Unset = UNSET,
    child: str | Unset = UNSET,
    child_id: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListEdgesExpandItem] | Unset = UNSET,
    fields: list[ListEdgesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    parent: str | Unset = UNSET,
    parent_id: int | Unset = UNSET,
    relation: ListEdgesRelation | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListEdgesSort | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_basis: str | Unset = UNSET
    if not isinstance(basis, Unset):
        json_basis = basis

    params["basis"] = json_basis

    params["child"] = child

    params["child_id"] = child_id

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

    params["parent"] = parent

    params["parent_id"] = parent_id

    json_relation: str | Unset = UNSET
    if not isinstance(relation, Unset):
        json_relation = relation

    params["relation"] = json_relation

    params["revision"] = revision

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/edges",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedEdgeList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedEdgeList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedEdgeList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    basis: ListEdgesBasis | Unset = UNSET,
    child: str | Unset = UNSET,
    child_id: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListEdgesExpandItem] | Unset = UNSET,
    fields: list[ListEdgesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    parent: str | Unset = UNSET,
    parent_id: int | Unset = UNSET,
    relation: ListEdgesRelation | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListEdgesSort | Unset = UNSET,
) -> Response[PaginatedEdgeList | Problem]:
    """List the edges of lineage

     Which revision was made from which repo, who says so, and how.

    Args:
        basis (ListEdgesBasis | Unset):
        child (str | Unset):
        child_id (int | Unset):
        cursor (str | Unset):
        expand (list[ListEdgesExpandItem] | Unset):
        fields (list[ListEdgesFieldsItem] | Unset):
        limit (int | Unset):
        parent (str | Unset):
        parent_id (int | Unset):
        relation (ListEdgesRelation | Unset):
        revision (str | Unset):
        sort (ListEdgesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedEdgeList | Problem]
    """

    kwargs = _get_kwargs(
        basis=basis,
        child=child,
        child_id=child_id,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        parent=parent,
        parent_id=parent_id,
        relation=relation,
        revision=revision,
        sort=sort,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    basis: ListEdgesBasis | Unset = UNSET,
    child: str | Unset = UNSET,
    child_id: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListEdgesExpandItem] | Unset = UNSET,
    fields: list[ListEdgesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    parent: str | Unset = UNSET,
    parent_id: int | Unset = UNSET,
    relation: ListEdgesRelation | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListEdgesSort | Unset = UNSET,
) -> PaginatedEdgeList | Problem | None:
    """List the edges of lineage

     Which revision was made from which repo, who says so, and how.

    Args:
        basis (ListEdgesBasis | Unset):
        child (str | Unset):
        child_id (int | Unset):
        cursor (str | Unset):
        expand (list[ListEdgesExpandItem] | Unset):
        fields (list[ListEdgesFieldsItem] | Unset):
        limit (int | Unset):
        parent (str | Unset):
        parent_id (int | Unset):
        relation (ListEdgesRelation | Unset):
        revision (str | Unset):
        sort (ListEdgesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedEdgeList | Problem
    """

    return sync_detailed(
        client=client,
        basis=basis,
        child=child,
        child_id=child_id,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        parent=parent,
        parent_id=parent_id,
        relation=relation,
        revision=revision,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    basis: ListEdgesBasis | Unset = UNSET,
    child: str | Unset = UNSET,
    child_id: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListEdgesExpandItem] | Unset = UNSET,
    fields: list[ListEdgesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    parent: str | Unset = UNSET,
    parent_id: int | Unset = UNSET,
    relation: ListEdgesRelation | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListEdgesSort | Unset = UNSET,
) -> Response[PaginatedEdgeList | Problem]:
    """List the edges of lineage

     Which revision was made from which repo, who says so, and how.

    Args:
        basis (ListEdgesBasis | Unset):
        child (str | Unset):
        child_id (int | Unset):
        cursor (str | Unset):
        expand (list[ListEdgesExpandItem] | Unset):
        fields (list[ListEdgesFieldsItem] | Unset):
        limit (int | Unset):
        parent (str | Unset):
        parent_id (int | Unset):
        relation (ListEdgesRelation | Unset):
        revision (str | Unset):
        sort (ListEdgesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedEdgeList | Problem]
    """

    kwargs = _get_kwargs(
        basis=basis,
        child=child,
        child_id=child_id,
        cursor=cursor,
        expand=expand,
        fields=fields,
        limit=limit,
        parent=parent,
        parent_id=parent_id,
        relation=relation,
        revision=revision,
        sort=sort,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    basis: ListEdgesBasis | Unset = UNSET,
    child: str | Unset = UNSET,
    child_id: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    expand: list[ListEdgesExpandItem] | Unset = UNSET,
    fields: list[ListEdgesFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    parent: str | Unset = UNSET,
    parent_id: int | Unset = UNSET,
    relation: ListEdgesRelation | Unset = UNSET,
    revision: str | Unset = UNSET,
    sort: ListEdgesSort | Unset = UNSET,
) -> PaginatedEdgeList | Problem | None:
    """List the edges of lineage

     Which revision was made from which repo, who says so, and how.

    Args:
        basis (ListEdgesBasis | Unset):
        child (str | Unset):
        child_id (int | Unset):
        cursor (str | Unset):
        expand (list[ListEdgesExpandItem] | Unset):
        fields (list[ListEdgesFieldsItem] | Unset):
        limit (int | Unset):
        parent (str | Unset):
        parent_id (int | Unset):
        relation (ListEdgesRelation | Unset):
        revision (str | Unset):
        sort (ListEdgesSort | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedEdgeList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            basis=basis,
            child=child,
            child_id=child_id,
            cursor=cursor,
            expand=expand,
            fields=fields,
            limit=limit,
            parent=parent,
            parent_id=parent_id,
            relation=relation,
            revision=revision,
            sort=sort,
        )
    ).parsed
