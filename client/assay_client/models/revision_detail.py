from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.revision_detail_config_type_0 import RevisionDetailConfigType0
    from ..models.revision_detail_expanded import RevisionDetailExpanded


T = TypeVar("T", bound="RevisionDetail")


@_attrs_define
class RevisionDetail:
    """A commit with its configuration and what the hub's own scanners say."""

    id: int
    repo: str
    repo_id: int
    sha: str
    is_head: bool
    """ Whether the hub's main branch is here. """
    seen_at: datetime.datetime
    config: None | RevisionDetailConfigType0
    """ `config.json` as the hub reports it; null where the files are gated. """
    security: Any
    """ As the hub says. """
    architecture: str | Unset = UNSET
    parameters: int | None | Unset = UNSET
    has_tree: bool | Unset = UNSET
    expanded: RevisionDetailExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.revision_detail_config_type_0 import RevisionDetailConfigType0  # noqa: PLC0415

        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        sha = self.sha

        is_head = self.is_head

        seen_at = self.seen_at.isoformat()

        config: dict[str, Any] | None
        if isinstance(self.config, RevisionDetailConfigType0):
            config = self.config.to_dict()
        else:
            config = self.config

        security = self.security

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
                "config": config,
                "security": security,
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
        from ..models.revision_detail_config_type_0 import RevisionDetailConfigType0  # noqa: PLC0415
        from ..models.revision_detail_expanded import RevisionDetailExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        sha = d.pop("sha")

        is_head = d.pop("is_head")

        seen_at = datetime.datetime.fromisoformat(d.pop("seen_at"))

        def _parse_config(data: object) -> None | RevisionDetailConfigType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                config_type_0 = RevisionDetailConfigType0.from_dict(data)

                return config_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RevisionDetailConfigType0, data)

        config = _parse_config(d.pop("config"))

        security = d.pop("security")

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
        expanded: RevisionDetailExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = RevisionDetailExpanded.from_dict(_expanded)

        revision_detail = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            sha=sha,
            is_head=is_head,
            seen_at=seen_at,
            config=config,
            security=security,
            architecture=architecture,
            parameters=parameters,
            has_tree=has_tree,
            expanded=expanded,
        )

        revision_detail.additional_properties = d
        return revision_detail

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
