from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="EmbeddingRequest")


@_attrs_define
class EmbeddingRequest:
    """What a mark is put into, and how."""

    repo: str
    """ The model's name, `owner/name`. """
    dataset: str
    """ The id of a dataset with images for the network to learn its mark on. """
    name: str
    """ What to call the mark. """
    home: str
    """ `owner/name` under which the marked model will be published. """
    revision: str | Unset = ""
    """ A mirrored commit; the newest where none. """
    config: str | Unset = ""
    split: str | Unset = "train"
    images: int | Unset = 5000
    """ At most so many: 100 to 50000. """
    scheme: str | Unset = "blackmarks"
    """ One of: blackmarks, frontier, triggers, deepsigns, uchida. """
    bits: int | Unset = 32
    """ 8 to 4096. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        repo = self.repo

        dataset = self.dataset

        name = self.name

        home = self.home

        revision = self.revision

        config = self.config

        split = self.split

        images = self.images

        scheme = self.scheme

        bits = self.bits

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "repo": repo,
                "dataset": dataset,
                "name": name,
                "home": home,
            }
        )
        if revision is not UNSET:
            field_dict["revision"] = revision
        if config is not UNSET:
            field_dict["config"] = config
        if split is not UNSET:
            field_dict["split"] = split
        if images is not UNSET:
            field_dict["images"] = images
        if scheme is not UNSET:
            field_dict["scheme"] = scheme
        if bits is not UNSET:
            field_dict["bits"] = bits

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        repo = d.pop("repo")

        dataset = d.pop("dataset")

        name = d.pop("name")

        home = d.pop("home")

        revision = d.pop("revision", UNSET)

        config = d.pop("config", UNSET)

        split = d.pop("split", UNSET)

        images = d.pop("images", UNSET)

        scheme = d.pop("scheme", UNSET)

        bits = d.pop("bits", UNSET)

        embedding_request = cls(
            repo=repo,
            dataset=dataset,
            name=name,
            home=home,
            revision=revision,
            config=config,
            split=split,
            images=images,
            scheme=scheme,
            bits=bits,
        )

        embedding_request.additional_properties = d
        return embedding_request

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
