from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.claimed_choice import ClaimedChoice


T = TypeVar("T", bound="ClaimedDatasetDetail")


@_attrs_define
class ClaimedDatasetDetail:
    """A dataset with what is claimed on it."""

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
    choices: list[ClaimedChoice]
    """ What its page ranks by, the most measured first. """
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

        choices = []
        for choices_item_data in self.choices:
            choices_item = choices_item_data.to_dict()
            choices.append(choices_item)

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
                "choices": choices,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.claimed_choice import ClaimedChoice  # noqa: PLC0415

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

        choices = []
        _choices = d.pop("choices")
        for choices_item_data in _choices:
            choices_item = ClaimedChoice.from_dict(choices_item_data)

            choices.append(choices_item)

        claimed_dataset_detail = cls(
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
            choices=choices,
        )

        claimed_dataset_detail.additional_properties = d
        return claimed_dataset_detail

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
