"""JSON Schemas, made comparable: references followed, choices side by side."""

from dataclasses import dataclass, field
from typing import Any, Final

Schema = dict[str, Any]

BOUNDS_BELOW: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
BOUNDS_ABOVE: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FIXED: Final = ("pattern", "format", "multipleOf", "uniqueItems", "contentMediaType")
"""What can only be there, the same, or not be there: of two patterns nobody can say which one is wider."""
MEANINGLESS: Final = frozenset(
    {"title", "description", "examples", "example", "deprecated", "$schema", "$id", "$defs", "discriminator"}
)
UNDERSTOOD: Final = frozenset(
    {
        *BOUNDS_BELOW, *BOUNDS_ABOVE, *FIXED, *MEANINGLESS,
        "type", "enum", "const", "default", "anyOf", "oneOf", "allOf", "$ref", "properties", "required", "items",
        "prefixItems", "additionalProperties", "x-subject", "propertyNames", "writeOnly", "readOnly",
    }
)  # fmt: skip


class NotUnderstoodError(ValueError):
    """A schema has a word that is not compared: a change of it would pass unseen."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A schema with its references followed, one level deep."""

    schema: Schema
    document: Schema = field(repr=False)
    """Where its references lead to."""

    @classmethod
    def of(cls, schema: Schema | bool, document: Schema) -> "Shape":  # noqa: FBT001  a schema may be a truth value
        """Follow references and put together what `allOf` says; a word that is not compared is an error."""
        merged: Schema = {} if schema is True else {"enum": []} if schema is False else dict(schema)
        while parts := merged.pop("allOf", []) + ([{"$ref": merged.pop("$ref")}] if "$ref" in merged else []):
            for part in parts:
                merged = _merged(followed(part, document), merged)
        if unknown := {word for word in merged if word not in UNDERSTOOD and not word.startswith("x-")}:
            raise NotUnderstoodError(f"not compared: {', '.join(sorted(unknown))}")
        return cls(merged, document)

    def within(self, schema: Schema | bool) -> "Shape":  # noqa: FBT001
        """Return the shape of a schema inside of this one."""
        return Shape.of(schema, self.document)

    @property
    def choices(self) -> list["Shape"]:
        """Its choices; one that has none is its own only choice."""
        listed = self.schema.get("anyOf") or self.schema.get("oneOf")
        if not listed:
            return [self]
        rest = {
            word: value for word, value in self.schema.items() if word not in {"anyOf", "oneOf", *MEANINGLESS}
        }
        return [inner for one in listed for inner in self.within({"allOf": [one], **rest}).choices]

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that it lets through; a whole number is a number."""
        listed = self.schema.get("type", [])
        named = {listed} if isinstance(listed, str) else set(listed)
        return frozenset(named or {_type_of(value) for value in self.values or ()})

    @property
    def values(self) -> list[object] | None:
        """The only values that it lets through; None: any."""
        if "const" in self.schema:
            return [self.schema["const"]]
        listed: list[object] | None = self.schema.get("enum")
        return listed

    @property
    def properties(self) -> dict[str, Schema]:
        """Its fields."""
        found: dict[str, Schema] = self.schema.get("properties", {})
        return found

    @property
    def required(self) -> frozenset[str]:
        """The fields that have to be there."""
        return frozenset(self.schema.get("required", ()))


def followed(schema: Schema, document: Schema) -> Schema:
    """Return what a reference inside of the document leads to; what is none comes back as it is."""
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        schema = {**found, **{word: value for word, value in schema.items() if word != "$ref"}}
    return dict(schema)


def _merged(one: Schema, other: Schema) -> Schema:
    """Put two schemas together that both hold; where both say the same thing, the other's word counts."""
    both = {**one, **other}
    properties = one.get("properties", {}) | {
        name: {"allOf": [one["properties"][name], schema]} if name in one.get("properties", {}) else schema
        for name, schema in other.get("properties", {}).items()
    }
    if properties:
        both["properties"] = properties
    if needed := [*one.get("required", ()), *other.get("required", ())]:
        both["required"] = needed
    if parts := [*one.get("allOf", ()), *other.get("allOf", ())]:
        both["allOf"] = parts
    return both


def _type_of(value: object) -> str:
    return _TYPES.get(type(value), "object")


_TYPES: Final[dict[type, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    type(None): "null",
    list: "array",
}
