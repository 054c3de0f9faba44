"""What a calendar calls things, in each language."""

import json
from pathlib import Path
from typing import get_args

import pytest

import services.notifications
from services.scheduling.words import WORDS, words_in
from shared.events.vocabulary import RelocationStepName, VisitStep

SAID_IN_MESSAGES = Path(services.notifications.__file__).parent / "words"
STEPS = {*get_args(VisitStep), *get_args(RelocationStepName)}


@pytest.mark.parametrize("language", sorted(WORDS))
def test_steps_are_called_as_messages_call_them(language: str) -> None:
    said = json.loads((SAID_IN_MESSAGES / f"{language}.json").read_text(encoding="utf-8"))["codes"]["step"]
    assert WORDS[language].steps == {step: said[step] for step in STEPS}


def test_there_are_words_in_every_language_that_messages_are_written_in() -> None:
    assert {file.stem for file in SAID_IN_MESSAGES.glob("*.json")} == WORDS.keys()


@pytest.mark.parametrize(
    ("language", "visit"),
    [
        ("uk", "Поїздка до Ідзумо"),
        ("uk-UA", "Поїздка до Ідзумо"),
        ("JA", "出雲訪問"),
        ("pl", "Visit"),
        (None, "Visit"),
    ],
)
def test_who_is_written_to_in_a_language_without_words_reads_english(
    language: str | None, visit: str
) -> None:
    assert words_in(language).visit == visit


def test_what_is_not_known_is_left_out_and_a_new_step_is_shown_as_it_is() -> None:
    english, japanese = words_in("en"), words_in("ja")
    assert english.about(english.interview, "") == "Interview"
    assert japanese.about(japanese.due, japanese.step("visa")) == "期限：ビザ（査証）"
    assert english.step("get-dog") == "get dog"
