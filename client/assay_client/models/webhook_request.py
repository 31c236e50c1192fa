from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="WebhookRequest")


@_attrs_define
class WebhookRequest:
    """Where a webhook leads and what it hears. A filter that is empty lets everything pass."""

    url: str
    """ An https address in the public network. """
    events: list[str]
    repo: str | Unset = ""
    """ Only events about this model, `owner/name`. """
    author: str | Unset = ""
    """ Only events about models of this author. """
    check: str | Unset = ""
    """ Only what came of this check. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        events = self.events

        repo = self.repo

        author = self.author

        check = self.check

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "url": url,
                "events": events,
            }
        )
        if repo is not UNSET:
            field_dict["repo"] = repo
        if author is not UNSET:
            field_dict["author"] = author
        if check is not UNSET:
            field_dict["check"] = check

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        events = cast(list[str], d.pop("events"))

        repo = d.pop("repo", UNSET)

        author = d.pop("author", UNSET)

        check = d.pop("check", UNSET)

        webhook_request = cls(
            url=url,
            events=events,
            repo=repo,
            author=author,
            check=check,
        )

        webhook_request.additional_properties = d
        return webhook_request

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
