from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...models.file import File
from ...models.file_part import FilePart
from ...models.problem import Problem
from ...models.read_file_expand_item import ReadFileExpandItem
from ...models.read_file_fields_item import ReadFileFieldsItem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    id: str,
    *,
    expand: list[ReadFileExpandItem] | Unset = UNSET,
    fields: list[ReadFileFieldsItem] | Unset = UNSET,
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
        "url": "/api/v1/files/{id}".format(
            id=quote(str(id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> File | FilePart | Problem:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> File | FilePart:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_200_type_0 = File.from_dict(data)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = FilePart.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[File | FilePart | Problem]:
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
    expand: list[ReadFileExpandItem] | Unset = UNSET,
    fields: list[ReadFileFieldsItem] | Unset = UNSET,
) -> Response[File | FilePart | Problem]:
    """Read what is known of a file

     Files: paths of revisions with sizes and hashes.

    Args:
        id (str):
        expand (list[ReadFileExpandItem] | Unset):
        fields (list[ReadFileFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | FilePart | Problem]
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
    expand: list[ReadFileExpandItem] | Unset = UNSET,
    fields: list[ReadFileFieldsItem] | Unset = UNSET,
) -> File | FilePart | Problem | None:
    """Read what is known of a file

     Files: paths of revisions with sizes and hashes.

    Args:
        id (str):
        expand (list[ReadFileExpandItem] | Unset):
        fields (list[ReadFileFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | FilePart | Problem
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
    expand: list[ReadFileExpandItem] | Unset = UNSET,
    fields: list[ReadFileFieldsItem] | Unset = UNSET,
) -> Response[File | FilePart | Problem]:
    """Read what is known of a file

     Files: paths of revisions with sizes and hashes.

    Args:
        id (str):
        expand (list[ReadFileExpandItem] | Unset):
        fields (list[ReadFileFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | FilePart | Problem]
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
    expand: list[ReadFileExpandItem] | Unset = UNSET,
    fields: list[ReadFileFieldsItem] | Unset = UNSET,
) -> File | FilePart | Problem | None:
    """Read what is known of a file

     Files: paths of revisions with sizes and hashes.

    Args:
        id (str):
        expand (list[ReadFileExpandItem] | Unset):
        fields (list[ReadFileFieldsItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | FilePart | Problem
    """

    return (
        await asyncio_detailed(
            id=id,
            client=client,
            expand=expand,
            fields=fields,
        )
    ).parsed
