from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.claim_part_expanded import ClaimPartExpanded
    from ..models.claim_place import ClaimPlace
    from ..models.dataset import Dataset
    from ..models.metric import Metric


T = TypeVar("T", bound="ClaimPart")


@_attrs_define
class ClaimPart:
    """Claim with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    repo: str | Unset = UNSET
    repo_id: int | Unset = UNSET
    revision: str | Unset = UNSET
    source: str | Unset = UNSET
    """

    Known words: model-index, eval-results, table, result-list. """
    place: ClaimPlace | Unset = UNSET
    """ Where a claim stands. """
    task: str | Unset = UNSET
    dataset: Dataset | Unset = UNSET
    """ What a claim was measured on, as far as its author says. """
    metric: Metric | Unset = UNSET
    """ Which metric a claim states, as it is written there. """
    value_text: str | Unset = UNSET
    value: float | None | Unset = UNSET
    raw: None | str | Unset = UNSET
    """ As it stands there; null where gated. """
    problem: str | Unset = UNSET
    expanded: ClaimPartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        source = self.source

        place: dict[str, Any] | Unset = UNSET
        if not isinstance(self.place, Unset):
            place = self.place.to_dict()

        task = self.task

        dataset: dict[str, Any] | Unset = UNSET
        if not isinstance(self.dataset, Unset):
            dataset = self.dataset.to_dict()

        metric: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metric, Unset):
            metric = self.metric.to_dict()

        value_text = self.value_text

        value: float | None | Unset
        if isinstance(self.value, Unset):
            value = UNSET
        else:
            value = self.value

        raw: None | str | Unset
        if isinstance(self.raw, Unset):
            raw = UNSET
        else:
            raw = self.raw

        problem = self.problem

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
        if source is not UNSET:
            field_dict["source"] = source
        if place is not UNSET:
            field_dict["place"] = place
        if task is not UNSET:
            field_dict["task"] = task
        if dataset is not UNSET:
            field_dict["dataset"] = dataset
        if metric is not UNSET:
            field_dict["metric"] = metric
        if value_text is not UNSET:
            field_dict["value_text"] = value_text
        if value is not UNSET:
            field_dict["value"] = value
        if raw is not UNSET:
            field_dict["raw"] = raw
        if problem is not UNSET:
            field_dict["problem"] = problem
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.claim_part_expanded import ClaimPartExpanded  # noqa: PLC0415
        from ..models.claim_place import ClaimPlace  # noqa: PLC0415
        from ..models.dataset import Dataset  # noqa: PLC0415
        from ..models.metric import Metric  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        repo = d.pop("repo", UNSET)

        repo_id = d.pop("repo_id", UNSET)

        revision = d.pop("revision", UNSET)

        source = d.pop("source", UNSET)

        _place = d.pop("place", UNSET)
        place: ClaimPlace | Unset
        if isinstance(_place, Unset):
            place = UNSET
        else:
            place = ClaimPlace.from_dict(_place)

        task = d.pop("task", UNSET)

        _dataset = d.pop("dataset", UNSET)
        dataset: Dataset | Unset
        if isinstance(_dataset, Unset):
            dataset = UNSET
        else:
            dataset = Dataset.from_dict(_dataset)

        _metric = d.pop("metric", UNSET)
        metric: Metric | Unset
        if isinstance(_metric, Unset):
            metric = UNSET
        else:
            metric = Metric.from_dict(_metric)

        value_text = d.pop("value_text", UNSET)

        def _parse_value(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        value = _parse_value(d.pop("value", UNSET))

        def _parse_raw(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        raw = _parse_raw(d.pop("raw", UNSET))

        problem = d.pop("problem", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: ClaimPartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = ClaimPartExpanded.from_dict(_expanded)

        claim_part = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            source=source,
            place=place,
            task=task,
            dataset=dataset,
            metric=metric,
            value_text=value_text,
            value=value,
            raw=raw,
            problem=problem,
            expanded=expanded,
        )

        claim_part.additional_properties = d
        return claim_part

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
