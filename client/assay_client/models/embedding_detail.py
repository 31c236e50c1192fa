from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.embedding_detail_expanded import EmbeddingDetailExpanded
    from ..models.embedding_detail_facts import EmbeddingDetailFacts
    from ..models.marked_file import MarkedFile


T = TypeVar("T", bound="EmbeddingDetail")


@_attrs_define
class EmbeddingDetail:
    """An embedding with the files of the marked network."""

    id: int
    repo: str
    repo_id: int
    revision: str
    scheme: str
    bits: int
    dataset: str
    split: str
    images: int
    name: str
    home: str
    facts: EmbeddingDetailFacts
    """ Once it is done: `accuracy_before` and `accuracy_after` on `held` images that the network did not learn
    from, `fit` images that it did, `seconds`, `commitment`. """
    mark: int | None
    requested_at: datetime.datetime
    files: list[MarkedFile]
    """ The marked network, at `/embeddings/{id}/files/{path}`. """
    config: str | Unset = UNSET
    state: str | Unset = UNSET
    """

    Known words: queued, running, done, failed, cancelled. """
    reason: str | Unset = UNSET
    progress: int | Unset = UNSET
    total: int | Unset = UNSET
    note: str | Unset = UNSET
    started_at: datetime.datetime | None | Unset = UNSET
    finished_at: datetime.datetime | None | Unset = UNSET
    expanded: EmbeddingDetailExpanded | Unset = UNSET
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

        split = self.split

        images = self.images

        name = self.name

        home = self.home

        facts = self.facts.to_dict()

        mark: int | None
        mark = self.mark

        requested_at = self.requested_at.isoformat()

        files = []
        for files_item_data in self.files:
            files_item = files_item_data.to_dict()
            files.append(files_item)

        config = self.config

        state = self.state

        reason = self.reason

        progress = self.progress

        total = self.total

        note = self.note

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
                "scheme": scheme,
                "bits": bits,
                "dataset": dataset,
                "split": split,
                "images": images,
                "name": name,
                "home": home,
                "facts": facts,
                "mark": mark,
                "requested_at": requested_at,
                "files": files,
            }
        )
        if config is not UNSET:
            field_dict["config"] = config
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
        if started_at is not UNSET:
            field_dict["started_at"] = started_at
        if finished_at is not UNSET:
            field_dict["finished_at"] = finished_at
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.embedding_detail_expanded import EmbeddingDetailExpanded  # noqa: PLC0415
        from ..models.embedding_detail_facts import EmbeddingDetailFacts  # noqa: PLC0415
        from ..models.marked_file import MarkedFile  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        repo = d.pop("repo")

        repo_id = d.pop("repo_id")

        revision = d.pop("revision")

        scheme = d.pop("scheme")

        bits = d.pop("bits")

        dataset = d.pop("dataset")

        split = d.pop("split")

        images = d.pop("images")

        name = d.pop("name")

        home = d.pop("home")

        facts = EmbeddingDetailFacts.from_dict(d.pop("facts"))

        def _parse_mark(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        mark = _parse_mark(d.pop("mark"))

        requested_at = datetime.datetime.fromisoformat(d.pop("requested_at"))

        files = []
        _files = d.pop("files")
        for files_item_data in _files:
            files_item = MarkedFile.from_dict(files_item_data)

            files.append(files_item)

        config = d.pop("config", UNSET)

        state = d.pop("state", UNSET)

        reason = d.pop("reason", UNSET)

        progress = d.pop("progress", UNSET)

        total = d.pop("total", UNSET)

        note = d.pop("note", UNSET)

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
        expanded: EmbeddingDetailExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = EmbeddingDetailExpanded.from_dict(_expanded)

        embedding_detail = cls(
            id=id,
            repo=repo,
            repo_id=repo_id,
            revision=revision,
            scheme=scheme,
            bits=bits,
            dataset=dataset,
            split=split,
            images=images,
            name=name,
            home=home,
            facts=facts,
            mark=mark,
            requested_at=requested_at,
            files=files,
            config=config,
            state=state,
            reason=reason,
            progress=progress,
            total=total,
            note=note,
            started_at=started_at,
            finished_at=finished_at,
            expanded=expanded,
        )

        embedding_detail.additional_properties = d
        return embedding_detail

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
