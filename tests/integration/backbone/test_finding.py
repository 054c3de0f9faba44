"""A filter means the same to the batch's own documents as to MongoDB's."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.storage.client import Database
from shared.storage.collection import Between, In, matches, query

TEXTS = st.sampled_from(["", "a", "ab", "b", "é", "é", "出雲", "𠮷", "2027-05-14", "2027-05-15"])
SIMPLE = st.one_of(TEXTS, st.integers(-2, 2), st.booleans(), st.none(), st.sampled_from([0.0, 1.0, 1.5]))
VALUES = st.one_of(SIMPLE, st.lists(SIMPLE, max_size=3), st.lists(st.lists(SIMPLE, max_size=2), max_size=2))
CONTENTS = st.dictionaries(st.sampled_from(["a", "b"]), VALUES)
FILTERS = st.one_of(
    VALUES,
    st.lists(VALUES, max_size=3).map(In),
    st.tuples(TEXTS, TEXTS).map(lambda ends: Between(*ends)),
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    contents=st.lists(CONTENTS, min_size=1, max_size=8),
    where=st.dictionaries(st.sampled_from(["a", "b"]), FILTERS, min_size=1),
)
async def test_what_matches_here_matches_in_the_database(
    store: Database, contents: list[dict[str, Any]], where: dict[str, object]
) -> None:
    specimens = store["specimens"]
    await specimens.delete_many({})
    await specimens.insert_many([content | {"_id": str(n)} for n, content in enumerate(contents)])
    found = await specimens.find(query(where)).to_list(None)
    assert {one["_id"] for one in found} == {
        str(n) for n, content in enumerate(contents) if matches(content, where)
    }
