"""Skills: what the same one is called, and which are near enough to be learnt on the way."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations
from typing import Final

_SAME: Final = {
    "js": "javascript",
    "ts": "typescript",
    "golang": "go",
    "postgres": "postgresql",
    "mssql": "sql server",
    "microsoft sql server": "sql server",
    "oracle database": "oracle",
    "c sharp": "c#",
    "cpp": "c++",
    ".net": ".net core",
    "dotnet": ".net core",
    "node": "node.js",
    "nodejs": "node.js",
    "reactjs": "react",
    "react.js": "react",
    "vue.js": "vue",
    "vuejs": "vue",
    "angular": "angularjs",
    "aws": "amazon web services (aws)",
    "amazon web services": "amazon web services (aws)",
    "azure": "microsoft azure",
    "google cloud platform": "google cloud",
    "gcp": "google cloud",
    "linux": "linux desktop",
    "k8s": "kubernetes",
}
"""Other names of the same skill, case-folded."""

_NEAR: Final = (
    ("mysql", "postgresql", "sql server", "oracle", "sqlite", "mariadb", "sql"),
    ("mongodb", "cassandra", "dynamodb", "couchbase"),
    ("javascript", "typescript", "coffeescript"),
    ("javascript", "node.js"),
    ("typescript", "node.js"),
    ("angularjs", "react", "vue", "svelte"),
    ("c#", ".net core", "vb.net", "f#"),
    ("c", "c++"),
    ("c++", "rust"),
    ("java", "kotlin", "scala", "groovy"),
    ("android", "kotlin"),
    ("swift", "objective-c"),
    ("ios", "swift"),
    ("ios", "objective-c"),
    ("xamarin", "cordova", "flutter", "react native"),
    ("ruby", "python", "perl"),
    ("amazon web services (aws)", "microsoft azure", "google cloud"),
    ("hadoop", "spark"),
    ("docker", "kubernetes"),
    ("arduino", "raspberry pi"),
)
"""Groups in which who knows one learns another soon."""


def _neighbours() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _NEAR:
        for one, other in permutations(group, 2):
            found.setdefault(one, set()).add(other)
    return {name: frozenset(others) for name, others in found.items()}


_NEIGHBOURS: Final = _neighbours()
_NOBODY: Final[frozenset[str]] = frozenset()


@lru_cache(maxsize=10_000)
def canonical(name: str) -> str:
    """Return the name under which a skill is compared: case-folded, one for all its names."""
    folded = " ".join(name.casefold().split())
    return _SAME.get(folded, folded)


def nearest(wanted: str, known: Iterable[str]) -> str | None:
    """Return a skill among those known (canonical names) that is near the wanted one; the first by name."""
    neighbours = _NEIGHBOURS.get(wanted, _NOBODY)
    return min((name for name in known if name in neighbours), default=None)
