from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_marks_fields_item import ListMarksFieldsItem
from ...models.list_marks_scheme import ListMarksScheme
from ...models.list_marks_sort import ListMarksSort
from ...models.list_marks_state import ListMarksState
from ...models.paginated_mark_list import PaginatedMarkList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    commitment: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    fields: list[ListMarksFieldsItem] | Unset = UNSET,
    home: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    owner: str | Unset = UNSET,
    scheme: ListMarksScheme | Unset = UNSET,
    sort: ListMarksSort | Unset = UNSET,
    state: ListMarksState | Unset = UNSET,
    task: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["commitment"] = commitment

    params["cursor"] = cursor

    json_fields: list[str] | Unset = UNSET
    if not isinstance(fields, Unset):
        json_fields = []
        for fields_item_data in fields:
            fields_item: str = fields_item_data
            json_fields.append(fields_item)

    params["fields"] = json_fields

    params["home"] = home

    params["limit"] = limit

    params["owner"] = owner

    json_scheme: str | Unset = UNSET
    if not isinstance(scheme, Unset):
        json_scheme = scheme

    params["scheme"] = json_scheme

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state

    params["state"] = json_state

    params["task"] = task

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/marks",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedMarkList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedMarkList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedMarkList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    commitment: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    fields: list[ListMarksFieldsItem] | Unset = UNSET,
    home: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    owner: str | Unset = UNSET,
    scheme: ListMarksScheme | Unset = UNSET,
    sort: ListMarksSort | Unset = UNSET,
    state: ListMarksState | Unset = UNSET,
    task: str | Unset = UNSET,
) -> Response[PaginatedMarkList | Problem]:
    """List marks of owners

     Marks: watermarks that owners registered. Their keys are in no answer.

    Args:
        commitment (str | Unset):
        cursor (str | Unset):
        fields (list[ListMarksFieldsItem] | Unset):
        home (str | Unset):
        limit (int | Unset):
        owner (str | Unset):
        scheme (ListMarksScheme | Unset):
        sort (ListMarksSort | Unset):
        state (ListMarksState | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedMarkList | Problem]
    """

    kwargs = _get_kwargs(
        commitment=commitment,
        cursor=cursor,
        fields=fields,
        home=home,
        limit=limit,
        owner=owner,
        scheme=scheme,
        sort=sort,
        state=state,
        task=task,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    commitment: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    fields: list[ListMarksFieldsItem] | Unset = UNSET,
    home: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    owner: str | Unset = UNSET,
    scheme: ListMarksScheme | Unset = UNSET,
    sort: ListMarksSort | Unset = UNSET,
    state: ListMarksState | Unset = UNSET,
    task: str | Unset = UNSET,
) -> PaginatedMarkList | Problem | None:
    """List marks of owners

     Marks: watermarks that owners registered. Their keys are in no answer.

    Args:
        commitment (str | Unset):
        cursor (str | Unset):
        fields (list[ListMarksFieldsItem] | Unset):
        home (str | Unset):
        limit (int | Unset):
        owner (str | Unset):
        scheme (ListMarksScheme | Unset):
        sort (ListMarksSort | Unset):
        state (ListMarksState | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedMarkList | Problem
    """

    return sync_detailed(
        client=client,
        commitment=commitment,
        cursor=cursor,
        fields=fields,
        home=home,
        limit=limit,
        owner=owner,
        scheme=scheme,
        sort=sort,
        state=state,
        task=task,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    commitment: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    fields: list[ListMarksFieldsItem] | Unset = UNSET,
    home: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    owner: str | Unset = UNSET,
    scheme: ListMarksScheme | Unset = UNSET,
    sort: ListMarksSort | Unset = UNSET,
    state: ListMarksState | Unset = UNSET,
    task: str | Unset = UNSET,
) -> Response[PaginatedMarkList | Problem]:
    """List marks of owners

     Marks: watermarks that owners registered. Their keys are in no answer.

    Args:
        commitment (str | Unset):
        cursor (str | Unset):
        fields (list[ListMarksFieldsItem] | Unset):
        home (str | Unset):
        limit (int | Unset):
        owner (str | Unset):
        scheme (ListMarksScheme | Unset):
        sort (ListMarksSort | Unset):
        state (ListMarksState | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedMarkList | Problem]
    """

    kwargs = _get_kwargs(
        commitment=commitment,
        cursor=cursor,
        fields=fields,
        home=home,
        limit=limit,
        owner=owner,
        scheme=scheme,
        sort=sort,
        state=state,
        task=task,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    commitment: str | Unset = UNSET,
    cursor: str | Unset = UNSET,
    fields: list[ListMarksFieldsItem] | Unset = UNSET,
    home: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    owner: str | Unset = UNSET,
    scheme: ListMarksScheme | Unset = UNSET,
    sort: ListMarksSort | Unset = UNSET,
    state: ListMarksState | Unset = UNSET,
    task: str | Unset = UNSET,
) -> PaginatedMarkList | Problem | None:
    """List marks of owners

     Marks: watermarks that owners registered. Their keys are in no answer.

    Args:
        commitment (str | Unset):
        cursor (str | Unset):
        fields (list[ListMarksFieldsItem] | Unset):
        home (str | Unset):
        limit (int | Unset):
        owner (str | Unset):
        scheme (ListMarksScheme | Unset):
        sort (ListMarksSort | Unset):
        state (ListMarksState | Unset):
        task (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedMarkList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            commitment=commitment,
            cursor=cursor,
            fields=fields,
            home=home,
            limit=limit,
            owner=owner,
            scheme=scheme,
            sort=sort,
            state=state,
            task=task,
        )
    ).parsed
