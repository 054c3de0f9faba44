"""ETag and If-Match: a change says which version it is a change of."""

from typing import Annotated

from fastapi import Depends, Header

from shared.web.problems import VersionMissing, VersionOutdated


async def if_match(
    if_match: Annotated[str, Header(alias="If-Match", description="The ETag that you got when you read it")],
) -> str:
    """Return the version that a change is of; raises VersionMissing (as ``errors.py`` does without the header)."""
    if not if_match:
        raise VersionMissing
    return if_match


IfMatch = Annotated[str, Depends(if_match)]


def etag(version: int) -> str:
    """Write a document's version as an ETag."""
    return f'"{version}"'


def must_match(sent: str, version: int) -> None:
    """Raise VersionOutdated unless the change is of the present version.

    Several may be sent, as HTTP allows; one that a gateway has made weak, when it compressed the answer, counts.
    """
    versions = {one.strip().removeprefix("W/") for one in sent.split(",")}
    if not versions & {"*", etag(version)}:
        raise VersionOutdated
