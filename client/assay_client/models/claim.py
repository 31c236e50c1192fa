from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.claim_expanded import ClaimExpanded
    from ..models.claim_place import ClaimPlace
    from ..models.dataset import Dataset
    from ..models.metric import Metric


T = TypeVar("T", bound="Claim")


@_attrs_define
class Claim:
    """A claim as its author made it."""

    id: int
    repo: str
    repo_id: int
    revision: str
    source: str
    """

    Known words: model-index, eval-results, table, result-list. """
    place: ClaimPlace
    """ Where a claim stands. """
    dataset: Dataset
    """ What a claim was measured on, as far as its author says. """
    metric: Metric
    """ Which metric a claim states, as it is written there. """
    value_text: str
    value: float | None
    raw: None | str
    """ As it stands there; null where gated. """
    task: str | Unset = UNSET
    problem: str | Unset = UNSET
    expanded: ClaimExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        source = self.source

        place = self.place.to_dict()

        dataset = self.dataset.to_dict()

        metric = self.metric.to_dict()

        value_text = self.value_text

        value: float | None
        value = self.value

        raw: None | str
        raw = self.raw

        task = self.task

        problem = self.problem

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
                "source": source,
                "place": place,
                "dataset": dataset,
                "metric": metric,
                "value_text": value_text,
                "value": value,
                "raw": raw,
            }
        )
        if task is not UNSET:
            field_dict["task"] = task
        if problem is not UNSET:
            field_dict["problem"] = problem
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.claim_expanded import ClaimExpanded  # noqa: PLC0415
        from ..models.claim_place import ClaimPlace  # noqa: PLC0415
        from ..models.dataset import Dataset  # noqa: PLC0415
        from ..models.metric import Metric  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        revision = d.pop("revision")

        source = d.pop("source")

        place = ClaimPlace.from_dict(d.pop("place"))

        dataset = Dataset.from_dict(d.pop("dataset"))

        metric = Metric.from_dict(d.pop("metric"))

        value_text = d.pop("value_text")

        def _parse_value(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        value = _parse_value(d.pop("value"))

        def _parse_raw(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        raw = _parse_raw(d.pop("raw"))

        task = d.pop("task", UNSET)

        problem = d.pop("problem", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: ClaimExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = ClaimExpanded.from_dict(_expanded)

        claim = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            source=source,
            place=place,
            dataset=dataset,
            metric=metric,
            value_text=value_text,
            value=value,
            raw=raw,
            task=task,
            problem=problem,
            expanded=expanded,
        )

        claim.additional_properties = d
        return claim

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
