"""Mails: each message that was sent is one mail, counted by Message-ID."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from tests.faults.checker.evidence import Evidence, Mail
from tests.faults.checker.verdict import Finding

BEFORE = timedelta(seconds=1)
"""By how much a kill may be noted before the mail that it met on its way was filed."""
DIALOGUE = timedelta(seconds=20)
"""How long after its mail was filed notifications may still be at that message: the database may be away so long."""


def judge_mailing(evidence: Evidence) -> Iterator[Finding]:
    """Compare the mails with the messages."""
    mails: dict[str, list[Mail]] = defaultdict(list)
    for mail in evidence.mails:
        mails[mail.message_id].append(mail)
    messages = evidence.collection("notifications", "messages")
    for message_id, message in messages.items():
        if message["state"] == "sent" and message_id not in mails:
            yield Finding("lost", f"message {message_id} ({message['template']}) was sent, and is no mail")
    for message_id, copies in mails.items():
        found = messages.get(message_id)
        if found is None or found["state"] not in {"sent", "dropped"}:
            state = "nobody's" if found is None else found["state"]
            yield Finding("duplicated", f"mail {message_id} was filed, and its message is {state}")
        yield from _again(evidence, copies)


def _again(evidence: Evidence, copies: Sequence[Mail]) -> Iterator[Finding]:
    for first, again in pairwise(copies):
        text = f"mail {again.message_id} was filed at {first.filed_at} and again at {again.filed_at}"
        if _was_disturbed(evidence, first, again):
            yield Finding("smtp_repeats", text)
        else:
            yield Finding("duplicated", f"{text}, and notifications was not killed in between")


def _was_disturbed(evidence: Evidence, first: Mail, again: Mail) -> bool:
    """Say whether notifications was killed, or frozen for longer than others waited for it, at that message."""
    until = min(again.filed_at, first.filed_at + DIALOGUE)
    return any(
        one.service == "notifications" and one.begun <= until and one.ended >= first.filed_at - BEFORE
        for one in evidence.disturbances
    )
