from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.edge_part_expanded import EdgePartExpanded


T = TypeVar("T", bound="EdgePart")


@_attrs_define
class EdgePart:
    """Edge with `fields`: only those that were asked for."""

    id: int | Unset = UNSET
    child: str | Unset = UNSET
    child_id: int | Unset = UNSET
    revision: str | Unset = UNSET
    parent: str | Unset = UNSET
    parent_id: int | None | Unset = UNSET
    """ Null where no such repo is mirrored here. """
    relation: str | Unset = UNSET
    """

    Known words: finetune, adapter, merge, quantized, distilled, unknown. """
    basis: str | Unset = UNSET
    """

    Known words: declared, measured. """
    expanded: EdgePartExpanded | Unset = UNSET
    """ With `expand`: the related rows that were asked for. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        child = self.child

        child_id = self.child_id

        revision = self.revision

        parent = self.parent

        parent_id: int | None | Unset
        if isinstance(self.parent_id, Unset):
            parent_id = UNSET
        else:
            parent_id = self.parent_id

        relation = self.relation

        basis = self.basis

        expanded: dict[str, Any] | Unset = UNSET
        if not isinstance(self.expanded, Unset):
            expanded = self.expanded.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if child is not UNSET:
            field_dict["child"] = child
        if child_id is not UNSET:
            field_dict["child_id"] = child_id
        if revision is not UNSET:
            field_dict["revision"] = revision
        if parent is not UNSET:
            field_dict["parent"] = parent
        if parent_id is not UNSET:
            field_dict["parent_id"] = parent_id
        if relation is not UNSET:
            field_dict["relation"] = relation
        if basis is not UNSET:
            field_dict["basis"] = basis
        if expanded is not UNSET:
            field_dict["expanded"] = expanded

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.edge_part_expanded import EdgePartExpanded  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        child = d.pop("child", UNSET)

        child_id = d.pop("child_id", UNSET)

        revision = d.pop("revision", UNSET)

        parent = d.pop("parent", UNSET)

        def _parse_parent_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        parent_id = _parse_parent_id(d.pop("parent_id", UNSET))

        relation = d.pop("relation", UNSET)

        basis = d.pop("basis", UNSET)

        _expanded = d.pop("expanded", UNSET)
        expanded: EdgePartExpanded | Unset
        if isinstance(_expanded, Unset):
            expanded = UNSET
        else:
            expanded = EdgePartExpanded.from_dict(_expanded)

        edge_part = cls(
            id=id,
            child=child,
            child_id=child_id,
            revision=revision,
            parent=parent,
            parent_id=parent_id,
            relation=relation,
            basis=basis,
            expanded=expanded,
        )

        edge_part.additional_properties = d
        return edge_part

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
