"""Links over HTTP: how a candidate gets in."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Header
from pydantic import ConfigDict, Field, StringConstraints

from services.intake.api.problems import LinkNotValid
from services.intake.domain.links import Link, used
from services.intake.private import send_link, send_notice
from services.intake.store import candidates, links, people
from services.intake.tokens import LIFETIME, Tokens, real_now
from shared.events.ids import CandidateId
from shared.events.value import Value
from shared.storage.unit import UnitOfWork
from shared.vault import Vault
from shared.web.app import router as new_router
from shared.web.contacts import Email
from shared.web.idempotency import LONGEST_KEY, hashed
from shared.web.identity import ANYONE
from shared.web.parts import Command, using
from shared.web.problems import documented

router = new_router()
TheTokens = Annotated[Tokens, using(Tokens)]
OptionalKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Chosen by you, the same when you try again: it gets the same code's token once more",
        max_length=LONGEST_KEY,
    ),
]


class LinkRequest(Value):
    """Whom to send a new link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "lukasz@example.org"}]})

    email: Email = Field(repr=False, examples=["lukasz@example.org"])
    """The address that was given in the application."""


class LinkExchange(Value):
    """The code of a link."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "Yx3nHfW0q7rV5tBzK1mPd8sLc2aJ9eUg4oTi6wRkQNA"}]}
    )

    code: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{16,128}$")] = Field(repr=False)
    """What stands after the # of the link in the mail."""


class TokenAnswer(Value):
    """A bearer token for the candidate whom the link was sent to."""

    access_token: str = Field(repr=False)
    """The token: send it as `Authorization: Bearer <token>` to any of the services."""
    token_type: str = "Bearer"  # noqa: S105  a name, not a secret
    """How it is to be sent: `Bearer`."""
    candidate_id: CandidateId
    expires_in: int
    """In seconds."""


class Accepted(Value):
    """It was understood; what comes of it is not said here."""

    accepted: bool = True
    """Always true."""


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
    key: OptionalKey = None,
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


@router.get(
    "/.well-known/jwks.json",
    tags=["links"],
    dependencies=[ANYONE],
    response_model=None,
    response_description="The key, as a JSON Web Key Set",
)
async def jwks(tokens: TheTokens) -> dict[str, Any]:
    """Show the public key with which candidates' tokens are signed."""
    return tokens.jwks()
