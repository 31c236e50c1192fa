from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.check_version import CheckVersion
    from ..models.run_expanded import RunExpanded
    from ..models.run_options import RunOptions


T = TypeVar("T", bound="Run")


@_attrs_define
class Run:
    """A run: where it stands, and why it ended so."""

    id: int
    repo: str
    repo_id: int
    revision: str
    claim: int | None
    check: CheckVersion
    """ Which check, in which version. """
    options: RunOptions
    """ What the check was asked with, beside its defaults. """
    queue: str
    """

    Known words: files, cpu, gpu. """
    note: str
    """ What the check says that it does now; empty where it is silent. """
    created_at: datetime.datetime
    finding: int | None
    status: str | Unset = UNSET
    """

    Known words: queued, running, done, unsupported, dead, cancelled. """
    code: str | Unset = UNSET
    reason: str | Unset = UNSET
    stage: str | Unset = UNSET
    progress: int | Unset = UNSET
    total: int | Unset = UNSET
    attempt: int | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    expanded: RunExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        claim: int | None
        claim = self.claim

        check = self.check.to_dict()

        options = self.options.to_dict()

        queue = self.queue

        note = self.note

        created_at = self.created_at.isoformat()

        finding: int | None
        finding = self.finding

        status = self.status

        code = self.code

        reason = self.reason

        stage = self.stage

        progress = self.progress

        total = self.total

        attempt = self.attempt

        started_at: None | str | Unset
        if isinstance(self.started_at, Unset):
            started_at = UNSET
        elif isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str | Unset
        if isinstance(self.finished_at, Unset):
            finished_at = UNSET
        elif isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "repo": repo,
                "repo_id": repo_id,
                "revision": revision,
                "claim": claim,
                "check": check,
                "options": options,
                "queue": queue,
                "note": note,
                "created_at": created_at,
                "finding": finding,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if code is not UNSET:
            field_dict["code"] = code
        if reason is not UNSET:
            field_dict["reason"] = reason
        if stage is not UNSET:
            field_dict["stage"] = stage
        if progress is not UNSET:
            field_dict["progress"] = progress
        if total is not UNSET:
            field_dict["total"] = total
        if attempt is not UNSET:
            field_dict["attempt"] = attempt
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check_version import CheckVersion  # noqa: PLC0415
        from ..models.run_expanded import RunExpanded  # noqa: PLC0415
        from ..models.run_options import RunOptions  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        revision = d.pop("revision")

        def _parse_claim(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        claim = _parse_claim(d.pop("claim"))

        check = CheckVersion.from_dict(d.pop("check"))

        options = RunOptions.from_dict(d.pop("options"))

        queue = d.pop("queue")

        note = d.pop("note")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_finding(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        finding = _parse_finding(d.pop("finding"))

        status = d.pop("status", UNSET)

        code = d.pop("code", UNSET)

        reason = d.pop("reason", UNSET)

        stage = d.pop("stage", UNSET)

        progress = d.pop("progress", UNSET)

        total = d.pop("total", UNSET)

        attempt = d.pop("attempt", UNSET)

        def _parse_started_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        started_at = _parse_started_at(d.pop("started_at", UNSET))

        def _parse_finished_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        finished_at = _parse_finished_at(d.pop("finished_at", UNSET))

        _expanded = d.pop("expanded", UNSET)
        expanded: RunExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = RunExpanded.from_dict(_expanded)

        run = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            claim=claim,
            check=check,
            options=options,
            queue=queue,
            note=note,
            created_at=created_at,
            finding=finding,
            status=status,
            code=code,
            reason=reason,
            stage=stage,
            progress=progress,
            total=total,
            attempt=attempt,
            started_at=started_at,
            finished_at=finished_at,
            expanded=expanded,
        )

        run.additional_properties = d
        return run

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
