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
    from ..models.finding_detail_expanded import FindingDetailExpanded
    from ..models.finding_picture import FindingPicture


T = TypeVar("T", bound="FindingDetail")


@_attrs_define
class FindingDetail:
    """A finding with its evidence and its signed envelope (DSSE over an in-toto statement)."""

    id: int
    run: int
    repo: str
    repo_id: int
    revision: str
    claim: int | None
    check: CheckVersion
    """ Which check, in which version. """
    verdict: str
    """

    Known words: confirmed, overstated, understated, pass, warn, fail, measured, inconclusive. """
    summary: str
    estimate: Estimate
    """ A measured value with its 95 % interval, in the metric's own scale. """
    created_at: datetime.datetime
    pictures: list[FindingPicture]
    evidence: Any | Unset = UNSET
    envelope: Any | Unset = UNSET
    expanded: FindingDetailExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        run = self.run

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        claim: int | None
        claim = self.claim

        check = self.check.to_dict()

        verdict = self.verdict

        summary = self.summary

        estimate = self.estimate.to_dict()

        created_at = self.created_at.isoformat()

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
        field_dict.update(
            {
                "id": id,
                "run": run,
                "repo": repo,
                "repo_id": repo_id,
                "revision": revision,
                "claim": claim,
                "check": check,
                "verdict": verdict,
                "summary": summary,
                "estimate": estimate,
                "created_at": created_at,
                "pictures": pictures,
            }
        )
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
        from ..models.finding_detail_expanded import FindingDetailExpanded  # noqa: PLC0415
        from ..models.finding_picture import FindingPicture  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        run = d.pop("run")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        revision = d.pop("revision")

        def _parse_claim(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        claim = _parse_claim(d.pop("claim"))

        check = CheckVersion.from_dict(d.pop("check"))

        verdict = d.pop("verdict")

        summary = d.pop("summary")

        estimate = Estimate.from_dict(d.pop("estimate"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        pictures = []
        _pictures = d.pop("pictures")
        for pictures_item_data in _pictures:
            pictures_item = FindingPicture.from_dict(pictures_item_data)

            pictures.append(pictures_item)

        evidence = d.pop("evidence", UNSET)

        envelope = d.pop("envelope", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: FindingDetailExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = FindingDetailExpanded.from_dict(_expanded)

        finding_detail = cls(
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

        finding_detail.additional_properties = d
        return finding_detail

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
