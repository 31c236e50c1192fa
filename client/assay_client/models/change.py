from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.change_expanded import ChangeExpanded


T = TypeVar("T", bound="Change")


@_attrs_define
class Change:
    """A change with both values as they are stored."""

    id: int
    repo: str
    repo_id: int
    what: str
    """

    Known words: gone, returned, renamed, replaced, took-name, gate, private, disabled, author, head, modified,
    task, library, licence, tags, datasets, languages, papers, model-type, parameters, card, claims, files,
    security. """
    is_alert: bool
    """ Whether the name answers with another id: supply chains trust names. """
    at: datetime.datetime
    old: Any | Unset = UNSET
    new: Any | Unset = UNSET
    expanded: ChangeExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        what = self.what

        is_alert = self.is_alert

        at = self.at.isoformat()

        old = self.old

        new = self.new

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
                "what": what,
                "is_alert": is_alert,
                "at": at,
            }
        )
        if old is not UNSET:
            field_dict["old"] = old
        if new is not UNSET:
            field_dict["new"] = new
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_expanded import ChangeExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        what = d.pop("what")

        is_alert = d.pop("is_alert")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        old = d.pop("old", UNSET)

        new = d.pop("new", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: ChangeExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = ChangeExpanded.from_dict(_expanded)

        change = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            what=what,
            is_alert=is_alert,
            at=at,
            old=old,
            new=new,
            expanded=expanded,
        )

        change.additional_properties = d
        return change

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
