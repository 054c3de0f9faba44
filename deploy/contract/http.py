"""Whether a caller of a released version gets on with the present OpenAPI document of a service."""

import re
from collections.abc import Iterator
from typing import Final

from deploy.contract.breaks import Break
from deploy.contract.comparison import Way, compare
from deploy.contract.shapes import Schema

METHODS: Final = ("get", "put", "post", "patch", "delete")
ERRORS: Final = "400"
_types_of_problems: Final = re.compile(r"`([a-z][a-z-]*)`").findall


def breaks(service: str, released: Schema, now: Schema) -> Iterator[Break]:
    """Name what has changed for a caller of a service.

    What a caller sends may not need more, nor be held to less; what a caller gets may not lack anything, nor be something new.
    """
    for path, methods in released["paths"].items():
        for method in METHODS:
            if method not in methods:
                continue
            where = f"{service} {method.upper()} {path}"
            if operation := now["paths"].get(path, {}).get(method):
                yield from _Operation(where, (released, now)).run(methods[method], operation)
            else:
                yield Break("removed", where)


class _Operation:
    """One endpoint, before and now."""

    def __init__(self, where: str, documents: tuple[Schema, Schema]) -> None:
        self._where = where
        self._documents = documents

    def run(self, old: Schema, new: Schema) -> Iterator[Break]:
        if _is_open(old) and not _is_open(new):
            yield Break("closed-off", self._where)
        yield from self._parameters(old, new)
        yield from self._request(old.get("requestBody"), new.get("requestBody"))
        yield from self._responses(old["responses"], new["responses"])

    def _parameters(self, old: Schema, new: Schema) -> Iterator[Break]:
        before, now = _parameters(old), _parameters(new)
        for key, parameter in before.items():
            where = f"{self._where} {'.'.join(key)}"
            if key not in now:
                yield Break("removed", where)
                continue
            if now[key].get("required") and not parameter.get("required"):
                yield Break("made-required", where)
            yield from self._compare(parameter["schema"], now[key]["schema"], "request", where)
        for key in now.keys() - before.keys():
            if now[key].get("required"):
                yield Break("made-required", f"{self._where} {'.'.join(key)}")

    def _request(self, old: Schema | None, new: Schema | None) -> Iterator[Break]:
        where = f"{self._where} request"
        if old is None or new is None:
            if old is not None:
                yield Break("removed", where)
            elif new is not None and new.get("required"):
                yield Break("made-required", where)
            return
        if new.get("required") and not old.get("required"):
            yield Break("made-required", where)
        yield from self._content(old, new, "request", where)

    def _responses(self, old: Schema, new: Schema) -> Iterator[Break]:
        for status, response in old.items():
            where = f"{self._where} {status}"
            if status in new:
                yield from self._response(response, new[status], where)
            elif status < ERRORS:
                yield Break("removed", where)

    def _response(self, old: Schema, new: Schema, where: str) -> Iterator[Break]:
        for name in sorted(old.get("headers", {}).keys() - new.get("headers", {}).keys()):
            yield Break("removed", f"{where} header {name}")
        known = _types_of_problems(new.get("description", ""))
        for problem in _types_of_problems(old.get("description", "")):
            if problem not in known:
                yield Break("removed", where, f"the problem {problem}")
        yield from self._content(old, new, "response", where)

    def _content(self, old: Schema, new: Schema, way: Way, where: str) -> Iterator[Break]:
        for media_type, described in old.get("content", {}).items():
            if media_type not in new.get("content", {}):
                yield Break("removed", where, media_type)
                continue
            schemas = described.get("schema", {}), new["content"][media_type].get("schema", {})
            yield from self._compare(*schemas, way, where)

    def _compare(self, old: Schema, new: Schema, way: Way, where: str) -> Iterator[Break]:
        yield from compare(old, new, self._documents, way, where)


def _is_open(operation: Schema) -> bool:
    """Say whether it can be called without a token."""
    return not operation.get("security") or {} in operation["security"]


def _parameters(operation: Schema) -> dict[tuple[str, str], Schema]:
    return {(one["in"], one["name"]): one for one in operation.get("parameters", ())}
