from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.embedding_part_expanded import EmbeddingPartExpanded
    from ..models.embedding_part_facts import EmbeddingPartFacts


T = TypeVar("T", bound="EmbeddingPart")


@_attrs_define
class EmbeddingPart:
    """Embedding with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    repo: str | Unset = UNSET
    repo_id: int | Unset = UNSET
    revision: str | Unset = UNSET
    scheme: str | Unset = UNSET
    bits: int | Unset = UNSET
    dataset: str | Unset = UNSET
    config: str | Unset = UNSET
    split: str | Unset = UNSET
    images: int | Unset = UNSET
    name: str | Unset = UNSET
    home: str | Unset = UNSET
    state: str | Unset = UNSET
    """

    Known words: queued, running, done, failed, cancelled. """
    reason: str | Unset = UNSET
    progress: int | Unset = UNSET
    total: int | Unset = UNSET
    note: str | Unset = UNSET
    facts: EmbeddingPartFacts | Unset = UNSET
    """ Once it is done: `accuracy_before` and `accuracy_after` on `held` images that the network did not learn
    from, `fit` images that it did, `seconds`, `commitment`. """
    mark: int | None | Unset = UNSET
    requested_at: datetime.datetime | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    expanded: EmbeddingPartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        repo = self.repo

        repo_id = self.repo_id

        revision = self.revision

        scheme = self.scheme

        bits = self.bits

        dataset = self.dataset

        config = self.config

        split = self.split

        images = self.images

        name = self.name

        home = self.home

        state = self.state

        reason = self.reason

        progress = self.progress

        total = self.total

        note = self.note

        facts: dict[str, Any] | Unset = UNSET
        if not isinstance(self.facts, Unset):
            facts = self.facts.to_dict()

        mark: int | None | Unset
        if isinstance(self.mark, Unset):
            mark = UNSET
        else:
            mark = self.mark

        requested_at: str | Unset = UNSET
        if not isinstance(self.requested_at, Unset):
            requested_at = self.requested_at.isoformat()

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
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if repo is not UNSET:
            field_dict["repo"] = repo
        if repo_id is not UNSET:
            field_dict["repo_id"] = repo_id
        if revision is not UNSET:
            field_dict["revision"] = revision
        if scheme is not UNSET:
            field_dict["scheme"] = scheme
        if bits is not UNSET:
            field_dict["bits"] = bits
        if dataset is not UNSET:
            field_dict["dataset"] = dataset
        if config is not UNSET:
            field_dict["config"] = config
        if split is not UNSET:
            field_dict["split"] = split
        if images is not UNSET:
            field_dict["images"] = images
        if name is not UNSET:
            field_dict["name"] = name
        if home is not UNSET:
            field_dict["home"] = home
        if state is not UNSET:
            field_dict["state"] = state
        if reason is not UNSET:
            field_dict["reason"] = reason
        if progress is not UNSET:
            field_dict["progress"] = progress
        if total is not UNSET:
            field_dict["total"] = total
        if note is not UNSET:
            field_dict["note"] = note
        if facts is not UNSET:
            field_dict["facts"] = facts
        if mark is not UNSET:
            field_dict["mark"] = mark
        if requested_at is not UNSET:
            field_dict["requested_at"] = requested_at
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.embedding_part_expanded import EmbeddingPartExpanded  # noqa: PLC0415
        from ..models.embedding_part_facts import EmbeddingPartFacts  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        repo = d.pop("repo", UNSET)

        repo_id = d.pop("repo_id", UNSET)

        revision = d.pop("revision", UNSET)

        scheme = d.pop("scheme", UNSET)

        bits = d.pop("bits", UNSET)

        dataset = d.pop("dataset", UNSET)

        config = d.pop("config", UNSET)

        split = d.pop("split", UNSET)

        images = d.pop("images", UNSET)

        name = d.pop("name", UNSET)

        home = d.pop("home", UNSET)

        state = d.pop("state", UNSET)

        reason = d.pop("reason", UNSET)

        progress = d.pop("progress", UNSET)

        total = d.pop("total", UNSET)

        note = d.pop("note", UNSET)

        _facts = d.pop("facts", UNSET)
        facts: EmbeddingPartFacts | Unset
        if isinstance(_facts, Unset):
            facts = UNSET
        else:
            facts = EmbeddingPartFacts.from_dict(_facts)

        def _parse_mark(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        mark = _parse_mark(d.pop("mark", UNSET))

        _requested_at = d.pop("requested_at", UNSET)
        requested_at: datetime.datetime | Unset
        if isinstance(_requested_at, Unset):
            requested_at = UNSET
        else:
            requested_at = datetime.datetime.fromisoformat(_requested_at)

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
        expanded: EmbeddingPartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = EmbeddingPartExpanded.from_dict(_expanded)

        embedding_part = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            scheme=scheme,
            bits=bits,
            dataset=dataset,
            config=config,
            split=split,
            images=images,
            name=name,
            home=home,
            state=state,
            reason=reason,
            progress=progress,
            total=total,
            note=note,
            facts=facts,
            mark=mark,
            requested_at=requested_at,
            started_at=started_at,
            finished_at=finished_at,
            expanded=expanded,
        )

        embedding_part.additional_properties = d
        return embedding_part

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
