from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ClaimedDataset")


@_attrs_define
class ClaimedDataset:
    """A dataset, by the id that claims give it."""

    id: str
    claims: int
    """ Claims that name it; at most 1,000. """
    claims_are_capped: bool
    """ There are more than that. """
    repos: int
    """ Repos that name it in their metadata, at the last count of search. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        claims = self.claims

        claims_are_capped = self.claims_are_capped

        repos = self.repos

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "claims": claims,
                "claims_are_capped": claims_are_capped,
                "repos": repos,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        claims = d.pop("claims")

        claims_are_capped = d.pop("claims_are_capped")

        repos = d.pop("repos")

        claimed_dataset = cls(
            id=id,
            claims=claims,
            claims_are_capped=claims_are_capped,
            repos=repos,
        )

        claimed_dataset.additional_properties = d
        return claimed_dataset

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
