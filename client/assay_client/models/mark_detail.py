from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.mark_match import MarkMatch


T = TypeVar("T", bound="MarkDetail")


@_attrs_define
class MarkDetail:
    """A mark with the first of its matches: hits first, the surest of them first."""

    id: int
    name: str
    owner: str
    scheme: str
    """

    Known words: blackmarks, frontier, triggers, deepsigns, uchida, greenlist, synthid. """
    task: str
    keys: int
    shape: list[int] | None
    """ Channels, height and width of the pictures, where the keys have some. """
    commitment: str
    registered_at: datetime.datetime
    home: str
    """ The model that the owner says was marked. """
    matches: list[MarkMatch]
    classes: int | None | Unset = UNSET
    withdrawn_at: datetime.datetime | None | Unset = UNSET
    state: str | Unset = UNSET
    """

    Known words: new, ready, refused. """
    reason: str | Unset = UNSET
    envelope: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        owner = self.owner

        scheme = self.scheme

        task = self.task

        keys = self.keys

        shape: list[int] | None
        if isinstance(self.shape, list):
            shape = self.shape

        else:
            shape = self.shape

        commitment = self.commitment

        registered_at = self.registered_at.isoformat()

        home = self.home

        matches = []
        for matches_item_data in self.matches:
            matches_item = matches_item_data.to_dict()
            matches.append(matches_item)

        classes: int | None | Unset
        if isinstance(self.classes, Unset):
            classes = UNSET
        else:
            classes = self.classes

        withdrawn_at: None | str | Unset
        if isinstance(self.withdrawn_at, Unset):
            withdrawn_at = UNSET
        elif isinstance(self.withdrawn_at, datetime.datetime):
            withdrawn_at = self.withdrawn_at.isoformat()
        else:
            withdrawn_at = self.withdrawn_at

        state = self.state

        reason = self.reason

        envelope = self.envelope

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "owner": owner,
                "scheme": scheme,
                "task": task,
                "keys": keys,
                "shape": shape,
                "commitment": commitment,
                "registered_at": registered_at,
                "home": home,
                "matches": matches,
            }
        )
        if classes is not UNSET:
            field_dict["classes"] = classes
        if withdrawn_at is not UNSET:
            field_dict["withdrawn_at"] = withdrawn_at
        if state is not UNSET:
            field_dict["state"] = state
        if reason is not UNSET:
            field_dict["reason"] = reason
        if envelope is not UNSET:
            field_dict["envelope"] = envelope

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.mark_match import MarkMatch  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        owner = d.pop("owner")

        scheme = d.pop("scheme")

        task = d.pop("task")

        keys = d.pop("keys")

        def _parse_shape(data: object) -> list[int] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                shape_type_0 = cast(list[int], data)

                return shape_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[int] | None, data)

        shape = _parse_shape(d.pop("shape"))

        commitment = d.pop("commitment")

        registered_at = datetime.datetime.fromisoformat(d.pop("registered_at"))

        home = d.pop("home")

        matches = []
        _matches = d.pop("matches")
        for matches_item_data in _matches:
            matches_item = MarkMatch.from_dict(matches_item_data)

            matches.append(matches_item)

        def _parse_classes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        classes = _parse_classes(d.pop("classes", UNSET))

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

        envelope = d.pop("envelope", UNSET)

        mark_detail = cls(
            id=id,
            name=name,
            owner=owner,
            scheme=scheme,
            task=task,
            keys=keys,
            shape=shape,
            commitment=commitment,
            registered_at=registered_at,
            home=home,
            matches=matches,
            classes=classes,
            withdrawn_at=withdrawn_at,
            state=state,
            reason=reason,
            envelope=envelope,
        )

        mark_detail.additional_properties = d
        return mark_detail

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
