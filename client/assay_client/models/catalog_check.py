from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.option import Option


T = TypeVar("T", bound="CatalogCheck")


@_attrs_define
class CatalogCheck:
    """A check: a way to measure."""

    id: str
    version: int
    """ Goes up when an answer may be another. """
    title: str
    about: str
    queue: str
    """

    Known words: files, cpu, gpu. """
    applies: str
    """ `claim`: to one claim of a revision; `revision`: to a revision as a whole. """
    is_usual: bool
    """ Asked for where a person names no check. """
    options: list[Option]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        version = self.version

        title = self.title

        about = self.about

        queue = self.queue

        applies = self.applies

        is_usual = self.is_usual

        options = []
        for options_item_data in self.options:
            options_item = options_item_data.to_dict()
            options.append(options_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "version": version,
                "title": title,
                "about": about,
                "queue": queue,
                "applies": applies,
                "is_usual": is_usual,
                "options": options,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.option import Option  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        version = d.pop("version")

        title = d.pop("title")

        about = d.pop("about")

        queue = d.pop("queue")

        applies = d.pop("applies")

        is_usual = d.pop("is_usual")

        options = []
        _options = d.pop("options")
        for options_item_data in _options:
            options_item = Option.from_dict(options_item_data)

            options.append(options_item)

        catalog_check = cls(
            id=id,
            version=version,
            title=title,
            about=about,
            queue=queue,
            applies=applies,
            is_usual=is_usual,
            options=options,
        )

        catalog_check.additional_properties = d
        return catalog_check

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
