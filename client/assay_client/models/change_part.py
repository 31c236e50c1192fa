from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.change_part_expanded import ChangePartExpanded


T = TypeVar("T", bound="ChangePart")


@_attrs_define
class ChangePart:
    """Change with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    repo: str | Unset = UNSET
    repo_id: int | Unset = UNSET
    what: str | Unset = UNSET
    """

    Known words: gone, returned, renamed, replaced, took-name, gate, private, disabled, author, head, modified,
    task, library, licence, tags, datasets, languages, papers, model-type, parameters, card, claims, files,
    security. """
    old: Any | Unset = UNSET
    new: Any | Unset = UNSET
    is_alert: bool | Unset = UNSET
    """ Whether the name answers with another id: supply chains trust names. """
    at: datetime.datetime | Unset = UNSET
    expanded: ChangePartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        what = self.what

        old = self.old

        new = self.new

        is_alert = self.is_alert

        at: str | Unset = UNSET
        if not isinstance(self.at, Unset):
            at = self.at.isoformat()

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
        if what is not UNSET:
            field_dict["what"] = what
        if old is not UNSET:
            field_dict["old"] = old
        if new is not UNSET:
            field_dict["new"] = new
        if is_alert is not UNSET:
            field_dict["is_alert"] = is_alert
        if at is not UNSET:
            field_dict["at"] = at
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_part_expanded import ChangePartExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        repo = d.pop("repo", UNSET)

        repo_id = d.pop("repo_id", UNSET)

        what = d.pop("what", UNSET)

        old = d.pop("old", UNSET)

        new = d.pop("new", UNSET)

        is_alert = d.pop("is_alert", UNSET)

        _at = d.pop("at", UNSET)
        at: datetime.datetime | Unset
        if isinstance(_at, Unset):
            at = UNSET
        else:
            at = datetime.datetime.fromisoformat(_at)

        _expanded = d.pop("expanded", UNSET)
        expanded: ChangePartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = ChangePartExpanded.from_dict(_expanded)

        change_part = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            what=what,
            old=old,
            new=new,
            is_alert=is_alert,
            at=at,
            expanded=expanded,
        )

        change_part.additional_properties = d
        return change_part

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
