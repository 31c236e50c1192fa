from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.claimed_dataset_list import ClaimedDatasetList
from ...models.list_datasets_fields_item import (
    ListDatasetsFieldsItem,
)
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    fields: list[ListDatasetsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
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

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/datasets",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ClaimedDatasetList | Problem:
    if response.status_code == 200:
        response_200 = ClaimedDatasetList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ClaimedDatasetList | Problem]:
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
    fields: list[ListDatasetsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[ClaimedDatasetList | Problem]:
    """List datasets

     By name. Their claims: `/api/v1/claims?dataset=<id>`.

    Args:
        cursor (str | Unset):
        fields (list[ListDatasetsFieldsItem] | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimedDatasetList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListDatasetsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> ClaimedDatasetList | Problem | None:
    """List datasets

     By name. Their claims: `/api/v1/claims?dataset=<id>`.

    Args:
        cursor (str | Unset):
        fields (list[ListDatasetsFieldsItem] | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimedDatasetList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        fields=fields,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListDatasetsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[ClaimedDatasetList | Problem]:
    """List datasets

     By name. Their claims: `/api/v1/claims?dataset=<id>`.

    Args:
        cursor (str | Unset):
        fields (list[ListDatasetsFieldsItem] | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimedDatasetList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListDatasetsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> ClaimedDatasetList | Problem | None:
    """List datasets

     By name. Their claims: `/api/v1/claims?dataset=<id>`.

    Args:
        cursor (str | Unset):
        fields (list[ListDatasetsFieldsItem] | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimedDatasetList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            fields=fields,
            limit=limit,
        )
    ).parsed
