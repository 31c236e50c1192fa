from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedWebhookChange")


@_attrs_define
class PatchedWebhookChange:
    """What of a webhook is to change."""

    url: str | Unset = UNSET
    """ An https address in the public network. """
    events: list[str] | Unset = UNSET
    repo: str | Unset = ""
    """ Only events about this model, `owner/name`. """
    author: str | Unset = ""
    """ Only events about models of this author. """
    check: str | Unset = ""
    """ Only what came of this check. """
    state: str | Unset = UNSET
    """

    Known words: active, paused. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        events: list[str] | Unset = UNSET
        if not isinstance(self.events, Unset):
            events = self.events

        repo = self.repo

        author = self.author

        check = self.check

        state = self.state

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if events is not UNSET:
            field_dict["events"] = events
        if repo is not UNSET:
            field_dict["repo"] = repo
        if author is not UNSET:
            field_dict["author"] = author
        if check is not UNSET:
            field_dict["check"] = check
        if state is not UNSET:
            field_dict["state"] = state

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url", UNSET)

        events = cast(list[str], d.pop("events", UNSET))

        repo = d.pop("repo", UNSET)

        author = d.pop("author", UNSET)

        check = d.pop("check", UNSET)

        state = d.pop("state", UNSET)

        patched_webhook_change = cls(
            url=url,
            events=events,
            repo=repo,
            author=author,
            check=check,
            state=state,
        )

        patched_webhook_change.additional_properties = d
        return patched_webhook_change

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
