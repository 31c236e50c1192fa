from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.claim import Claim


T = TypeVar("T", bound="PastClaim")


@_attrs_define
class PastClaim:
    """A claim of an older commit that the head does not make any more."""

    claim: Claim
    """ A claim as its author made it. """
    by: str
    """ The commit that did it. """
    seen_at: datetime.datetime
    """ When that was seen. """
    now: int | None | Unset = UNSET
    """ The claim that the head makes. """
    run: int | None | Unset = UNSET
    verdict: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        claim = self.claim.to_dict()

        by = self.by

        seen_at = self.seen_at.isoformat()

        now: int | None | Unset
        if isinstance(self.now, Unset):
            now = UNSET
        else:
            now = self.now

        run: int | None | Unset
        if isinstance(self.run, Unset):
            run = UNSET
        else:
            run = self.run

        verdict: None | str | Unset
        if isinstance(self.verdict, Unset):
            verdict = UNSET
        else:
            verdict = self.verdict

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "claim": claim,
                "by": by,
                "seen_at": seen_at,
            }
        )
        if now is not UNSET:
            field_dict["now"] = now
        if run is not UNSET:
            field_dict["run"] = run
        if verdict is not UNSET:
            field_dict["verdict"] = verdict

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.claim import Claim  # noqa: PLC0415

        d = dict(src_dict)
        claim = Claim.from_dict(d.pop("claim"))

        by = d.pop("by")

        seen_at = datetime.datetime.fromisoformat(d.pop("seen_at"))

        def _parse_now(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        now = _parse_now(d.pop("now", UNSET))

        def _parse_run(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        run = _parse_run(d.pop("run", UNSET))

        def _parse_verdict(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        verdict = _parse_verdict(d.pop("verdict", UNSET))

        past_claim = cls(
            claim=claim,
            by=by,
            seen_at=seen_at,
            now=now,
            run=run,
            verdict=verdict,
        )

        past_claim.additional_properties = d
        return past_claim

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
