from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.facets_facets import FacetsFacets


T = TypeVar("T", bound="Facets")


@_attrs_define
class Facets:
    """The commonest values of each facet among what fits."""

    count: int
    count_is_capped: bool
    """ There are more than that. """
    count_is_estimate: bool
    """ There are about so many. """
    facets: FacetsFacets
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        count = self.count

        count_is_capped = self.count_is_capped

        count_is_estimate = self.count_is_estimate

        facets = self.facets.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "count": count,
                "count_is_capped": count_is_capped,
                "count_is_estimate": count_is_estimate,
                "facets": facets,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.facets_facets import FacetsFacets  # noqa: PLC0415

        d = dict(src_dict)
        count = d.pop("count")

        count_is_capped = d.pop("count_is_capped")

        count_is_estimate = d.pop("count_is_estimate")

        facets = FacetsFacets.from_dict(d.pop("facets"))

        facets = cls(
            count=count,
            count_is_capped=count_is_capped,
            count_is_estimate=count_is_estimate,
            facets=facets,
        )

        facets.additional_properties = d
        return facets

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
