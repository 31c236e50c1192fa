from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.facets import Facets
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    architecture: str | Unset = UNSET,
    author: str | Unset = UNSET,
    claims: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    gated: str | Unset = UNSET,
    language: str | Unset = UNSET,
    library: str | Unset = UNSET,
    licence: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: str | Unset = UNSET,
    size: str | Unset = UNSET,
    task: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    verified: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["architecture"] = architecture

    params["author"] = author

    params["claims"] = claims

    params["dataset"] = dataset

    params["format"] = format_

    params["gated"] = gated

    params["language"] = language

    params["library"] = library

    params["licence"] = licence

    params["q"] = q

    params["risk"] = risk

    params["size"] = size

    params["task"] = task

    params["verdict"] = verdict

    params["verified"] = verified

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/facets",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Facets | Problem:
    if response.status_code == 200:
        response_200 = Facets.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Facets | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    architecture: str | Unset = UNSET,
    author: str | Unset = UNSET,
    claims: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    gated: str | Unset = UNSET,
    language: str | Unset = UNSET,
    library: str | Unset = UNSET,
    licence: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: str | Unset = UNSET,
    size: str | Unset = UNSET,
    task: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    verified: str | Unset = UNSET,
) -> Response[Facets | Problem]:
    """Count the facets of a search

     The commonest values of each, counted without the facet's own filter.

    Args:
        architecture (str | Unset):
        author (str | Unset):
        claims (str | Unset):
        dataset (str | Unset):
        format_ (str | Unset):
        gated (str | Unset):
        language (str | Unset):
        library (str | Unset):
        licence (str | Unset):
        q (str | Unset):
        risk (str | Unset):
        size (str | Unset):
        task (str | Unset):
        verdict (str | Unset):
        verified (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Facets | Problem]
    """

    kwargs = _get_kwargs(
        architecture=architecture,
        author=author,
        claims=claims,
        dataset=dataset,
        format_=format_,
        gated=gated,
        language=language,
        library=library,
        licence=licence,
        q=q,
        risk=risk,
        size=size,
        task=task,
        verdict=verdict,
        verified=verified,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    architecture: str | Unset = UNSET,
    author: str | Unset = UNSET,
    claims: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    gated: str | Unset = UNSET,
    language: str | Unset = UNSET,
    library: str | Unset = UNSET,
    licence: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: str | Unset = UNSET,
    size: str | Unset = UNSET,
    task: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    verified: str | Unset = UNSET,
) -> Facets | Problem | None:
    """Count the facets of a search

     The commonest values of each, counted without the facet's own filter.

    Args:
        architecture (str | Unset):
        author (str | Unset):
        claims (str | Unset):
        dataset (str | Unset):
        format_ (str | Unset):
        gated (str | Unset):
        language (str | Unset):
        library (str | Unset):
        licence (str | Unset):
        q (str | Unset):
        risk (str | Unset):
        size (str | Unset):
        task (str | Unset):
        verdict (str | Unset):
        verified (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Facets | Problem
    """

    return sync_detailed(
        client=client,
        architecture=architecture,
        author=author,
        claims=claims,
        dataset=dataset,
        format_=format_,
        gated=gated,
        language=language,
        library=library,
        licence=licence,
        q=q,
        risk=risk,
        size=size,
        task=task,
        verdict=verdict,
        verified=verified,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    architecture: str | Unset = UNSET,
    author: str | Unset = UNSET,
    claims: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    gated: str | Unset = UNSET,
    language: str | Unset = UNSET,
    library: str | Unset = UNSET,
    licence: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: str | Unset = UNSET,
    size: str | Unset = UNSET,
    task: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    verified: str | Unset = UNSET,
) -> Response[Facets | Problem]:
    """Count the facets of a search

     The commonest values of each, counted without the facet's own filter.

    Args:
        architecture (str | Unset):
        author (str | Unset):
        claims (str | Unset):
        dataset (str | Unset):
        format_ (str | Unset):
        gated (str | Unset):
        language (str | Unset):
        library (str | Unset):
        licence (str | Unset):
        q (str | Unset):
        risk (str | Unset):
        size (str | Unset):
        task (str | Unset):
        verdict (str | Unset):
        verified (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Facets | Problem]
    """

    kwargs = _get_kwargs(
        architecture=architecture,
        author=author,
        claims=claims,
        dataset=dataset,
        format_=format_,
        gated=gated,
        language=language,
        library=library,
        licence=licence,
        q=q,
        risk=risk,
        size=size,
        task=task,
        verdict=verdict,
        verified=verified,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    architecture: str | Unset = UNSET,
    author: str | Unset = UNSET,
    claims: str | Unset = UNSET,
    dataset: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    gated: str | Unset = UNSET,
    language: str | Unset = UNSET,
    library: str | Unset = UNSET,
    licence: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: str | Unset = UNSET,
    size: str | Unset = UNSET,
    task: str | Unset = UNSET,
    verdict: str | Unset = UNSET,
    verified: str | Unset = UNSET,
) -> Facets | Problem | None:
    """Count the facets of a search

     The commonest values of each, counted without the facet's own filter.

    Args:
        architecture (str | Unset):
        author (str | Unset):
        claims (str | Unset):
        dataset (str | Unset):
        format_ (str | Unset):
        gated (str | Unset):
        language (str | Unset):
        library (str | Unset):
        licence (str | Unset):
        q (str | Unset):
        risk (str | Unset):
        size (str | Unset):
        task (str | Unset):
        verdict (str | Unset):
        verified (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Facets | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            architecture=architecture,
            author=author,
            claims=claims,
            dataset=dataset,
            format_=format_,
            gated=gated,
            language=language,
            library=library,
            licence=licence,
            q=q,
            risk=risk,
            size=size,
            task=task,
            verdict=verdict,
            verified=verified,
        )
    ).parsed
