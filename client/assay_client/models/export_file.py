from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ExportFile")


@_attrs_define
class ExportFile:
    """A file of an export."""

    file: str
    table: str
    rows: int
    bytes_: int
    sha256: str
    url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        file = self.file

        table = self.table

        rows = self.rows

        bytes_ = self.bytes_

        sha256 = self.sha256

        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "file": file,
                "table": table,
                "rows": rows,
                "bytes": bytes_,
                "sha256": sha256,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        file = d.pop("file")

        table = d.pop("table")

        rows = d.pop("rows")

        bytes_ = d.pop("bytes")

        sha256 = d.pop("sha256")

        url = d.pop("url")

        export_file = cls(
            file=file,
            table=table,
            rows=rows,
            bytes_=bytes_,
            sha256=sha256,
            url=url,
        )

        export_file.additional_properties = d
        return export_file

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
