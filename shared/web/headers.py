"""Headers that answers have beside those of all HTTP, as OpenAPI describes them."""

from typing import Any, Final

ETAG: Final = "ETag"
RETRY_AFTER: Final = "Retry-After"
WWW_AUTHENTICATE: Final = "WWW-Authenticate"
CACHE_CONTROL: Final = "Cache-Control"
CONTENT_DISPOSITION: Final = "Content-Disposition"

Described = dict[str, dict[str, Any]]
"""Headers by name, as OpenAPI describes them."""

HEADERS: Final[Described] = {
    ETAG: {
        "description": "The version that the answer shows: send it as `If-Match` with a change",
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    },
    RETRY_AFTER: {
        "description": "The seconds after which the same request may be answered otherwise",
        "schema": {"type": "integer", "minimum": 1},
    },
    WWW_AUTHENTICATE: {
        "description": "The kind of token that is asked for: `Bearer`",
        "schema": {"type": "string"},
    },
    CACHE_CONTROL: {
        "description": "Who may keep the answer, and for how many seconds",
        "schema": {"type": "string"},
    },
    CONTENT_DISPOSITION: {
        "description": "The name of the file that it is to be saved as",
        "schema": {"type": "string"},
    },
}


def described(*names: str) -> Described:
    """Describe headers that are always there, for OpenAPI."""
    return {name: HEADERS[name] | {"required": True} for name in names}


def of_either(one: Described, other: Described) -> Described:
    """Describe the headers of an answer that may be one or the other: always there is what both always have."""
    always = {name for name in one.keys() & other.keys() if one[name]["required"] and other[name]["required"]}
    return {name: header | {"required": name in always} for name, header in (one | other).items()}
