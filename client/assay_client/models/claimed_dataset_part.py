from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ClaimedDatasetPart")


@_attrs_define
class ClaimedDatasetPart:
    """ClaimedDataset with `fields`: only those that were asked for."""

    id: str | Unset = UNSET
    """ As the hub writes it, else as claims do; its page has the same. """
    spellings: list[str] | Unset = UNSET
    """ What claims call it, in lower case; capitals do not matter. """
    claims: int | Unset = UNSET
    """ Made by the newest commits of models, those that could be read. """
    measured: int | Unset = UNSET
    """ Claims that have a finding. """
    confirmed: int | Unset = UNSET
    """ By the newest finding on each. """
    overstated: int | Unset = UNSET
    understated: int | Unset = UNSET
    repos: int | Unset = UNSET
    """ That name it in their metadata, at the last count of search; one that names it in two spellings counts
    twice. """
    url: str | Unset = UNSET
    """ Its page. """
    claims_url: str | Unset = UNSET
    """ The claims on it in the API, those of older commits as well. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        spellings: list[str] | Unset = UNSET
        if not isinstance(self.spellings, Unset):
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
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if spellings is not UNSET:
            field_dict["spellings"] = spellings
        if claims is not UNSET:
            field_dict["claims"] = claims
        if measured is not UNSET:
            field_dict["measured"] = measured
        if confirmed is not UNSET:
            field_dict["confirmed"] = confirmed
        if overstated is not UNSET:
            field_dict["overstated"] = overstated
        if understated is not UNSET:
            field_dict["understated"] = understated
        if repos is not UNSET:
            field_dict["repos"] = repos
        if url is not UNSET:
            field_dict["url"] = url
        if claims_url is not UNSET:
            field_dict["claims_url"] = claims_url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id", UNSET)

        spellings = cast(list[str], d.pop("spellings", UNSET))

        claims = d.pop("claims", UNSET)

        measured = d.pop("measured", UNSET)

        confirmed = d.pop("confirmed", UNSET)

        overstated = d.pop("overstated", UNSET)

        understated = d.pop("understated", UNSET)

        repos = d.pop("repos", UNSET)

        url = d.pop("url", UNSET)

        claims_url = d.pop("claims_url", UNSET)

        claimed_dataset_part = cls(
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

        claimed_dataset_part.additional_properties = d
        return claimed_dataset_part

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
