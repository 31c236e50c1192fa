from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.revision_part_expanded import RevisionPartExpanded


T = TypeVar("T", bound="RevisionPart")


@_attrs_define
class RevisionPart:
    """Revision with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    repo: str | Unset = UNSET
    repo_id: int | Unset = UNSET
    sha: str | Unset = UNSET
    is_head: bool | Unset = UNSET
    """ Whether the hub's main branch is here. """
    architecture: str | Unset = UNSET
    parameters: int | None | Unset = UNSET
    has_tree: bool | Unset = UNSET
    seen_at: datetime.datetime | Unset = UNSET
    expanded: RevisionPartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        sha = self.sha

        is_head = self.is_head

        architecture = self.architecture

        parameters: int | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        else:
            parameters = self.parameters

        has_tree = self.has_tree

        seen_at: str | Unset = UNSET
        if not isinstance(self.seen_at, Unset):
            seen_at = self.seen_at.isoformat()

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if repo is not UNSET:
            field_dict["repo"] = repo
        if repo_id is not UNSET:
            field_dict["repo_id"] = repo_id
        if sha is not UNSET:
            field_dict["sha"] = sha
        if is_head is not UNSET:
            field_dict["is_head"] = is_head
        if architecture is not UNSET:
            field_dict["architecture"] = architecture
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if has_tree is not UNSET:
            field_dict["has_tree"] = has_tree
        if seen_at is not UNSET:
            field_dict["seen_at"] = seen_at
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.revision_part_expanded import RevisionPartExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        repo = d.pop("repo", UNSET)

        repo_id = d.pop("repo_id", UNSET)

        sha = d.pop("sha", UNSET)

        is_head = d.pop("is_head", UNSET)

        architecture = d.pop("architecture", UNSET)

        def _parse_parameters(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        parameters = _parse_parameters(d.pop("parameters", UNSET))

        has_tree = d.pop("has_tree", UNSET)

        _seen_at = d.pop("seen_at", UNSET)
        seen_at: datetime.datetime | Unset
        if isinstance(_seen_at, Unset):
            seen_at = UNSET
        else:
            seen_at = datetime.datetime.fromisoformat(_seen_at)

        _expanded = d.pop("expanded", UNSET)
        expanded: RevisionPartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = RevisionPartExpanded.from_dict(_expanded)

        revision_part = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            sha=sha,
            is_head=is_head,
            architecture=architecture,
            parameters=parameters,
            has_tree=has_tree,
            seen_at=seen_at,
            expanded=expanded,
        )

        revision_part.additional_properties = d
        return revision_part

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
