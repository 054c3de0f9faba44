"""Bodies: JSON, read strictly, so that what two programs might read differently is refused."""

import json
from typing import Any

from fastapi import Request

from shared.web.problems import NotJson, WrongMediaType

LONGEST_NAME = 60


async def read_strictly(request: Request) -> None:
    """Read a request's body as JSON, if it has one; raises WrongMediaType and NotJson, which quote no value."""
    raw = await request.body()
    if raw:
        _require_json(request)
        request._json = parse(raw)  # noqa: SLF001  Starlette's own place for a body that was read


def parse(raw: bytes) -> object:
    """Return what a JSON text says; raises NotJson where it is not valid, or says a thing twice."""
    try:
        return json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_without_repeats, parse_constant=_no_constant
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise NotJson(f"it must be in UTF-8; byte {error.start + 1} is not") from None
    except RecursionError:
        raise NotJson("arrays and objects are nested too deeply in it") from None
    except ValueError:  # Python refuses to read numbers of more than 4,300 digits
        raise NotJson("a number in it has too many digits") from None


def _require_json(request: Request) -> None:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != "application/json" and not (sent.startswith("application/") and sent.endswith("+json")):
        raise WrongMediaType("send the header Content-Type: application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongMediaType("send the body as it is, without a Content-Encoding")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in content if names.count(name) > 1)
        raise NotJson(f"a field is there twice in one object: {shown(twice)}")
    return content


def _no_constant(name: str) -> None:
    raise NotJson(f"{name} is not a number of JSON's")


def shown(name: str) -> str:
    """Write the name of a field as somebody else made it up, so that it can stand in an answer."""
    return name.encode("utf-8", "backslashreplace").decode()[:LONGEST_NAME]
