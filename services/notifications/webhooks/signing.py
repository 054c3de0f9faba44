"""Signing deliveries as Standard Webhooks says (https://www.standardwebhooks.com), with a secret for each webhook."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final

from services.notifications.domain.webhooks import DeliveryId, WebhookId
from shared.vault import Vault

PREFIX: Final = "whsec_"


class Secrets:
    """The webhooks' secrets. Each is derived from the master key and the webhook's id, and kept nowhere."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def of(self, webhook_id: WebhookId) -> str:
        """Return a webhook's secret: 32 bytes, as Standard Webhooks writes them."""
        return PREFIX + base64.b64encode(self._raw(webhook_id)).decode()

    def sign(
        self, webhook_id: WebhookId, delivery_id: DeliveryId, body: bytes, at: datetime
    ) -> dict[str, str]:
        """Return the headers that sign this body, sent at this real time."""
        timestamp = str(int(at.timestamp()))
        content = f"{delivery_id}.{timestamp}.".encode() + body
        signature = hmac.new(self._raw(webhook_id), content, hashlib.sha256).digest()
        return {
            "webhook-id": delivery_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
        }

    def _raw(self, webhook_id: WebhookId) -> bytes:
        return bytes.fromhex(self._vault.fingerprint(f"webhook secret {webhook_id}"))
