from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.option import Option


T = TypeVar("T", bound="CatalogCheckPart")


@_attrs_define
class CatalogCheckPart:
    """CatalogCheck with `fields`: only those that were asked for."""

    id: str | Unset = UNSET
    version: int | Unset = UNSET
    """ Goes up when an answer may be another. """
    title: str | Unset = UNSET
    about: str | Unset = UNSET
    queue: str | Unset = UNSET
    """

    Known words: files, cpu, gpu. """
    applies: str | Unset = UNSET
    """ `claim`: to one claim of a revision; `revision`: to a revision as a whole. """
    is_usual: bool | Unset = UNSET
    """ Asked for where a person names no check. """
    options: list[Option] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        version = self.version

        title = self.title

        about = self.about

        queue = self.queue

        applies = self.applies

        is_usual = self.is_usual

        options: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = []
            for options_item_data in self.options:
                options_item = options_item_data.to_dict()
                options.append(options_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if version is not UNSET:
            field_dict["version"] = version
        if title is not UNSET:
            field_dict["title"] = title
        if about is not UNSET:
            field_dict["about"] = about
        if queue is not UNSET:
            field_dict["queue"] = queue
        if applies is not UNSET:
            field_dict["applies"] = applies
        if is_usual is not UNSET:
            field_dict["is_usual"] = is_usual
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.option import Option  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        version = d.pop("version", UNSET)

        title = d.pop("title", UNSET)

        about = d.pop("about", UNSET)

        queue = d.pop("queue", UNSET)

        applies = d.pop("applies", UNSET)

        is_usual = d.pop("is_usual", UNSET)

        _options = d.pop("options", UNSET)
        options: list[Option] | Unset = UNSET
        if _options is not UNSET:
            options = []
            for options_item_data in _options:
                options_item = Option.from_dict(options_item_data)

                options.append(options_item)

        catalog_check_part = cls(
            id=id,
            version=version,
            title=title,
            about=about,
            queue=queue,
            applies=applies,
            is_usual=is_usual,
            options=options,
        )

        catalog_check_part.additional_properties = d
        return catalog_check_part

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
