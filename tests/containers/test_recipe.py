"""What the images and the compose file are made from; these tests need no Docker."""

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from deploy import pinned
from deploy.keys import main, share
from deploy.local.keys import make_keys
from services.intake.app import IntakeSettings
from services.matching.app import MatchingSettings
from services.notifications.app import NotificationsSettings
from services.scheduling.app import SchedulingSettings
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS: list[type[Settings]] = [IntakeSettings, MatchingSettings, SchedulingSettings, NotificationsSettings]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_compose_file_gives_a_service_what_it_must_have(settings: type[Settings]) -> None:
    name = settings.model_fields["database"].default
    given = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"][name]["environment"]
    fields = {field.upper(): one for field, one in settings.model_fields.items()}
    assert not [field for field, one in fields.items() if one.is_required() and not given.get(field)]
    assert given.keys() <= fields.keys()
    assert given["PORT"] == str(settings.model_fields["port"].default)


def test_no_service_gets_a_private_key_of_another(tmp_path: Path) -> None:
    share(make_keys(tmp_path / "all"), tmp_path)
    shared = {
        reader: {file.name for file in (tmp_path / reader).iterdir()}
        for reader in ("intake", "notifications", "public")
    }
    assert shared == {
        "intake": {"intake-signing.pem", "intake-master.key"},
        "notifications": {"notifications.pem", "notifications-master.key"},
        "public": {"issuer.jwks.json", "notifications.pub.json"},
    }


def test_keys_are_made_once(tmp_path: Path) -> None:
    main(["make", "--folder", str(tmp_path)])
    before = (tmp_path / "intake" / "intake-master.key").read_bytes()
    main(["make", "--folder", str(tmp_path)])
    assert (tmp_path / "intake" / "intake-master.key").read_bytes() == before


def test_every_package_of_the_lock_file_is_found_with_its_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    blocks = list(pinned.BLOCK.finditer(lock))
    assert len(blocks) == len([line for line in lock.splitlines() if "==" in line and line[0] not in " #"])
    assert sum(block[0].count("--hash=") for block in blocks) == lock.count("--hash=")


def test_an_image_wants_its_own_extra_and_no_other() -> None:
    wanted = " ".join(pinned.wanted(ROOT / "pyproject.toml", ["intake"]))
    assert "pycountry" in wanted
    assert "jinja2" not in wanted
