from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.scan_request_options import ScanRequestOptions


T = TypeVar("T", bound="ScanRequest")


@_attrs_define
class ScanRequest:
    """What a scan is asked to be. A limit that is null is no limit."""

    name: str
    checks: list[str]
    selection: str | Unset = ""
    """ The query of a /models search. """
    options: ScanRequestOptions | Unset = UNSET
    """ Check → option → value, as the page `/checks` lists them. """
    schedule: str | Unset = ""
    """ Five fields of cron, in UTC. """
    max_repos: int | None | Unset = UNSET
    max_runs: int | None | Unset = UNSET
    max_minutes: int | None | Unset = UNSET
    max_bytes: int | None | Unset = UNSET
    max_cost: None | str | Unset = UNSET
    gpu_hour_price: str | Unset = "0.0000"
    window: int | Unset = 20
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        checks = self.checks

        selection = self.selection

        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()

        schedule = self.schedule

        max_repos: int | None | Unset
        if isinstance(self.max_repos, Unset):
            max_repos = UNSET
        else:
            max_repos = self.max_repos

        max_runs: int | None | Unset
        if isinstance(self.max_runs, Unset):
            max_runs = UNSET
        else:
            max_runs = self.max_runs

        max_minutes: int | None | Unset
        if isinstance(self.max_minutes, Unset):
            max_minutes = UNSET
        else:
            max_minutes = self.max_minutes

        max_bytes: int | None | Unset
        if isinstance(self.max_bytes, Unset):
            max_bytes = UNSET
        else:
            max_bytes = self.max_bytes

        max_cost: None | str | Unset
        if isinstance(self.max_cost, Unset):
            max_cost = UNSET
        else:
            max_cost = self.max_cost

        gpu_hour_price = self.gpu_hour_price

        window = self.window

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "checks": checks,
            }
        )
        if selection is not UNSET:
            field_dict["selection"] = selection
        if options is not UNSET:
            field_dict["options"] = options
        if schedule is not UNSET:
            field_dict["schedule"] = schedule
        if max_repos is not UNSET:
            field_dict["max_repos"] = max_repos
        if max_runs is not UNSET:
            field_dict["max_runs"] = max_runs
        if max_minutes is not UNSET:
            field_dict["max_minutes"] = max_minutes
        if max_bytes is not UNSET:
            field_dict["max_bytes"] = max_bytes
        if max_cost is not UNSET:
            field_dict["max_cost"] = max_cost
        if gpu_hour_price is not UNSET:
            field_dict["gpu_hour_price"] = gpu_hour_price
        if window is not UNSET:
            field_dict["window"] = window

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.scan_request_options import ScanRequestOptions  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        checks = cast(list[str], d.pop("checks"))

        selection = d.pop("selection", UNSET)

        _options = d.pop("options", UNSET)
        options: ScanRequestOptions | Unset
        if isinstance(_options, Unset):
            options = UNSET
        else:
            options = ScanRequestOptions.from_dict(_options)

        schedule = d.pop("schedule", UNSET)

        def _parse_max_repos(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_repos = _parse_max_repos(d.pop("max_repos", UNSET))

        def _parse_max_runs(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_runs = _parse_max_runs(d.pop("max_runs", UNSET))

        def _parse_max_minutes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_minutes = _parse_max_minutes(d.pop("max_minutes", UNSET))

        def _parse_max_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_bytes = _parse_max_bytes(d.pop("max_bytes", UNSET))

        def _parse_max_cost(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        max_cost = _parse_max_cost(d.pop("max_cost", UNSET))

        gpu_hour_price = d.pop("gpu_hour_price", UNSET)

        window = d.pop("window", UNSET)

        scan_request = cls(
            name=name,
            checks=checks,
            selection=selection,
            options=options,
            schedule=schedule,
            max_repos=max_repos,
            max_runs=max_runs,
            max_minutes=max_minutes,
            max_bytes=max_bytes,
            max_cost=max_cost,
            gpu_hour_price=gpu_hour_price,
            window=window,
        )

        scan_request.additional_properties = d
        return scan_request

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
