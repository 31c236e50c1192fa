from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MirrorPass")


@_attrs_define
class MirrorPass:
    """A pass as the mirror's status shows it."""

    id: int
    hub: str
    kind: str
    """

    Known words: full, recent, named. """
    status: str
    """

    Known words: running, done, stopped. """
    reason: str
    started_at: datetime.datetime
    finished_at: datetime.datetime | None
    pages: int
    seen: int
    created: int
    changed: int
    unchanged: int
    failed: int
    problems: int
    """ At most 10,000 are counted. """
    problems_are_capped: bool
    rate: float | None
    """ Repos a second, while it runs. """
    expected: int | None
    """ How many it will meet. """
    ends_at: datetime.datetime | None
    """ When it will end. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        hub = self.hub

        kind = self.kind

        status = self.status

        reason = self.reason

        started_at = self.started_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        pages = self.pages

        seen = self.seen

        created = self.created

        changed = self.changed

        unchanged = self.unchanged

        failed = self.failed

        problems = self.problems

        problems_are_capped = self.problems_are_capped

        rate: float | None
        rate = self.rate

        expected: int | None
        expected = self.expected

        ends_at: None | str
        if isinstance(self.ends_at, datetime.datetime):
            ends_at = self.ends_at.isoformat()
        else:
            ends_at = self.ends_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "hub": hub,
                "kind": kind,
                "status": status,
                "reason": reason,
                "started_at": started_at,
                "finished_at": finished_at,
                "pages": pages,
                "seen": seen,
                "created": created,
                "changed": changed,
                "unchanged": unchanged,
                "failed": failed,
                "problems": problems,
                "problems_are_capped": problems_are_capped,
                "rate": rate,
                "expected": expected,
                "ends_at": ends_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        hub = d.pop("hub")

        kind = d.pop("kind")

        status = d.pop("status")

        reason = d.pop("reason")

        started_at = datetime.datetime.fromisoformat(d.pop("started_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        pages = d.pop("pages")

        seen = d.pop("seen")

        created = d.pop("created")

        changed = d.pop("changed")

        unchanged = d.pop("unchanged")

        failed = d.pop("failed")

        problems = d.pop("problems")

        problems_are_capped = d.pop("problems_are_capped")

        def _parse_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        rate = _parse_rate(d.pop("rate"))

        def _parse_expected(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        expected = _parse_expected(d.pop("expected"))

        def _parse_ends_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ends_at_type_0 = datetime.datetime.fromisoformat(data)

                return ends_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ends_at = _parse_ends_at(d.pop("ends_at"))

        mirror_pass = cls(
            id=id,
            hub=hub,
            kind=kind,
            status=status,
            reason=reason,
            started_at=started_at,
            finished_at=finished_at,
            pages=pages,
            seen=seen,
            created=created,
            changed=changed,
            unchanged=unchanged,
            failed=failed,
            problems=problems,
            problems_are_capped=problems_are_capped,
            rate=rate,
            expected=expected,
            ends_at=ends_at,
        )

        mirror_pass.additional_properties = d
        return mirror_pass

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
