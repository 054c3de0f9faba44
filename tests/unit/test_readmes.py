"""The services' READMEs: each problem, setting and event has its words."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

import services
from services.intake.app import IntakeSettings
from services.matching.app import MatchingSettings
from services.notifications.app import NotificationsSettings
from services.scheduling.app import SchedulingSettings
from shared.events import EVENTS
from shared.settings import Settings
from shared.web.problems import Problem

ROOT = Path(services.__file__).parent
SETTINGS: dict[str, type[BaseSettings]] = {
    "intake": IntakeSettings,
    "matching": MatchingSettings,
    "notifications": NotificationsSettings,
    "scheduling": SchedulingSettings,
}


def readme(service: str = "") -> str:
    return (ROOT / service / "README.md").read_text(encoding="utf-8")


def problems(service: str = "") -> set[str]:
    """Return the types of the problems that a service's own modules, or the shared ones, define."""
    home = f"services.{service}." if service else "shared.web."
    for module in pkgutil.walk_packages([str(ROOT / service)], home) if service else ():
        if "__main__" not in module.name:
            importlib.import_module(module.name)
    return {kind.type for kind in Problem.__subclasses__() if kind.__module__.startswith(home)}


@pytest.mark.parametrize("service", ["", *SETTINGS])
def test_every_problem_is_explained(service: str) -> None:
    assert [one for one in sorted(problems(service)) if f"`{one}`" not in readme(service)] == []


@pytest.mark.parametrize("service", SETTINGS)
def test_every_setting_of_a_service_is_explained(service: str) -> None:
    own = SETTINGS[service].model_fields.keys() - Settings.model_fields.keys()
    assert [name.upper() for name in sorted(own) if f"`{name.upper()}`" not in readme(service)] == []


def test_every_setting_of_all_services_is_explained() -> None:
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in readme()] == []


@pytest.mark.parametrize("service", SETTINGS)
def test_every_event_that_a_service_publishes_is_named(service: str) -> None:
    text = readme(service)
    own = sorted(event.type for event in EVENTS.values() if event.source == service)
    assert [one for one in own if not any(f"`{name}`" in text for name in names(one))] == []


def names(event_type: str) -> list[str]:
    """Return what a list may call an event: ``candidate-applied``, or ``-applied`` after others of a candidate."""
    return [event_type, f"-{event_type.rpartition('-')[2]}"]
