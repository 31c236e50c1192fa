"""How resources are described in the OpenAPI document."""

from typing import Any, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from registry.api import shaping
from registry.api.repeating import HEADER, is_repeatable

PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_NULL = {"type": "null"}
_LOCATION = {
    "description": "Where to read on.",
    "required": True,
    "schema": {"type": "string", "format": "uri"},
}
_REF = "#/components/schemas/"


def _component(name: str, schema: dict[str, Any]) -> ResolvedComponent:
    return ResolvedComponent(  # type: ignore[no-untyped-call]
        name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
    )


class ResourceSchema(AutoSchema):
    """Adds what all operations have: problems, the shape of rows, keys of repeated requests."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Describe an operation."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            if self._known():
                self._allow_parts(operation["responses"]["200"]["content"]["application/json"])
            for code, one in operation["responses"].items():
                if code == "307" or "`Location`" in one.get("description", ""):
                    one["headers"] = {"Location": _LOCATION}
            operation["responses"]["default"] = {
                "description": "Something went wrong; `detail` says what in one sentence.",
                "content": {"application/problem+json": {"schema": self._problem()}},
            }
        return operation

    def get_override_parameters(self) -> list[Any]:
        """Describe the parameters that shape rows."""
        found: list[Any] = list(super().get_override_parameters())
        if known := self._known():
            found += shaping.parameters(known, list(getattr(self.view, "expands", ())))
        if is_repeatable(self.view):
            found.append(HEADER)
        return found

    def _problem(self) -> dict[str, str]:
        """Return where problems are described."""
        made = _component("Problem", PROBLEM)
        self.registry.register_on_missing(made)
        return {"$ref": f"{_REF}Problem"}

    def _known(self) -> list[str]:
        """Return the fields that a reader of this operation may choose from."""
        if self.method != "GET" or getattr(self.view, "action", "list") not in {"list", "retrieve"}:
            return []
        return list(getattr(self.view, "known_fields", ()))

    def _allow_parts(self, content: dict[str, Any]) -> None:
        """Say that with ``fields`` a row has only a part of its fields."""
        place, key = content, "schema"
        inside = self._component(content["schema"])
        rows = inside.schema.get("properties", {}).get("results") if inside else None
        if rows:
            place, key = rows, "items"
        row = self._component(place[key])
        if row is None:  # it was seen to already: lists share their components
            return
        schema = {name: value for name, value in row.schema.items() if name != "required"}
        name = f"{row.name}Part"
        schema["description"] = f"{row.name} with `fields`: only those that were asked for."
        self.registry.register_on_missing(_component(name, schema))
        place[key] = {"anyOf": [place[key], {"$ref": _REF + name}]}

    def _component(self, schema: dict[str, Any]) -> Any:
        name = schema.get("$ref", "").removeprefix(_REF)
        return self.registry[(name, ResolvedComponent.SCHEMA)] if name else None

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: Any = False
    ) -> Any:
        """Describe any JSON as any JSON: null is some, and "one of both" would exclude it."""
        schema = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, bypass_extensions
        )
        if schema and schema.get("oneOf") == [{}, _NULL]:
            return {name: value for name, value in schema.items() if name != "oneOf"}
        return schema

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: Any = False
    ) -> Any:
        """Add the related rows that a row can bring along."""
        schema = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        related = shaping.EXPANDS.get(type(serializer))
        if related and direction == "response" and "properties" in schema:
            refs = {
                name: self.resolve_serializer(cast("Any", one.serializer), direction).ref
                for name, one in related.items()
            }
            rows = {name: {"anyOf": [ref, _NULL]} for name, ref in refs.items()}
            about = "With `expand`: the related rows that were asked for."
            schema["properties"][shaping.EXPANDED] = {
                "type": "object",
                "description": about,
                "properties": rows,
            }
        return schema
