from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.repo_expanded import RepoExpanded


T = TypeVar("T", bound="Repo")


@_attrs_define
class Repo:
    """A repo as lists show it."""

    id: int
    name: str
    hub: str
    author: str
    sha: str
    """ The commit of the hub's main branch. """
    task: str
    created_at: datetime.datetime | None
    modified_at: datetime.datetime | None
    first_seen_at: datetime.datetime
    synced_at: datetime.datetime
    state: str | Unset = UNSET
    """

    Known words: present, gone, replaced. """
    gate: str | Unset = UNSET
    """

    Known words: open, auto, manual. """
    is_disabled: bool | Unset = UNSET
    library: str | Unset = UNSET
    licence: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    datasets: list[str] | Unset = UNSET
    languages: list[str] | Unset = UNSET
    papers: list[str] | Unset = UNSET
    model_type: str | Unset = UNSET
    parameters: int | None | Unset = UNSET
    downloads: int | Unset = UNSET
    likes: int | Unset = UNSET
    trending: float | Unset = UNSET
    problem: str | Unset = UNSET
    expanded: RepoExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        hub = self.hub

        author = self.author

        sha = self.sha

        task = self.task

        created_at: None | str
        if isinstance(self.created_at, datetime.datetime):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        modified_at: None | str
        if isinstance(self.modified_at, datetime.datetime):
            modified_at = self.modified_at.isoformat()
        else:
            modified_at = self.modified_at

        first_seen_at = self.first_seen_at.isoformat()

        synced_at = self.synced_at.isoformat()

        state = self.state

        gate = self.gate

        is_disabled = self.is_disabled

        library = self.library

        licence = self.licence

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        datasets: list[str] | Unset = UNSET
        if not isinstance(self.datasets, Unset):
            datasets = self.datasets

        languages: list[str] | Unset = UNSET
        if not isinstance(self.languages, Unset):
            languages = self.languages

        papers: list[str] | Unset = UNSET
        if not isinstance(self.papers, Unset):
            papers = self.papers

        model_type = self.model_type

        parameters: int | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        else:
            parameters = self.parameters

        downloads = self.downloads

        likes = self.likes

        trending = self.trending

        problem = self.problem

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "hub": hub,
                "author": author,
                "sha": sha,
                "task": task,
                "created_at": created_at,
                "modified_at": modified_at,
                "first_seen_at": first_seen_at,
                "synced_at": synced_at,
            }
        )
        if state is not UNSET:
            field_dict["state"] = state
        if gate is not UNSET:
            field_dict["gate"] = gate
        if is_disabled is not UNSET:
            field_dict["is_disabled"] = is_disabled
        if library is not UNSET:
            field_dict["library"] = library
        if licence is not UNSET:
            field_dict["licence"] = licence
        if tags is not UNSET:
            field_dict["tags"] = tags
        if datasets is not UNSET:
            field_dict["datasets"] = datasets
        if languages is not UNSET:
            field_dict["languages"] = languages
        if papers is not UNSET:
            field_dict["papers"] = papers
        if model_type is not UNSET:
            field_dict["model_type"] = model_type
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if downloads is not UNSET:
            field_dict["downloads"] = downloads
        if likes is not UNSET:
            field_dict["likes"] = likes
        if trending is not UNSET:
            field_dict["trending"] = trending
        if problem is not UNSET:
            field_dict["problem"] = problem
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.repo_expanded import RepoExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        hub = d.pop("hub")

        author = d.pop("author")

        sha = d.pop("sha")

        task = d.pop("task")

        def _parse_created_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                created_at_type_0 = datetime.datetime.fromisoformat(data)

                return created_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        created_at = _parse_created_at(d.pop("created_at"))

        def _parse_modified_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                modified_at_type_0 = datetime.datetime.fromisoformat(data)

                return modified_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        modified_at = _parse_modified_at(d.pop("modified_at"))

        first_seen_at = datetime.datetime.fromisoformat(d.pop("first_seen_at"))

        synced_at = datetime.datetime.fromisoformat(d.pop("synced_at"))

        state = d.pop("state", UNSET)

        gate = d.pop("gate", UNSET)

        is_disabled = d.pop("is_disabled", UNSET)

        library = d.pop("library", UNSET)

        licence = d.pop("licence", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        datasets = cast(list[str], d.pop("datasets", UNSET))

        languages = cast(list[str], d.pop("languages", UNSET))

        papers = cast(list[str], d.pop("papers", UNSET))

        model_type = d.pop("model_type", UNSET)

        def _parse_parameters(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        parameters = _parse_parameters(d.pop("parameters", UNSET))

        downloads = d.pop("downloads", UNSET)

        likes = d.pop("likes", UNSET)

        trending = d.pop("trending", UNSET)

        problem = d.pop("problem", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: RepoExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = RepoExpanded.from_dict(_expanded)

        repo = cls(
            id=id,
            name=name,
            hub=hub,
            author=author,
            sha=sha,
            task=task,
            created_at=created_at,
            modified_at=modified_at,
            first_seen_at=first_seen_at,
            synced_at=synced_at,
            state=state,
            gate=gate,
            is_disabled=is_disabled,
            library=library,
            licence=licence,
            tags=tags,
            datasets=datasets,
            languages=languages,
            papers=papers,
            model_type=model_type,
            parameters=parameters,
            downloads=downloads,
            likes=likes,
            trending=trending,
            problem=problem,
            expanded=expanded,
        )

        repo.additional_properties = d
        return repo

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
