"""ETag and If-Match: a change says which version it is a change of."""

from typing import Annotated

from fastapi import Depends, Header, Response

from shared.web.problems import VersionOutdated


async def if_match(
    if_match: Annotated[
        str,
        Header(
            alias="If-Match",
            description="The ETag that you got when you read it, or `*` for whatever version there is",
            min_length=1,
        ),
    ],
) -> str:
    """Return the version that a change is of; ``errors.py`` answers VersionMissing where there is none."""
    return if_match


IfMatch = Annotated[str, Depends(if_match)]


class SetETag:
    """Gives an answer its ETag, and has the description say that there is one."""

    def __init__(self, response: Response) -> None:
        self._response = response

    def __call__(self, version: int) -> None:
        """Say which version of a document the answer shows."""
        self._response.headers["ETag"] = etag(version)


async def set_etag(response: Response) -> SetETag:
    """Return what sets this answer's ETag."""
    return SetETag(response)


ETag = Annotated[SetETag, Depends(set_etag)]


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
