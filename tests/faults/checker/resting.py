"""Rest: nothing is left to be done, and what is parked is what was meant to be."""

from collections import Counter
from collections.abc import Iterator

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.verdict import Finding, Promise


def judge_resting(evidence: Evidence) -> Iterator[Finding]:
    """Look for what has not come to an end."""
    for line in evidence.unrest:
        yield Finding("stuck", line)
    for queue, depth in evidence.queues.items():
        if depth != 0:
            held = "does not exist" if depth < 0 else f"still holds {depth} messages"
            yield Finding("stuck", f"queue {queue} {held}")
    for entry in evidence.outbox:
        if entry.state != "published":
            yield Finding("stuck", f"{entry.name} is still {entry.state}")
    for one in evidence.outgoing:
        yield Finding("stuck", f"{one.service} has not done {one.kind} {one.key}")
    yield from _timers(evidence)
    yield from _parked(evidence)


def _timers(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.timers:
        if one.due_at <= evidence.now:
            text = f"{one.service} has not done {one.kind} {one.key}, due at {one.due_at.isoformat()}"
            yield Finding("stuck", text)
    set_for = {one.key for one in evidence.timers if one.service == "notifications"}
    for message_id, message in evidence.collection("notifications", "messages").items():
        if message["state"] == "gathering" and message_id not in set_for:
            yield Finding("stuck", f"message {message_id} is gathered, and no timer will send it")


def _parked(evidence: Evidence) -> Iterator[Finding]:
    """What was injected is parked, for its reason; and nothing else is.

    It may be parked once more than it was put there: moved, and delivered again as the move could not be acknowledged.
    """
    parked = Counter((one.queue, one.message_id) for one in evidence.parked)
    injected = Counter((one.queue, one.message_id) for one in evidence.injected)
    for (queue, message_id), count in (parked - injected).items():
        reasons = {
            one.reason for one in evidence.parked if (one.queue, one.message_id) == (queue, message_id)
        }
        promise: Promise = "parked_again" if (queue, message_id) in injected else "stuck"
        yield Finding(promise, f"{message_id} of {queue} is parked ({count} too many): {reasons}")
    for (queue, message_id), count in (injected - parked).items():
        yield Finding("lost", f"garbage {message_id} was put on {queue}, and is not parked ({count} too few)")
    for one in evidence.parked:
        if one.reason is None:
            yield Finding("stuck", f"{one.message_id} of {one.queue} is parked for no reason")
    yield from _reasons(evidence)


def _reasons(evidence: Evidence) -> Iterator[Finding]:
    found = {(one.queue, one.message_id): one.reason for one in evidence.parked}
    for one in evidence.injected:
        reason = found.get((one.queue, one.message_id))
        if one.reason is not None and reason not in {None, one.reason}:
            text = f"{one.kind} {one.message_id} of {one.queue} is parked as {reason}, not as {one.reason}"
            yield Finding("stuck", text)
