"""Unsubscribing: the token in a mail's headers, with which whoever has the mail switches its like off.

Nothing is stored for it: a token is the message's id, and what nobody can make without the master key. It is good for
as long as the message is known and its recipient was not erased.
"""

import hmac

from shared.events.ids import MessageId
from shared.vault import Vault

_ID_LENGTH = 32


def token_of(vault: Vault, message_id: MessageId) -> str:
    """Return the token that a message carries: 96 hexadecimal digits, fit for a URL."""
    return message_id + vault.fingerprint(f"unsubscribe {message_id}")


def message_of(vault: Vault, token: str) -> MessageId | None:
    """Return the message that carries this token; None where nobody got such a one from us."""
    try:
        message_id = MessageId(token[:_ID_LENGTH])
    except ValueError:
        return None
    return message_id if hmac.compare_digest(token_of(vault, message_id), token) else None
