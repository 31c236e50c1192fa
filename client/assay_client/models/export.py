from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.export_file import ExportFile


T = TypeVar("T", bound="Export")


@_attrs_define
class Export:
    """An export."""

    name: str
    at: datetime.datetime
    schema_version: int
    bytes_: int
    licence: str
    manifest: str
    files: list[ExportFile]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        at = self.at.isoformat()

        schema_version = self.schema_version

        bytes_ = self.bytes_

        licence = self.licence

        manifest = self.manifest

        files = []
        for files_item_data in self.files:
            files_item = files_item_data.to_dict()
            files.append(files_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "at": at,
                "schema_version": schema_version,
                "bytes": bytes_,
                "licence": licence,
                "manifest": manifest,
                "files": files,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.export_file import ExportFile  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        schema_version = d.pop("schema_version")

        bytes_ = d.pop("bytes")

        licence = d.pop("licence")

        manifest = d.pop("manifest")

        files = []
        _files = d.pop("files")
        for files_item_data in _files:
            files_item = ExportFile.from_dict(files_item_data)

            files.append(files_item)

        export = cls(
            name=name,
            at=at,
            schema_version=schema_version,
            bytes_=bytes_,
            licence=licence,
            manifest=manifest,
            files=files,
        )

        export.additional_properties = d
        return export

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
