from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.check_version import CheckVersion
    from ..models.run_part_expanded import RunPartExpanded
    from ..models.run_part_options import RunPartOptions


T = TypeVar("T", bound="RunPart")


@_attrs_define
class RunPart:
    """Run with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    repo: str | Unset = UNSET
    repo_id: int | Unset = UNSET
    revision: str | Unset = UNSET
    claim: int | None | Unset = UNSET
    check: CheckVersion | Unset = UNSET
    """ Which check, in which version. """
    options: RunPartOptions | Unset = UNSET
    """ What the check was asked with, beside its defaults. """
    queue: str | Unset = UNSET
    """

    Known words: files, cpu, gpu. """
    status: str | Unset = UNSET
    """

    Known words: queued, running, done, unsupported, dead, cancelled. """
    code: str | Unset = UNSET
    reason: str | Unset = UNSET
    stage: str | Unset = UNSET
    progress: int | Unset = UNSET
    total: int | Unset = UNSET
    note: str | Unset = UNSET
    """ What the check says that it does now; empty where it is silent. """
    attempt: int | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    finding: int | None | Unset = UNSET
    expanded: RunPartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        claim: int | None | Unset
        if isinstance(self.claim, Unset):
            claim = UNSET
        else:
            claim = self.claim

        check: dict[str, Any] | Unset = UNSET
        if not isinstance(self.check, Unset):
            check = self.check.to_dict()

        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()

        queue = self.queue

        status = self.status

        code = self.code

        reason = self.reason

        stage = self.stage

        progress = self.progress

        total = self.total

        note = self.note

        attempt = self.attempt

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

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

        finding: int | None | Unset
        if isinstance(self.finding, Unset):
            finding = UNSET
        else:
            finding = self.finding

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if repo is not UNSET:
            field_dict["repo"] = repo
        if repo_id is not UNSET:
            field_dict["repo_id"] = repo_id
        if revision is not UNSET:
            field_dict["revision"] = revision
        if claim is not UNSET:
            field_dict["claim"] = claim
        if check is not UNSET:
            field_dict["check"] = check
        if options is not UNSET:
            field_dict["options"] = options
        if queue is not UNSET:
            field_dict["queue"] = queue
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
        if note is not UNSET:
            field_dict["note"] = note
        if attempt is not UNSET:
            field_dict["attempt"] = attempt
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if finding is not UNSET:
            field_dict["finding"] = finding
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check_version import CheckVersion  # noqa: PLC0415
        from ..models.run_part_expanded import RunPartExpanded  # noqa: PLC0415
        from ..models.run_part_options import RunPartOptions  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        repo = d.pop("repo", UNSET)

        repo_id = d.pop("repo_id", UNSET)

        revision = d.pop("revision", UNSET)

        def _parse_claim(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        claim = _parse_claim(d.pop("claim", UNSET))

        _check = d.pop("check", UNSET)
        check: CheckVersion | Unset
        if isinstance(_check, Unset):
            check = UNSET
        else:
            check = CheckVersion.from_dict(_check)

        _options = d.pop("options", UNSET)
        options: RunPartOptions | Unset
        if isinstance(_options, Unset):
            options = UNSET
        else:
            options = RunPartOptions.from_dict(_options)

        queue = d.pop("queue", UNSET)

        status = d.pop("status", UNSET)

        code = d.pop("code", UNSET)

        reason = d.pop("reason", UNSET)

        stage = d.pop("stage", UNSET)

        progress = d.pop("progress", UNSET)

        total = d.pop("total", UNSET)

        note = d.pop("note", UNSET)

        attempt = d.pop("attempt", UNSET)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

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

        def _parse_finding(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        finding = _parse_finding(d.pop("finding", UNSET))

        _expanded = d.pop("expanded", UNSET)
        expanded: RunPartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = RunPartExpanded.from_dict(_expanded)

        run_part = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            claim=claim,
            check=check,
            options=options,
            queue=queue,
            status=status,
            code=code,
            reason=reason,
            stage=stage,
            progress=progress,
            total=total,
            note=note,
            attempt=attempt,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
            finding=finding,
            expanded=expanded,
        )

        run_part.additional_properties = d
        return run_part

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
