"""Changes of the contract's documents, and what the gate has against them."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from deploy.contract.breaks import Break
from deploy.contract.documents import COMMITTED, read
from shared.contract.asyncapi import document

Document = dict[str, Any]
Change = Callable[[Document], object]

ASYNC = document()
INTAKE: Document = dict(read(COMMITTED / "openapi")["intake.json"])


def changed(original: Document, change: Change) -> Document:
    copied = copy.deepcopy(original)
    change(copied)
    return copied


def schema(name: str, document: Document) -> Document:
    part: Document = document["components"]["schemas"][name]
    return part


def rename(fields: Document, old: str, new: str) -> None:
    fields[new] = fields.pop(old)


def found(breaks: Iterable[Break]) -> set[tuple[str, str]]:
    return {(one.rule, one.where) for one in breaks}
