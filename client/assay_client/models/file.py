from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.file_expanded import FileExpanded


T = TypeVar("T", bound="File")


@_attrs_define
class File:
    """A path in a revision."""

    id: int
    repo: str
    repo_id: int
    revision: str
    path: str
    sha256: str
    """ Empty where the hub gives none. """
    security: Any
    """ As the hub says; null: nothing. """
    size: int | Unset = UNSET
    git_oid: str | Unset = UNSET
    expanded: FileExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        path = self.path

        sha256 = self.sha256

        security = self.security

        size = self.size

        git_oid = self.git_oid

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
                "revision": revision,
                "path": path,
                "sha256": sha256,
                "security": security,
            }
        )
        if size is not UNSET:
            field_dict["size"] = size
        if git_oid is not UNSET:
            field_dict["git_oid"] = git_oid
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.file_expanded import FileExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        revision = d.pop("revision")

        path = d.pop("path")

        sha256 = d.pop("sha256")

        security = d.pop("security")

        size = d.pop("size", UNSET)

        git_oid = d.pop("git_oid", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: FileExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = FileExpanded.from_dict(_expanded)

        file = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            path=path,
            sha256=sha256,
            security=security,
            size=size,
            git_oid=git_oid,
            expanded=expanded,
        )

        file.additional_properties = d
        return file

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
