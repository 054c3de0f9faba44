"""Who is calling: bearer tokens, and who may call what."""

import asyncio
import json
import time
import urllib.request
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64decode

from shared.settings import Settings
from shared.web.problems import Forbidden, Unauthenticated, Unavailable

ALGORITHMS = ["RS256", "EdDSA", "Ed25519"]
INTAKE_ISSUER = "enmusubi-intake"
LEEWAY = 30
"""Seconds by which clocks of issuers may differ from ours."""
REFRESH_AFTER = 5.0
"""Seconds for which an issuer's keys are not asked for again, whatever tokens come."""


class Role(StrEnum):
    """What a caller is to the programme."""

    STAFF = "staff"
    FIRM = "firm"
    CANDIDATE = "candidate"
    TEACHER = "teacher"
    INTERPRETER = "interpreter"
    CITY = "city"
    BANK = "bank"
    SERVICE = "service"


ROLES = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a valid token."""

    person_id: str
    roles: frozenset[Role]
    firm_id: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether staff is calling."""
        return Role.STAFF in self.roles

    def must_be(self, *persons: str) -> None:
        """Raise Forbidden unless the caller is one of these persons (a firm by its firm_id), or staff."""
        own = {self.person_id} | ({self.firm_id} if self.firm_id and Role.FIRM in self.roles else set())
        if not (self.is_staff or own.intersection(persons)):
            raise Forbidden("it belongs to somebody else")


class Keys:
    """An issuer's public keys, fetched when first needed and again when a key is not among them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: KeySet | None = None
        self._fetched = 0.0

    async def get(self, key_id: str | None) -> KeySet:
        """Return the keys; raises Unavailable where they cannot be fetched."""
        if self._keys is None or (not self._has(key_id) and time.monotonic() > self._fetched + REFRESH_AFTER):
            self._fetched = time.monotonic()
            try:
                self._keys = await asyncio.to_thread(_fetch, self._url)
            except (OSError, ValueError, KeyError, JoseError) as error:
                raise Unavailable from error
        return self._keys

    def _has(self, key_id: str | None) -> bool:
        return self._keys is not None and any(key.kid == key_id for key in self._keys.keys)


def _fetch(url: str) -> KeySet:
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  the operator's own setting
        return KeySet.import_key_set(json.load(answer))


class Identity:
    """Checks tokens: those of the issuer that settings name, and intake's own for candidates alone."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer_keys = Keys(settings.auth_jwks_url)
        self._candidate_keys = Keys(settings.candidate_jwks_url)

    async def caller(self, token: str) -> Caller:
        """Return who the token speaks for; raises Unauthenticated."""
        issuer, key_id = _unverified(token)
        own = issuer == INTAKE_ISSUER
        if not own and issuer != self._settings.auth_issuer:
            raise Unauthenticated("the token is of an issuer that is not known here")
        claims = await self._verified(
            token, self._candidate_keys if own else self._issuer_keys, key_id, issuer
        )
        if own:  # intake's key speaks for candidates, whatever its tokens say
            return Caller(str(claims["sub"]), frozenset({Role.CANDIDATE}))
        return self._from_claims(claims)

    async def _verified(self, token: str, keys: Keys, key_id: str | None, issuer: str) -> dict[str, Any]:
        available = await keys.get(key_id)
        try:
            decoded = jwt.decode(token, available, algorithms=ALGORITHMS)
            self._claims(issuer).validate(decoded.claims)
        except ExpiredTokenError as error:
            raise Unauthenticated("the token has run out; get a new one") from error
        except Exception as error:  # whatever a made-up token leads the library to raise, it is not valid
            raise Unauthenticated(f"the token is not valid: {type(error).__name__}") from error
        return decoded.claims

    def _claims(self, issuer: str) -> jwt.JWTClaimsRegistry:
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": issuer},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        if self._settings.auth_audience and issuer != INTAKE_ISSUER:
            wanted["aud"] = {"essential": True, "value": self._settings.auth_audience}
        return jwt.JWTClaimsRegistry(leeway=LEEWAY, **wanted)

    def _from_claims(self, claims: dict[str, Any]) -> Caller:
        named = claims.get(self._settings.auth_roles_claim, [])
        known = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
        roles = frozenset(Role(one) for one in ROLES.intersection(known))
        firm = claims.get(self._settings.auth_firm_claim)
        return Caller(str(claims["sub"]), roles, firm if isinstance(firm, str) else None)


