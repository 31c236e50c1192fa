from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.revision_expanded import RevisionExpanded


T = TypeVar("T", bound="Revision")


@_attrs_define
class Revision:
    """A commit of a repo."""

    id: int
    repo: str
    repo_id: int
    sha: str
    is_head: bool
    """ Whether the hub's main branch is here. """
    seen_at: datetime.datetime
    architecture: str | Unset = UNSET
    parameters: int | None | Unset = UNSET
    has_tree: bool | Unset = UNSET
    expanded: RevisionExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        sha = self.sha

        is_head = self.is_head

        seen_at = self.seen_at.isoformat()

        architecture = self.architecture

        parameters: int | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        else:
            parameters = self.parameters

        has_tree = self.has_tree

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "repo": repo,
                "repo_id": repo_id,
                "sha": sha,
                "is_head": is_head,
                "seen_at": seen_at,
            }
        )
        if architecture is not UNSET:
            field_dict["architecture"] = architecture
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if has_tree is not UNSET:
            field_dict["has_tree"] = has_tree
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.revision_expanded import RevisionExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        sha = d.pop("sha")

        is_head = d.pop("is_head")

        seen_at = datetime.datetime.fromisoformat(d.pop("seen_at"))

        architecture = d.pop("architecture", UNSET)

        def _parse_parameters(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        parameters = _parse_parameters(d.pop("parameters", UNSET))

        has_tree = d.pop("has_tree", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: RevisionExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = RevisionExpanded.from_dict(_expanded)

        revision = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            sha=sha,
            is_head=is_head,
            seen_at=seen_at,
            architecture=architecture,
            parameters=parameters,
            has_tree=has_tree,
            expanded=expanded,
        )

        revision.additional_properties = d
        return revision

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
