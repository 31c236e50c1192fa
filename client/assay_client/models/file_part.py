from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.file_part_expanded import FilePartExpanded


T = TypeVar("T", bound="FilePart")


@_attrs_define
class FilePart:
    """File with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    repo: str | Unset = UNSET
    repo_id: int | Unset = UNSET
    revision: str | Unset = UNSET
    path: str | Unset = UNSET
    size: int | Unset = UNSET
    sha256: str | Unset = UNSET
    """ Empty where the hub gives none. """
    git_oid: str | Unset = UNSET
    security: Any | Unset = UNSET
    """ As the hub says; null: nothing. """
    expanded: FilePartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        path = self.path

        size = self.size

        sha256 = self.sha256

        git_oid = self.git_oid

        security = self.security

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
        if revision is not UNSET:
            field_dict["revision"] = revision
        if path is not UNSET:
            field_dict["path"] = path
        if size is not UNSET:
            field_dict["size"] = size
        if sha256 is not UNSET:
            field_dict["sha256"] = sha256
        if git_oid is not UNSET:
            field_dict["git_oid"] = git_oid
        if security is not UNSET:
            field_dict["security"] = security
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.file_part_expanded import FilePartExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        repo = d.pop("repo", UNSET)

        repo_id = d.pop("repo_id", UNSET)

        revision = d.pop("revision", UNSET)

        path = d.pop("path", UNSET)

        size = d.pop("size", UNSET)

        sha256 = d.pop("sha256", UNSET)

        git_oid = d.pop("git_oid", UNSET)

        security = d.pop("security", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: FilePartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = FilePartExpanded.from_dict(_expanded)

        file_part = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            path=path,
            size=size,
            sha256=sha256,
            git_oid=git_oid,
            security=security,
            expanded=expanded,
        )

        file_part.additional_properties = d
        return file_part

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
