from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.claimed_dataset_detail import ClaimedDatasetDetail
from ...models.claimed_dataset_detail_part import ClaimedDatasetDetailPart
from ...models.problem import Problem
from ...models.read_dataset_fields_item import ReadDatasetFieldsItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: str,
    *,
    fields: list[ReadDatasetFieldsItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_fields: list[str] | Unset = UNSET
    if not isinstance(fields, Unset):
        json_fields = []
        for fields_item_data in fields:
            fields_item: str = fields_item_data
            json_fields.append(fields_item)

    params["fields"] = json_fields

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/datasets/{id}".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> ClaimedDatasetDetail | ClaimedDatasetDetailPart:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_200_type_0 = ClaimedDatasetDetail.from_dict(data)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = ClaimedDatasetDetailPart.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    fields: list[ReadDatasetFieldsItem] | Unset = UNSET,
) -> Response[ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem]:
    """Read a dataset

     By its id or any of its spellings, which may have slashes; `?name=` of the list takes those that fit
    no address.

    Args:
        id (str):
        fields (list[ReadDatasetFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        fields=fields,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    id: str,
    *,
    client: AuthenticatedClient,
    fields: list[ReadDatasetFieldsItem] | Unset = UNSET,
) -> ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem | None:
    """Read a dataset

     By its id or any of its spellings, which may have slashes; `?name=` of the list takes those that fit
    no address.

    Args:
        id (str):
        fields (list[ReadDatasetFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem
    """

    return sync_detailed(
        id=id,
        client=client,
        fields=fields,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    fields: list[ReadDatasetFieldsItem] | Unset = UNSET,
) -> Response[ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem]:
    """Read a dataset

     By its id or any of its spellings, which may have slashes; `?name=` of the list takes those that fit
    no address.

    Args:
        id (str):
        fields (list[ReadDatasetFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        fields=fields,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
    fields: list[ReadDatasetFieldsItem] | Unset = UNSET,
) -> ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem | None:
    """Read a dataset

     By its id or any of its spellings, which may have slashes; `?name=` of the list takes those that fit
    no address.

    Args:
        id (str):
        fields (list[ReadDatasetFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ClaimedDatasetDetail | ClaimedDatasetDetailPart | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            fields=fields,
        )
    ).parsed
