from http import HTTPStatus
from typing import Any

import httpx

from ...client import AuthenticatedClient, Client
from ...models.list_repos_claims_item import ListReposClaimsItem
from ...models.list_repos_count import ListReposCount
from ...models.list_repos_expand_item import ListReposExpandItem
from ...models.list_repos_fields_item import ListReposFieldsItem
from ...models.list_repos_format_item import ListReposFormatItem
from ...models.list_repos_gated_item import ListReposGatedItem
from ...models.list_repos_risk_item import ListReposRiskItem
from ...models.list_repos_size_item import ListReposSizeItem
from ...models.list_repos_sort import ListReposSort
from ...models.list_repos_state import ListReposState
from ...models.list_repos_verdict_item import ListReposVerdictItem
from ...models.list_repos_verified_item import ListReposVerifiedItem
from ...models.paginated_repo_list import PaginatedRepoList
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    architecture: list[str] | Unset = UNSET,
    author: list[str] | Unset = UNSET,
    claims: list[ListReposClaimsItem] | Unset = UNSET,
    count: ListReposCount | Unset = UNSET,
    cursor: str | Unset = UNSET,
    dataset: list[str] | Unset = UNSET,
    expand: list[ListReposExpandItem] | Unset = UNSET,
    fields: list[ListReposFieldsItem] | Unset = UNSET,
    format_: list[ListReposFormatItem] | Unset = UNSET,
    gated: list[ListReposGatedItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    language: list[str] | Unset = UNSET,
    library: list[str] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: list[ListReposRiskItem] | Unset = UNSET,
    size: list[ListReposSizeItem] | Unset = UNSET,
    sort: ListReposSort | Unset = UNSET,
    state: ListReposState | Unset = UNSET,
    task: list[str] | Unset = UNSET,
    verdict: list[ListReposVerdictItem] | Unset = UNSET,
    verified: list[ListReposVerifiedItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_architecture: list[str] | Unset = UNSET
    if not isinstance(architecture, Unset):
        json_architecture = architecture

    params["architecture"] = json_architecture

    json_author: list[str] | Unset = UNSET
    if not isinstance(author, Unset):
        json_author = author

    params["author"] = json_author

    json_claims: list[str] | Unset = UNSET
    if not isinstance(claims, Unset):
        json_claims = []
        for claims_item_data in claims:
            claims_item: str = claims_item_data
            json_claims.append(claims_item)

    params["claims"] = json_claims

    json_count: str | Unset = UNSET
    if not isinstance(count, Unset):
        json_count = count

    params["count"] = json_count

    params["cursor"] = cursor

    json_dataset: list[str] | Unset = UNSET
    if not isinstance(dataset, Unset):
        json_dataset = dataset

    params["dataset"] = json_dataset

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

    json_format_: list[str] | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = []
        for format_item_data in format_:
            format_item: str = format_item_data
            json_format_.append(format_item)

    params["format"] = json_format_

    json_gated: list[str] | Unset = UNSET
    if not isinstance(gated, Unset):
        json_gated = []
        for gated_item_data in gated:
            gated_item: str = gated_item_data
            json_gated.append(gated_item)

    params["gated"] = json_gated

    params["hub"] = hub

    json_language: list[str] | Unset = UNSET
    if not isinstance(language, Unset):
        json_language = language

    params["language"] = json_language

    json_library: list[str] | Unset = UNSET
    if not isinstance(library, Unset):
        json_library = library

    params["library"] = json_library

    json_licence: list[str] | Unset = UNSET
    if not isinstance(licence, Unset):
        json_licence = licence

    params["licence"] = json_licence

    params["limit"] = limit

    params["name"] = name

    params["q"] = q

    json_risk: list[str] | Unset = UNSET
    if not isinstance(risk, Unset):
        json_risk = []
        for risk_item_data in risk:
            risk_item: str = risk_item_data
            json_risk.append(risk_item)

    params["risk"] = json_risk

    json_size: list[str] | Unset = UNSET
    if not isinstance(size, Unset):
        json_size = []
        for size_item_data in size:
            size_item: str = size_item_data
            json_size.append(size_item)

    params["size"] = json_size

    json_sort: str | Unset = UNSET
    if not isinstance(sort, Unset):
        json_sort = sort

    params["sort"] = json_sort

    json_state: str | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state

    params["state"] = json_state

    json_task: list[str] | Unset = UNSET
    if not isinstance(task, Unset):
        json_task = task

    params["task"] = json_task

    json_verdict: list[str] | Unset = UNSET
    if not isinstance(verdict, Unset):
        json_verdict = []
        for verdict_item_data in verdict:
            verdict_item: str = verdict_item_data
            json_verdict.append(verdict_item)

    params["verdict"] = json_verdict

    json_verified: list[str] | Unset = UNSET
    if not isinstance(verified, Unset):
        json_verified = []
        for verified_item_data in verified:
            verified_item: str = verified_item_data
            json_verified.append(verified_item)

    params["verified"] = json_verified

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/repos",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PaginatedRepoList | Problem:
    if response.status_code == 200:
        response_200 = PaginatedRepoList.from_dict(response.json())

        return response_200

    response_default = Problem.from_dict(response.json())

    return response_default


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PaginatedRepoList | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    architecture: list[str] | Unset = UNSET,
    author: list[str] | Unset = UNSET,
    claims: list[ListReposClaimsItem] | Unset = UNSET,
    count: ListReposCount | Unset = UNSET,
    cursor: str | Unset = UNSET,
    dataset: list[str] | Unset = UNSET,
    expand: list[ListReposExpandItem] | Unset = UNSET,
    fields: list[ListReposFieldsItem] | Unset = UNSET,
    format_: list[ListReposFormatItem] | Unset = UNSET,
    gated: list[ListReposGatedItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    language: list[str] | Unset = UNSET,
    library: list[str] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: list[ListReposRiskItem] | Unset = UNSET,
    size: list[ListReposSizeItem] | Unset = UNSET,
    sort: ListReposSort | Unset = UNSET,
    state: ListReposState | Unset = UNSET,
    task: list[str] | Unset = UNSET,
    verdict: list[ListReposVerdictItem] | Unset = UNSET,
    verified: list[ListReposVerifiedItem] | Unset = UNSET,
) -> Response[PaginatedRepoList | Problem]:
    """List repos

     What the hubs still have, unless asked.

    Args:
        architecture (list[str] | Unset):
        author (list[str] | Unset):
        claims (list[ListReposClaimsItem] | Unset):
        count (ListReposCount | Unset):
        cursor (str | Unset):
        dataset (list[str] | Unset):
        expand (list[ListReposExpandItem] | Unset):
        fields (list[ListReposFieldsItem] | Unset):
        format_ (list[ListReposFormatItem] | Unset):
        gated (list[ListReposGatedItem] | Unset):
        hub (str | Unset):
        language (list[str] | Unset):
        library (list[str] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):
        name (str | Unset):
        q (str | Unset):
        risk (list[ListReposRiskItem] | Unset):
        size (list[ListReposSizeItem] | Unset):
        sort (ListReposSort | Unset):
        state (ListReposState | Unset):
        task (list[str] | Unset):
        verdict (list[ListReposVerdictItem] | Unset):
        verified (list[ListReposVerifiedItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRepoList | Problem]
    """

    kwargs = _get_kwargs(
        architecture=architecture,
        author=author,
        claims=claims,
        count=count,
        cursor=cursor,
        dataset=dataset,
        expand=expand,
        fields=fields,
        format_=format_,
        gated=gated,
        hub=hub,
        language=language,
        library=library,
        licence=licence,
        limit=limit,
        name=name,
        q=q,
        risk=risk,
        size=size,
        sort=sort,
        state=state,
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
    architecture: list[str] | Unset = UNSET,
    author: list[str] | Unset = UNSET,
    claims: list[ListReposClaimsItem] | Unset = UNSET,
    count: ListReposCount | Unset = UNSET,
    cursor: str | Unset = UNSET,
    dataset: list[str] | Unset = UNSET,
    expand: list[ListReposExpandItem] | Unset = UNSET,
    fields: list[ListReposFieldsItem] | Unset = UNSET,
    format_: list[ListReposFormatItem] | Unset = UNSET,
    gated: list[ListReposGatedItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    language: list[str] | Unset = UNSET,
    library: list[str] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: list[ListReposRiskItem] | Unset = UNSET,
    size: list[ListReposSizeItem] | Unset = UNSET,
    sort: ListReposSort | Unset = UNSET,
    state: ListReposState | Unset = UNSET,
    task: list[str] | Unset = UNSET,
    verdict: list[ListReposVerdictItem] | Unset = UNSET,
    verified: list[ListReposVerifiedItem] | Unset = UNSET,
) -> PaginatedRepoList | Problem | None:
    """List repos

     What the hubs still have, unless asked.

    Args:
        architecture (list[str] | Unset):
        author (list[str] | Unset):
        claims (list[ListReposClaimsItem] | Unset):
        count (ListReposCount | Unset):
        cursor (str | Unset):
        dataset (list[str] | Unset):
        expand (list[ListReposExpandItem] | Unset):
        fields (list[ListReposFieldsItem] | Unset):
        format_ (list[ListReposFormatItem] | Unset):
        gated (list[ListReposGatedItem] | Unset):
        hub (str | Unset):
        language (list[str] | Unset):
        library (list[str] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):
        name (str | Unset):
        q (str | Unset):
        risk (list[ListReposRiskItem] | Unset):
        size (list[ListReposSizeItem] | Unset):
        sort (ListReposSort | Unset):
        state (ListReposState | Unset):
        task (list[str] | Unset):
        verdict (list[ListReposVerdictItem] | Unset):
        verified (list[ListReposVerifiedItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRepoList | Problem
    """

    return sync_detailed(
        client=client,
        architecture=architecture,
        author=author,
        claims=claims,
        count=count,
        cursor=cursor,
        dataset=dataset,
        expand=expand,
        fields=fields,
        format_=format_,
        gated=gated,
        hub=hub,
        language=language,
        library=library,
        licence=licence,
        limit=limit,
        name=name,
        q=q,
        risk=risk,
        size=size,
        sort=sort,
        state=state,
        task=task,
        verdict=verdict,
        verified=verified,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    architecture: list[str] | Unset = UNSET,
    author: list[str] | Unset = UNSET,
    claims: list[ListReposClaimsItem] | Unset = UNSET,
    count: ListReposCount | Unset = UNSET,
    cursor: str | Unset = UNSET,
    dataset: list[str] | Unset = UNSET,
    expand: list[ListReposExpandItem] | Unset = UNSET,
    fields: list[ListReposFieldsItem] | Unset = UNSET,
    format_: list[ListReposFormatItem] | Unset = UNSET,
    gated: list[ListReposGatedItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    language: list[str] | Unset = UNSET,
    library: list[str] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: list[ListReposRiskItem] | Unset = UNSET,
    size: list[ListReposSizeItem] | Unset = UNSET,
    sort: ListReposSort | Unset = UNSET,
    state: ListReposState | Unset = UNSET,
    task: list[str] | Unset = UNSET,
    verdict: list[ListReposVerdictItem] | Unset = UNSET,
    verified: list[ListReposVerifiedItem] | Unset = UNSET,
) -> Response[PaginatedRepoList | Problem]:
    """List repos

     What the hubs still have, unless asked.

    Args:
        architecture (list[str] | Unset):
        author (list[str] | Unset):
        claims (list[ListReposClaimsItem] | Unset):
        count (ListReposCount | Unset):
        cursor (str | Unset):
        dataset (list[str] | Unset):
        expand (list[ListReposExpandItem] | Unset):
        fields (list[ListReposFieldsItem] | Unset):
        format_ (list[ListReposFormatItem] | Unset):
        gated (list[ListReposGatedItem] | Unset):
        hub (str | Unset):
        language (list[str] | Unset):
        library (list[str] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):
        name (str | Unset):
        q (str | Unset):
        risk (list[ListReposRiskItem] | Unset):
        size (list[ListReposSizeItem] | Unset):
        sort (ListReposSort | Unset):
        state (ListReposState | Unset):
        task (list[str] | Unset):
        verdict (list[ListReposVerdictItem] | Unset):
        verified (list[ListReposVerifiedItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PaginatedRepoList | Problem]
    """

    kwargs = _get_kwargs(
        architecture=architecture,
        author=author,
        claims=claims,
        count=count,
        cursor=cursor,
        dataset=dataset,
        expand=expand,
        fields=fields,
        format_=format_,
        gated=gated,
        hub=hub,
        language=language,
        library=library,
        licence=licence,
        limit=limit,
        name=name,
        q=q,
        risk=risk,
        size=size,
        sort=sort,
        state=state,
        task=task,
        verdict=verdict,
        verified=verified,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    architecture: list[str] | Unset = UNSET,
    author: list[str] | Unset = UNSET,
    claims: list[ListReposClaimsItem] | Unset = UNSET,
    count: ListReposCount | Unset = UNSET,
    cursor: str | Unset = UNSET,
    dataset: list[str] | Unset = UNSET,
    expand: list[ListReposExpandItem] | Unset = UNSET,
    fields: list[ListReposFieldsItem] | Unset = UNSET,
    format_: list[ListReposFormatItem] | Unset = UNSET,
    gated: list[ListReposGatedItem] | Unset = UNSET,
    hub: str | Unset = UNSET,
    language: list[str] | Unset = UNSET,
    library: list[str] | Unset = UNSET,
    licence: list[str] | Unset = UNSET,
    limit: int | Unset = UNSET,
    name: str | Unset = UNSET,
    q: str | Unset = UNSET,
    risk: list[ListReposRiskItem] | Unset = UNSET,
    size: list[ListReposSizeItem] | Unset = UNSET,
    sort: ListReposSort | Unset = UNSET,
    state: ListReposState | Unset = UNSET,
    task: list[str] | Unset = UNSET,
    verdict: list[ListReposVerdictItem] | Unset = UNSET,
    verified: list[ListReposVerifiedItem] | Unset = UNSET,
) -> PaginatedRepoList | Problem | None:
    """List repos

     What the hubs still have, unless asked.

    Args:
        architecture (list[str] | Unset):
        author (list[str] | Unset):
        claims (list[ListReposClaimsItem] | Unset):
        count (ListReposCount | Unset):
        cursor (str | Unset):
        dataset (list[str] | Unset):
        expand (list[ListReposExpandItem] | Unset):
        fields (list[ListReposFieldsItem] | Unset):
        format_ (list[ListReposFormatItem] | Unset):
        gated (list[ListReposGatedItem] | Unset):
        hub (str | Unset):
        language (list[str] | Unset):
        library (list[str] | Unset):
        licence (list[str] | Unset):
        limit (int | Unset):
        name (str | Unset):
        q (str | Unset):
        risk (list[ListReposRiskItem] | Unset):
        size (list[ListReposSizeItem] | Unset):
        sort (ListReposSort | Unset):
        state (ListReposState | Unset):
        task (list[str] | Unset):
        verdict (list[ListReposVerdictItem] | Unset):
        verified (list[ListReposVerifiedItem] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PaginatedRepoList | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            architecture=architecture,
            author=author,
            claims=claims,
            count=count,
            cursor=cursor,
            dataset=dataset,
            expand=expand,
            fields=fields,
            format_=format_,
            gated=gated,
            hub=hub,
            language=language,
            library=library,
            licence=licence,
            limit=limit,
            name=name,
            q=q,
            risk=risk,
            size=size,
            sort=sort,
            state=state,
            task=task,
            verdict=verdict,
            verified=verified,
        )
    ).parsed
