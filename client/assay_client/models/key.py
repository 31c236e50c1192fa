from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Key")


@_attrs_define
class Key:
    """A public key by which findings are signed."""

    keyid: str
    """ SHA-256 of the raw key, as in the envelopes. """
    algorithm: str
    public_key: str
    """ The raw 32 bytes, base64. """
    pem: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        keyid = self.keyid

        algorithm = self.algorithm

        public_key = self.public_key

        pem = self.pem

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "keyid": keyid,
                "algorithm": algorithm,
                "public_key": public_key,
                "pem": pem,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        keyid = d.pop("keyid")

        algorithm = d.pop("algorithm")

        public_key = d.pop("public_key")

        pem = d.pop("pem")

        key = cls(
            keyid=keyid,
            algorithm=algorithm,
            public_key=public_key,
            pem=pem,
        )

        key.additional_properties = d
        return key

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
