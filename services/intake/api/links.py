"""Links over HTTP: how a candidate gets in."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Header

from services.intake.api.forms import Accepted, LinkExchange, LinkRequest, TokenAnswer
from services.intake.api.problems import LinkNotValid
from services.intake.domain.links import Link, used
from services.intake.private import send_link, send_notice
from services.intake.store import candidates, links, people
from services.intake.tokens import LIFETIME, Tokens, real_now
from shared.storage.unit import UnitOfWork
from shared.vault import Vault
from shared.web.app import router as new_router
from shared.web.idempotency import hashed
from shared.web.identity import ANYONE
from shared.web.parts import Command, using
from shared.web.problems import documented

router = new_router()
TheTokens = Annotated[Tokens, using(Tokens)]


@router.post("/links", tags=["links"], status_code=202, dependencies=[ANYONE])
async def request_link(request: LinkRequest, command: Command) -> Accepted:
    """Have a new link sent to this address, if somebody has applied with it. The answer does not say which."""

    async def make(unit: UnitOfWork) -> None:
        person = await unit.get(people, unit.using(Vault).fingerprint(request.email.casefold()))
        if person is None:
            return
        await unit.get(candidates, person.candidate_id)
        send_link(unit, person.candidate_id)
        send_notice(unit, person.candidate_id, "link")

    await command(make)
    return Accepted()


@router.post("/links/exchange", tags=["links"], dependencies=[ANYONE], responses=documented(LinkNotValid))
async def exchange_link(
    request: LinkExchange,
    command: Command,
    tokens: TheTokens,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=255)] = None,
) -> TokenAnswer:
    """Exchange a link's code for a token. A code works once; with the same Idempotency-Key for ten minutes."""

    async def make(unit: UnitOfWork) -> Link:
        found = await unit.get(links, hashed(request.code))
        link = None if found is None else used(found, None if key is None else hashed(key), real_now())
        if link is None:
            raise LinkNotValid
        unit.save(links, link)
        return link

    link = await command(make)
    issued_at = link.used_at or real_now()
    return TokenAnswer(
        access_token=tokens.token(link.candidate_id, issued_at),
        candidate_id=link.candidate_id,
        expires_in=(issued_at + LIFETIME - real_now()) // timedelta(seconds=1),
    )


@router.get("/.well-known/jwks.json", tags=["links"], dependencies=[ANYONE], response_model=None)
async def jwks(tokens: TheTokens) -> dict[str, Any]:
    """Show the public key with which candidates' tokens are signed."""
    return tokens.jwks()
