"""The gate: what keeps a change of the contract from being released."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from deploy.contract import events, http
from deploy.contract.breaks import Break
from deploy.contract.corrections import is_corrected
from deploy.contract.documents import ASYNCAPI, OPENAPI, Documents, text

VERSION_FILE: Final = "shared/events/__init__.py"


def problems(made: Documents, committed: Documents, released: Mapping[str, Documents]) -> Iterator[Break]:
    """Name all that is wrong with documents made just now: against those committed, against each released version."""
    yield from _stale(made, committed)
    yield from events.refused_examples(made[ASYNCAPI], made[ASYNCAPI])
    for version, documents in released.items():
        yield from (one for one in broken(documents, made) if not is_corrected(version, one))
        if version == made[ASYNCAPI]["info"]["version"] and any(
            made.get(name) != documents[name] for name in documents
        ):
            yield Break("version-used", VERSION_FILE, f"{version} was released; name the version to come")


def _stale(made: Documents, committed: Documents) -> Iterator[Break]:
    for name in sorted(made.keys() | committed.keys()):
        if name not in made or name not in committed or text(made[name]) != text(committed[name]):
            yield Break("stale", f"docs/contract/{name}", "make contract-write")


def broken(released: Documents, made: Documents) -> Iterator[Break]:
    """Name all in which documents differ from released ones so that it would break somebody."""
    yield from events.breaks(released[ASYNCAPI], made[ASYNCAPI])
    yield from events.refused_examples(released[ASYNCAPI], made[ASYNCAPI])
    for name, document in released.items():
        path = PurePosixPath(name)
        if path.parent.name != OPENAPI:
            continue
        if name in made:
            yield from http.breaks(path.stem, document, made[name])
        else:
            yield Break("removed", path.stem)
