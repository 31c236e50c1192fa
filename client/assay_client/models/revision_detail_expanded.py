from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.repo import Repo


T = TypeVar("T", bound="RevisionDetailExpanded")


@_attrs_define
class RevisionDetailExpanded:
    """With `expand`: the related rows that were asked for."""

    repo: None | Repo | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.repo import Repo  # noqa: PLC0415

        repo: dict[str, Any] | None | Unset
        if isinstance(self.repo, Unset):
            repo = UNSET
        elif isinstance(self.repo, Repo):
            repo = self.repo.to_dict()
        else:
            repo = self.repo

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if repo is not UNSET:
            field_dict["repo"] = repo

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.repo import Repo  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_repo(data: object) -> None | Repo | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                repo_type_0 = Repo.from_dict(data)

                return repo_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Repo | Unset, data)

        repo = _parse_repo(d.pop("repo", UNSET))

        revision_detail_expanded = cls(
            repo=repo,
        )

        revision_detail_expanded.additional_properties = d
        return revision_detail_expanded

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
