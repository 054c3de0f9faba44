"""The checker has the contract written down by hand; here it is held against the one that the services go by."""

from shared.events.event import EVENTS
from shared.events.readers import READERS
from shared.events.told import TOLD as SERVICES_TOLD
from tests.faults.checker.contract import ONCE, READS, TOLD


def test_the_checker_knows_who_reads_what() -> None:
    assert {service: {event.type for event in events} for service, events in READERS.items()} == {
        service: set(kinds) for service, kinds in READS.items()
    }


def test_the_checker_knows_who_is_told_what() -> None:
    services = {(one.event.type, one.recipient, one.template, one.gathered) for one in SERVICES_TOLD}
    checkers = {(kind, row.role, row.template, row.gathered) for kind, rows in TOLD.items() for row in rows}
    assert checkers == services


def test_the_checker_knows_what_has_to_be_so_for_a_message() -> None:
    services = {(one.event.type, one.template) for one in SERVICES_TOLD if one.when is not None}
    assert {(kind, row.template) for kind, rows in TOLD.items() for row in rows if row.field} == services


def test_what_happens_once_is_told_by_events_that_there_are() -> None:
    assert set(ONCE) <= {event.type for event in EVENTS.values()}
