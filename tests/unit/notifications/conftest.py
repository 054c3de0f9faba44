"""A vault, for what is sealed, signed or made up from the master key."""

import base64

import pytest

from shared.vault import Vault


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    file = tmp_path_factory.mktemp("keys") / "master.key"
    file.write_text(base64.b64encode(bytes(32)).decode())
    return Vault(file)
