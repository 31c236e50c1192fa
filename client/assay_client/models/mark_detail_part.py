from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.mark_match import MarkMatch


T = TypeVar("T", bound="MarkDetailPart")


@_attrs_define
class MarkDetailPart:
    """MarkDetail with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    name: str | Unset = UNSET
    owner: str | Unset = UNSET
    scheme: str | Unset = UNSET
    """

    Known words: blackmarks, frontier, triggers, deepsigns, uchida, greenlist, synthid. """
    task: str | Unset = UNSET
    classes: int | None | Unset = UNSET
    keys: int | Unset = UNSET
    shape: list[int] | None | Unset = UNSET
    """ Channels, height and width of the pictures, where the keys have some. """
    commitment: str | Unset = UNSET
    registered_at: datetime.datetime | Unset = UNSET
    withdrawn_at: datetime.datetime | None | Unset = UNSET
    state: str | Unset = UNSET
    """

    Known words: new, ready, refused. """
    reason: str | Unset = UNSET
    home: str | Unset = UNSET
    """ The model that the owner says was marked. """
    envelope: Any | Unset = UNSET
    matches: list[MarkMatch] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        owner = self.owner

        scheme = self.scheme

        task = self.task

        classes: int | None | Unset
        if isinstance(self.classes, Unset):
            classes = UNSET
        else:
            classes = self.classes

        keys = self.keys

        shape: list[int] | None | Unset
        if isinstance(self.shape, Unset):
            shape = UNSET
        elif isinstance(self.shape, list):
            shape = self.shape

        else:
            shape = self.shape

        commitment = self.commitment

        registered_at: str | Unset = UNSET
        if not isinstance(self.registered_at, Unset):
            registered_at = self.registered_at.isoformat()

        withdrawn_at: None | str | Unset
        if isinstance(self.withdrawn_at, Unset):
            withdrawn_at = UNSET
        elif isinstance(self.withdrawn_at, datetime.datetime):
            withdrawn_at = self.withdrawn_at.isoformat()
        else:
            withdrawn_at = self.withdrawn_at

        state = self.state

        reason = self.reason

        home = self.home

        envelope = self.envelope

        matches: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.matches, Unset):
            matches = []
            for matches_item_data in self.matches:
                matches_item = matches_item_data.to_dict()
                matches.append(matches_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if name is not UNSET:
            field_dict["name"] = name
        if owner is not UNSET:
            field_dict["owner"] = owner
        if scheme is not UNSET:
            field_dict["scheme"] = scheme
        if task is not UNSET:
            field_dict["task"] = task
        if classes is not UNSET:
            field_dict["classes"] = classes
        if keys is not UNSET:
            field_dict["keys"] = keys
        if shape is not UNSET:
            field_dict["shape"] = shape
        if commitment is not UNSET:
            field_dict["commitment"] = commitment
        if registered_at is not UNSET:
            field_dict["registered_at"] = registered_at
        if withdrawn_at is not UNSET:
            field_dict["withdrawn_at"] = withdrawn_at
        if state is not UNSET:
            field_dict["state"] = state
        if reason is not UNSET:
            field_dict["reason"] = reason
        if home is not UNSET:
            field_dict["home"] = home
        if envelope is not UNSET:
            field_dict["envelope"] = envelope
        if matches is not UNSET:
            field_dict["matches"] = matches

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.mark_match import MarkMatch  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        name = d.pop("name", UNSET)

        owner = d.pop("owner", UNSET)

        scheme = d.pop("scheme", UNSET)

        task = d.pop("task", UNSET)

        def _parse_classes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        classes = _parse_classes(d.pop("classes", UNSET))

        keys = d.pop("keys", UNSET)

        def _parse_shape(data: object) -> list[int] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                shape_type_0 = cast(list[int], data)

                return shape_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[int] | None | Unset, data)

        shape = _parse_shape(d.pop("shape", UNSET))

        commitment = d.pop("commitment", UNSET)

        _registered_at = d.pop("registered_at", UNSET)
        registered_at: datetime.datetime | Unset
        if isinstance(_registered_at, Unset):
            registered_at = UNSET
        else:
            registered_at = datetime.datetime.fromisoformat(_registered_at)

        def _parse_withdrawn_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                withdrawn_at_type_0 = datetime.datetime.fromisoformat(data)

                return withdrawn_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        withdrawn_at = _parse_withdrawn_at(d.pop("withdrawn_at", UNSET))

        state = d.pop("state", UNSET)

        reason = d.pop("reason", UNSET)

        home = d.pop("home", UNSET)

        envelope = d.pop("envelope", UNSET)

        _matches = d.pop("matches", UNSET)
        matches: list[MarkMatch] | Unset = UNSET
        if _matches is not UNSET:
            matches = []
            for matches_item_data in _matches:
                matches_item = MarkMatch.from_dict(matches_item_data)

                matches.append(matches_item)

        mark_detail_part = cls(
            id=id,
            name=name,
            owner=owner,
            scheme=scheme,
            task=task,
            classes=classes,
            keys=keys,
            shape=shape,
            commitment=commitment,
            registered_at=registered_at,
            withdrawn_at=withdrawn_at,
            state=state,
            reason=reason,
            home=home,
            envelope=envelope,
            matches=matches,
        )

        mark_detail_part.additional_properties = d
        return mark_detail_part

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
