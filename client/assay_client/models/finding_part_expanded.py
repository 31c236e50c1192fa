from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.claim import Claim
    from ..models.repo import Repo
    from ..models.revision import Revision
    from ..models.run import Run


T = TypeVar("T", bound="FindingPartExpanded")


@_attrs_define
class FindingPartExpanded:
    """With `expand`: the related rows that were asked for."""

    repo: None | Repo | Unset = UNSET
    revision: None | Revision | Unset = UNSET
    run: None | Run | Unset = UNSET
    claim: Claim | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.claim import Claim  # noqa: PLC0415
        from ..models.repo import Repo  # noqa: PLC0415
        from ..models.revision import Revision  # noqa: PLC0415
        from ..models.run import Run  # noqa: PLC0415

        repo: dict[str, Any] | None | Unset
        if isinstance(self.repo, Unset):
            repo = UNSET
        elif isinstance(self.repo, Repo):
            repo = self.repo.to_dict()
        else:
            repo = self.repo

        revision: dict[str, Any] | None | Unset
        if isinstance(self.revision, Unset):
            revision = UNSET
        elif isinstance(self.revision, Revision):
            revision = self.revision.to_dict()
        else:
            revision = self.revision

        run: dict[str, Any] | None | Unset
        if isinstance(self.run, Unset):
            run = UNSET
        elif isinstance(self.run, Run):
            run = self.run.to_dict()
        else:
            run = self.run

        claim: dict[str, Any] | None | Unset
        if isinstance(self.claim, Unset):
            claim = UNSET
        elif isinstance(self.claim, Claim):
            claim = self.claim.to_dict()
        else:
            claim = self.claim

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if repo is not UNSET:
            field_dict["repo"] = repo
        if revision is not UNSET:
            field_dict["revision"] = revision
        if run is not UNSET:
            field_dict["run"] = run
        if claim is not UNSET:
            field_dict["claim"] = claim

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.claim import Claim  # noqa: PLC0415
        from ..models.repo import Repo  # noqa: PLC0415
        from ..models.revision import Revision  # noqa: PLC0415
        from ..models.run import Run  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_repo(data: object) -> None | Repo | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                repo_type_0 = Repo.from_dict(data)

                return repo_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Repo | Unset, data)

        repo = _parse_repo(d.pop("repo", UNSET))

        def _parse_revision(data: object) -> None | Revision | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                revision_type_0 = Revision.from_dict(data)

                return revision_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Revision | Unset, data)

        revision = _parse_revision(d.pop("revision", UNSET))

        def _parse_run(data: object) -> None | Run | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                run_type_0 = Run.from_dict(data)

                return run_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Run | Unset, data)

        run = _parse_run(d.pop("run", UNSET))

        def _parse_claim(data: object) -> Claim | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                claim_type_0 = Claim.from_dict(data)

                return claim_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Claim | None | Unset, data)

        claim = _parse_claim(d.pop("claim", UNSET))

        finding_part_expanded = cls(
            repo=repo,
            revision=revision,
            run=run,
            claim=claim,
        )

        finding_part_expanded.additional_properties = d
        return finding_part_expanded

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
