from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ClaimedDataset")


@_attrs_define
class ClaimedDataset:
    """A dataset, its spellings taken together, with the claims on it."""

    id: str
    """ As the hub writes it, else as claims do; its page has the same. """
    spellings: list[str]
    """ What claims call it, in lower case; capitals do not matter. """
    claims: int
    """ Made by the newest commits of models, those that could be read. """
    measured: int
    """ Claims that have a finding. """
    confirmed: int
    """ By the newest finding on each. """
    overstated: int
    understated: int
    repos: int
    """ That name it in their metadata, at the last count of search; one that names it in two spellings counts
    twice. """
    url: str
    """ Its page. """
    claims_url: str
    """ The claims on it in the API, those of older commits as well. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        spellings = self.spellings

        claims = self.claims

        measured = self.measured

        confirmed = self.confirmed

        overstated = self.overstated

        understated = self.understated

        repos = self.repos

        url = self.url

        claims_url = self.claims_url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "spellings": spellings,
                "claims": claims,
                "measured": measured,
                "confirmed": confirmed,
                "overstated": overstated,
                "understated": understated,
                "repos": repos,
                "url": url,
                "claims_url": claims_url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        spellings = cast(list[str], d.pop("spellings"))

        claims = d.pop("claims")

        measured = d.pop("measured")

        confirmed = d.pop("confirmed")

        overstated = d.pop("overstated")

        understated = d.pop("understated")

        repos = d.pop("repos")

        url = d.pop("url")

        claims_url = d.pop("claims_url")

        claimed_dataset = cls(
            id=id,
            spellings=spellings,
            claims=claims,
            measured=measured,
            confirmed=confirmed,
            overstated=overstated,
            understated=understated,
            repos=repos,
            url=url,
            claims_url=claims_url,
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
