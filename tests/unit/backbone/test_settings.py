"""Settings refuse what could not work, and name it."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.settings import Settings


def settings(**others: Any) -> Settings:
    return Settings.model_validate(
        {
            "database": "toy",
            "port": 0,
            "auth_issuer": "http://issuer.local",
            "auth_jwks_url": "file:///nowhere",
            "candidate_jwks_url": "file:///nowhere",
            **others,
        }
    )


def test_defaults_are_accepted() -> None:
    assert settings().prefetch >= settings().batch_size


@pytest.mark.parametrize(
    ("others", "named"),
    [
        ({"batch_size": 201}, "PREFETCH"),
        ({"prefetch": 99}, "BATCH_SIZE"),
        ({"inbox_days": 365}, "INBOX_DAYS"),
        ({"history_days": 400}, "HISTORY_DAYS"),
        ({"outgoing_claim_seconds": 8}, "OUTGOING_CLAIM_SECONDS"),
        ({"batch_size": 0}, "batch_size"),
        ({"retry_delays": (5, 0)}, "retry_delays"),
        ({"lease_seconds": -1}, "lease_seconds"),
    ],
)
def test_what_could_not_work_is_refused_by_name(others: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        settings(**others)
