from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.change import Change
from ...models.change_part import ChangePart
from ...models.problem import Problem
from ...models.read_change_expand_item import ReadChangeExpandItem
from ...models.read_change_fields_item import ReadChangeFieldsItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: str,
    *,
    expand: list[ReadChangeExpandItem] | Unset = UNSET,
    fields: list[ReadChangeFieldsItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

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

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/changes/{id}".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Change | ChangePart | Problem:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> Change | ChangePart:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_200_type_0 = Change.from_dict(data)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = ChangePart.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Change | ChangePart | Problem]:
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
    expand: list[ReadChangeExpandItem] | Unset = UNSET,
    fields: list[ReadChangeFieldsItem] | Unset = UNSET,
) -> Response[Change | ChangePart | Problem]:
    """Read a change

     Changes: what one pass of the mirror found otherwise than the pass before it.

    Args:
        id (str):
        expand (list[ReadChangeExpandItem] | Unset):
        fields (list[ReadChangeFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Change | ChangePart | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        expand=expand,
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
    expand: list[ReadChangeExpandItem] | Unset = UNSET,
    fields: list[ReadChangeFieldsItem] | Unset = UNSET,
) -> Change | ChangePart | Problem | None:
    """Read a change

     Changes: what one pass of the mirror found otherwise than the pass before it.

    Args:
        id (str):
        expand (list[ReadChangeExpandItem] | Unset):
        fields (list[ReadChangeFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Change | ChangePart | Problem
    """

    return sync_detailed(
        id=id,
        client=client,
        expand=expand,
        fields=fields,
    ).parsed


async def asyncio_detailed(
    id: str,
    *,
    client: AuthenticatedClient,
    expand: list[ReadChangeExpandItem] | Unset = UNSET,
    fields: list[ReadChangeFieldsItem] | Unset = UNSET,
) -> Response[Change | ChangePart | Problem]:
    """Read a change

     Changes: what one pass of the mirror found otherwise than the pass before it.

    Args:
        id (str):
        expand (list[ReadChangeExpandItem] | Unset):
        fields (list[ReadChangeFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Change | ChangePart | Problem]
    """

    kwargs = _get_kwargs(
        id=id,
        expand=expand,
        fields=fields,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    id: str,
    *,
    client: AuthenticatedClient,
    expand: list[ReadChangeExpandItem] | Unset = UNSET,
    fields: list[ReadChangeFieldsItem] | Unset = UNSET,
) -> Change | ChangePart | Problem | None:
    """Read a change

     Changes: what one pass of the mirror found otherwise than the pass before it.

    Args:
        id (str):
        expand (list[ReadChangeExpandItem] | Unset):
        fields (list[ReadChangeFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Change | ChangePart | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            expand=expand,
            fields=fields,
        )
    ).parsed
