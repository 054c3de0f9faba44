"""Hours of the week: what is taken for a time of day, and how it is written."""

import json
import re
from datetime import time

import pytest
from pydantic import ValidationError

from services.scheduling.api.hours import HoursForm, HoursView


@pytest.mark.parametrize("written", ["00:00", "09:00", "09:00:00", "09:00:00.000", "23:58"])
def test_a_time_of_day_without_an_offset_is_taken(written: str) -> None:
    taken = HoursForm.model_validate_json(
        json.dumps({"begins": "00:00", "ends": "23:59"} | {"begins": written})
    )
    assert taken.begins == time.fromisoformat(written)


@pytest.mark.parametrize(
    "written", ["09:00Z", "09:00+09:00", "09:00:30", "24:00", "9:00", "09:00\n", 32_400, True, None]
)
def test_what_is_none_or_might_mean_something_else_is_refused(written: object) -> None:
    with pytest.raises(ValidationError) as refused:
        HoursForm.model_validate_json(json.dumps({"begins": written, "ends": "23:59"}))
    assert "such as 09:00" in refused.value.errors()[0]["msg"]


def test_hours_are_written_as_their_schema_says() -> None:
    view = HoursView(begins=time(9), ends=time(20, 30))
    schema = HoursView.model_json_schema()["properties"]
    for name, written in json.loads(view.model_dump_json()).items():
        assert re.search(schema[name]["pattern"], written)
        assert "format" not in schema[name]
