from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MarkMatch")


@_attrs_define
class MarkMatch:
    """What the newest run on a revision found of a mark."""

    run: int
    repo: str
    repo_id: int
    revision: str
    matches: int
    keys: int
    control_matches: int
    controls: int
    p: float
    carries: bool
    is_after: bool
    sentence: str
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run = self.run

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        matches = self.matches

        keys = self.keys

        control_matches = self.control_matches

        controls = self.controls

        p = self.p

        carries = self.carries

        is_after = self.is_after

        sentence = self.sentence

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run": run,
                "repo": repo,
                "repo_id": repo_id,
                "revision": revision,
                "matches": matches,
                "keys": keys,
                "control_matches": control_matches,
                "controls": controls,
                "p": p,
                "carries": carries,
                "is_after": is_after,
                "sentence": sentence,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        run = d.pop("run")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        revision = d.pop("revision")

        matches = d.pop("matches")

        keys = d.pop("keys")

        control_matches = d.pop("control_matches")

        controls = d.pop("controls")

        p = d.pop("p")

        carries = d.pop("carries")

        is_after = d.pop("is_after")

        sentence = d.pop("sentence")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        mark_match = cls(
            run=run,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            matches=matches,
            keys=keys,
            control_matches=control_matches,
            controls=controls,
            p=p,
            carries=carries,
            is_after=is_after,
            sentence=sentence,
            created_at=created_at,
        )

        mark_match.additional_properties = d
        return mark_match

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
