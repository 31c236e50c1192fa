from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.check_version import CheckVersion
    from ..models.estimate import Estimate
    from ..models.finding_detail_part_expanded import FindingDetailPartExpanded
    from ..models.finding_picture import FindingPicture


T = TypeVar("T", bound="FindingDetailPart")


@_attrs_define
class FindingDetailPart:
    """FindingDetail with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    run: int | Unset = UNSET
    repo: str | Unset = UNSET
    repo_id: int | Unset = UNSET
    revision: str | Unset = UNSET
    claim: int | None | Unset = UNSET
    check: CheckVersion | Unset = UNSET
    """ Which check, in which version. """
    verdict: str | Unset = UNSET
    """

    Known words: confirmed, overstated, understated, pass, warn, fail, measured, inconclusive. """
    summary: str | Unset = UNSET
    estimate: Estimate | Unset = UNSET
    """ A measured value with its 95 % interval, in the metric's own scale. """
    created_at: datetime.datetime | Unset = UNSET
    pictures: list[FindingPicture] | Unset = UNSET
    evidence: Any | Unset = UNSET
    envelope: Any | Unset = UNSET
    expanded: FindingDetailPartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        run = self.run

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

        verdict = self.verdict

        summary = self.summary

        estimate: dict[str, Any] | Unset = UNSET
        if not isinstance(self.estimate, Unset):
            estimate = self.estimate.to_dict()

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        pictures: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.pictures, Unset):
            pictures = []
            for pictures_item_data in self.pictures:
                pictures_item = pictures_item_data.to_dict()
                pictures.append(pictures_item)

        evidence = self.evidence

        envelope = self.envelope

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if run is not UNSET:
            field_dict["run"] = run
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
        if verdict is not UNSET:
            field_dict["verdict"] = verdict
        if summary is not UNSET:
            field_dict["summary"] = summary
        if estimate is not UNSET:
            field_dict["estimate"] = estimate
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if pictures is not UNSET:
            field_dict["pictures"] = pictures
        if evidence is not UNSET:
            field_dict["evidence"] = evidence
        if envelope is not UNSET:
            field_dict["envelope"] = envelope
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.check_version import CheckVersion  # noqa: PLC0415
        from ..models.estimate import Estimate  # noqa: PLC0415
        from ..models.finding_detail_part_expanded import FindingDetailPartExpanded  # noqa: PLC0415
        from ..models.finding_picture import FindingPicture  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        run = d.pop("run", UNSET)

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

        verdict = d.pop("verdict", UNSET)

        summary = d.pop("summary", UNSET)

        _estimate = d.pop("estimate", UNSET)
        estimate: Estimate | Unset
        if isinstance(_estimate, Unset):
            estimate = UNSET
        else:
            estimate = Estimate.from_dict(_estimate)

        _created_at = d.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _pictures = d.pop("pictures", UNSET)
        pictures: list[FindingPicture] | Unset = UNSET
        if _pictures is not UNSET:
            pictures = []
            for pictures_item_data in _pictures:
                pictures_item = FindingPicture.from_dict(pictures_item_data)

                pictures.append(pictures_item)

        evidence = d.pop("evidence", UNSET)

        envelope = d.pop("envelope", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: FindingDetailPartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = FindingDetailPartExpanded.from_dict(_expanded)

        finding_detail_part = cls(
            id=id,
            run=run,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            claim=claim,
            check=check,
            verdict=verdict,
            summary=summary,
            estimate=estimate,
            created_at=created_at,
            pictures=pictures,
            evidence=evidence,
            envelope=envelope,
            expanded=expanded,
        )

        finding_detail_part.additional_properties = d
        return finding_detail_part

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