def _unverified(token: str) -> tuple[str, str | None]:
    """Read issuer and key id of a token, to know which key to check it with; nothing else is believed yet."""
    try:
        header, payload, _ = (_decoded(part) for part in token.split("."))
        return str(payload["iss"]), header.get("kid")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unauthenticated("that is not a token") from error


def _decoded(part: str) -> dict[str, Any]:
    try:
        return dict(json.loads(urlsafe_b64decode(part.encode())))
    except ValueError:  # the signature, which is not JSON
        return {}


async def _caller(request: Request) -> Caller:
    """Return who is calling; a token is checked once in a request, however often that is asked."""
    if not hasattr(request.state, "caller"):
        request.state.caller = await _checked(request)
    caller: Caller = request.state.caller
    return caller


async def _checked(request: Request) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("send the header Authorization: Bearer <token>")
    caller: Caller = await request.app.state.identity.caller(token.strip())
    return caller


class Allow:
    """A dependency that lets these roles through; with none, anyone, with or without a token."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    async def __call__(self, request: Request) -> Caller | None:
        """Return the caller; raises Unauthenticated or Forbidden."""
        if not self.roles:
            return None
        caller = await _caller(request)
        if not self.roles.intersection(caller.roles):
            raise Forbidden(f"this is for: {', '.join(sorted(self.roles))}")
        return caller


class AllowAnyone(Allow):
    """A dependency that lets anyone through, and says who it is where a token is sent."""

    async def __call__(self, request: Request) -> Caller | None:
        """Return the caller, or None for somebody without a token; raises Unauthenticated."""
        if "authorization" not in request.headers:
            return None
        return await _caller(request)


ANYONE = Depends(Allow())
AnyoneOrKnown = Annotated[Caller | None, Depends(AllowAnyone())]
Staff = Annotated[Caller, Depends(Allow(Role.STAFF))]
StaffOrCandidate = Annotated[Caller, Depends(Allow(Role.STAFF, Role.CANDIDATE))]
StaffOrFirm = Annotated[Caller, Depends(Allow(Role.STAFF, Role.FIRM))]
StaffFirmOrCandidate = Annotated[Caller, Depends(Allow(Role.STAFF, Role.FIRM, Role.CANDIDATE))]
StaffOrService = Annotated[Caller, Depends(Allow(Role.STAFF, Role.SERVICE))]
Firm = Annotated[Caller, Depends(Allow(Role.FIRM))]
Candidate = Annotated[Caller, Depends(Allow(Role.CANDIDATE))]
StaffOrTeacher = Annotated[Caller, Depends(Allow(Role.STAFF, Role.TEACHER))]
InterviewParty = Annotated[Caller, Depends(Allow(Role.STAFF, Role.CANDIDATE, Role.FIRM, Role.INTERPRETER))]
LessonParty = Annotated[Caller, Depends(Allow(Role.STAFF, Role.CANDIDATE, Role.TEACHER))]
Participant = Annotated[
    Caller, Depends(Allow(Role.STAFF, Role.CANDIDATE, Role.FIRM, Role.TEACHER, Role.INTERPRETER))
]


def allowed(route: APIRoute) -> Allow | None:
    """Return what a route says of who may call it; None where it says nothing."""
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        if isinstance(dependant.call, Allow):
            return dependant.call
        waiting.extend(dependant.dependencies)
    return None
