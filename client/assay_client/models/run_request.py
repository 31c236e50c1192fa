from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.run_request_options import RunRequestOptions


T = TypeVar("T", bound="RunRequest")


@_attrs_define
class RunRequest:
    """What is asked for when a run is asked for."""

    repo: str
    """ The repo's name, `owner/name`. """
    revision: str | Unset = ""
    """ A mirrored commit; the newest where none. """
    check: str | Unset = "claim"
    """ The check's id. """
    claim: int | None | Unset = UNSET
    """ The claim's id, for checks of claims. """
    options: RunRequestOptions | Unset = UNSET
    """ Options of the check, as the page `/checks` lists them. """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        repo = self.repo

        revision = self.revision

        check = self.check

        claim: int | None | Unset
        if isinstance(self.claim, Unset):
            claim = UNSET
        else:
            claim = self.claim

        options: dict[str, Any] | Unset = UNSET
        if not isinstance(self.options, Unset):
            options = self.options.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "repo": repo,
            }
        )
        if revision is not UNSET:
            field_dict["revision"] = revision
        if check is not UNSET:
            field_dict["check"] = check
        if claim is not UNSET:
            field_dict["claim"] = claim
        if options is not UNSET:
            field_dict["options"] = options

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.run_request_options import RunRequestOptions  # noqa: PLC0415

        d = dict(src_dict)
        repo = d.pop("repo")

        revision = d.pop("revision", UNSET)

        check = d.pop("check", UNSET)

        def _parse_claim(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        claim = _parse_claim(d.pop("claim", UNSET))

        _options = d.pop("options", UNSET)
        options: RunRequestOptions | Unset
        if isinstance(_options, Unset):
            options = UNSET
        else:
            options = RunRequestOptions.from_dict(_options)

        run_request = cls(
            repo=repo,
            revision=revision,
            check=check,
            claim=claim,
            options=options,
        )

        run_request.additional_properties = d
        return run_request

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
