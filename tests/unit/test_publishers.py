"""Publishers outside: who may speak for whom."""

import pytest

from shared.publishers import Publishers, Refused, kept_as

PUBLISHERS = Publishers("SOME_SETTING", {"oak": ["firm"], "city": ["*"], "*": ["charity"]})


@pytest.mark.parametrize(
    ("name", "firm"), [("oak", "firm"), ("city", "firm"), ("city", "other"), ("anybody", "charity")]
)
def test_a_publisher_speaks_for_the_firms_that_the_setting_names(name: str, firm: str) -> None:
    PUBLISHERS.require(f"/external/{name}", firm)


@pytest.mark.parametrize(("name", "firm"), [("oak", "other"), ("elm", "firm"), ("*", "firm"), ("", "firm")])
def test_nobody_else_speaks(name: str, firm: str) -> None:
    with pytest.raises(Refused, match=r"^publisher-not-allowed: the setting SOME_SETTING"):
        PUBLISHERS.require(f"/external/{name}", firm)


def test_a_firm_that_is_named_is_told_from_every_firm() -> None:
    assert PUBLISHERS.names("/external/oak", "firm")
    assert not PUBLISHERS.names("/external/city", "firm")


def test_the_same_id_of_two_publishers_is_two() -> None:
    assert kept_as("/external/oak", "1") != kept_as("/external/elm", "1")
