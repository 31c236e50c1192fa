from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_measurements_fields_item import (
    ListMeasurementsFieldsItem,
)
from ...models.list_measurements_measure import (
    ListMeasurementsMeasure,
)
from ...models.list_measurements_sort import ListMeasurementsSort
from ...models.paginated_measurement_list import PaginatedMeasurementList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    fields: list[ListMeasurementsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    measure: ListMeasurementsMeasure | Unset = UNSET,
    sort: ListMeasurementsSort | Unset = UNSET,
    version: int | Unset = UNSET,
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

    json_measure: str | Unset = UNSET
    if not isinstance(measure, Unset):
        json_measure = measure

    params["measure"] = json_measure

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    params["version"] = version

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/measurements",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedMeasurementList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedMeasurementList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedMeasurementList | Problem]:
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
    fields: list[ListMeasurementsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    measure: ListMeasurementsMeasure | Unset = UNSET,
    sort: ListMeasurementsSort | Unset = UNSET,
    version: int | Unset = UNSET,
) -> Response[PaginatedMeasurementList | Problem]:
    """List measurements

     Measurements: the answers of measures, a row a day.

    Args:
        cursor (str | Unset):
        fields (list[ListMeasurementsFieldsItem] | Unset):
        limit (int | Unset):
        measure (ListMeasurementsMeasure | Unset):
        sort (ListMeasurementsSort | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedMeasurementList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        limit=limit,
        measure=measure,
        sort=sort,
        version=version,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListMeasurementsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    measure: ListMeasurementsMeasure | Unset = UNSET,
    sort: ListMeasurementsSort | Unset = UNSET,
    version: int | Unset = UNSET,
) -> PaginatedMeasurementList | Problem | None:
    """List measurements

     Measurements: the answers of measures, a row a day.

    Args:
        cursor (str | Unset):
        fields (list[ListMeasurementsFieldsItem] | Unset):
        limit (int | Unset):
        measure (ListMeasurementsMeasure | Unset):
        sort (ListMeasurementsSort | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedMeasurementList | Problem
    """

    return sync_detailed(
        client=client,
        cursor=cursor,
        fields=fields,
        limit=limit,
        measure=measure,
        sort=sort,
        version=version,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListMeasurementsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    measure: ListMeasurementsMeasure | Unset = UNSET,
    sort: ListMeasurementsSort | Unset = UNSET,
    version: int | Unset = UNSET,
) -> Response[PaginatedMeasurementList | Problem]:
    """List measurements

     Measurements: the answers of measures, a row a day.

    Args:
        cursor (str | Unset):
        fields (list[ListMeasurementsFieldsItem] | Unset):
        limit (int | Unset):
        measure (ListMeasurementsMeasure | Unset):
        sort (ListMeasurementsSort | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedMeasurementList | Problem]
    """

    kwargs = _get_kwargs(
        cursor=cursor,
        fields=fields,
        limit=limit,
        measure=measure,
        sort=sort,
        version=version,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    fields: list[ListMeasurementsFieldsItem] | Unset = UNSET,
    limit: int | Unset = UNSET,
    measure: ListMeasurementsMeasure | Unset = UNSET,
    sort: ListMeasurementsSort | Unset = UNSET,
    version: int | Unset = UNSET,
) -> PaginatedMeasurementList | Problem | None:
    """List measurements

     Measurements: the answers of measures, a row a day.

    Args:
        cursor (str | Unset):
        fields (list[ListMeasurementsFieldsItem] | Unset):
        limit (int | Unset):
        measure (ListMeasurementsMeasure | Unset):
        sort (ListMeasurementsSort | Unset):
        version (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedMeasurementList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            cursor=cursor,
            fields=fields,
            limit=limit,
            measure=measure,
            sort=sort,
            version=version,
        )
    ).parsed
