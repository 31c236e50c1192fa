from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.allowance import Allowance
    from ..models.mirror_pass import MirrorPass
    from ..models.work_list import WorkList


T = TypeVar("T", bound="Mirror")


@_attrs_define
class Mirror:
    """Where the mirror stands."""

    at: datetime.datetime
    hubs: list[str]
    running: list[MirrorPass]
    passes: list[MirrorPass]
    errands: WorkList
    """ Repos that wait to be read in full. """
    budget: list[Allowance]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        hubs = self.hubs

        running = []
        for running_item_data in self.running:
            running_item = running_item_data.to_dict()
            running.append(running_item)

        passes = []
        for passes_item_data in self.passes:
            passes_item = passes_item_data.to_dict()
            passes.append(passes_item)

        errands = self.errands.to_dict()

        budget = []
        for budget_item_data in self.budget:
            budget_item = budget_item_data.to_dict()
            budget.append(budget_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "at": at,
                "hubs": hubs,
                "running": running,
                "passes": passes,
                "errands": errands,
                "budget": budget,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.allowance import Allowance  # noqa: PLC0415
        from ..models.mirror_pass import MirrorPass  # noqa: PLC0415
        from ..models.work_list import WorkList  # noqa: PLC0415

        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        hubs = cast(list[str], d.pop("hubs"))

        running = []
        _running = d.pop("running")
        for running_item_data in _running:
            running_item = MirrorPass.from_dict(running_item_data)

            running.append(running_item)

        passes = []
        _passes = d.pop("passes")
        for passes_item_data in _passes:
            passes_item = MirrorPass.from_dict(passes_item_data)

            passes.append(passes_item)

        errands = WorkList.from_dict(d.pop("errands"))

        budget = []
        _budget = d.pop("budget")
        for budget_item_data in _budget:
            budget_item = Allowance.from_dict(budget_item_data)

            budget.append(budget_item)

        mirror = cls(
            at=at,
            hubs=hubs,
            running=running,
            passes=passes,
            errands=errands,
            budget=budget,
        )

        mirror.additional_properties = d
        return mirror

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
