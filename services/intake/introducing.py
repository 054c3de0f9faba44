"""Introducing: all that is sealed of somebody who applies, for intake and for notifications."""

from dataclasses import dataclass, field

from services.intake.private import LinkMade, contact_of, make_link
from services.intake.tokens import Tokens
from shared.events.ids import CandidateId
from shared.sealing import Sealer
from shared.vault import PersonKey, Vault
from shared.web.contacts import Contact


@dataclass(frozen=True, kw_only=True, slots=True)
class Introduction:
    """A candidate's key, and what is sealed of them."""

    candidate_id: CandidateId
    key: PersonKey = field(repr=False)
    kept: str
    """The contact, sealed with the candidate's own key."""
    told: str
    """The contact, sealed for notifications."""
    link: LinkMade


class Introducer:
    """Seals what there is of somebody who applies.

    That takes longer than all the rest of an application, and units of work wait for each other. So it is done
    before a unit begins, where nothing has to be read for it: meanwhile, others are committed.
    """

    def __init__(self, vault: Vault, sealer: Sealer, tokens: Tokens) -> None:
        self._vault = vault
        self._sealer = sealer
        self._tokens = tokens

    def introduce(
        self,
        candidate_id: CandidateId,
        contact: Contact,
        *,
        language: str,
        time_zone: str,
        key: PersonKey | None = None,
    ) -> Introduction:
        """Seal a contact and a new link, with a new key where the candidate has none."""
        key = key or self._vault.new_key(candidate_id)
        return Introduction(
            candidate_id=candidate_id,
            key=key,
            kept=self._vault.seal(key, contact),
            told=self._sealer.seal(contact_of(candidate_id, contact, language, time_zone)),
            link=make_link(candidate_id, self._tokens, self._sealer),
        )
