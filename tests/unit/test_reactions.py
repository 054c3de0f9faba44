"""Every event that a service reads has a reaction, and there is none to anything else."""

import importlib

import pytest

from shared.events.readers import READERS
from shared.messaging.reactions import Reactions


@pytest.mark.parametrize("service", READERS)
def test_a_service_reacts_to_all_that_it_reads(service: str) -> None:
    reactions = importlib.import_module(f"services.{service}.reactions").reactions
    assert isinstance(reactions, Reactions)
    assert reactions.events == READERS[service]
