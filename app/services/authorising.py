"""Tokens: made, recognised, revoked."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import Invalid, NotFound
from app.domain.roles import Role
from app.services import auditing
from app.services.clock import Clock, utc_now
from app.store import access
from app.store.entities import ApiToken
from app.store.kept import Kept
from app.store.session import Store

TOKEN_MARK = "chartroom_"  # noqa: S105 - the beginning of every token, by which secret scanners know it
SECRET_BYTES = 32
PREFIX_CHARACTERS = len(TOKEN_MARK) + 4
USE_NOTED_EVERY = timedelta(minutes=1)  # a write for each request would cost more than the request
TOKENS_KEPT = 1_000  # some hundred bytes each, as long as nothing in the store changes
ENVIRONMENT_TOKEN_NAME = "CHARTROOM_ADMIN_TOKEN"  # noqa: S105

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as their token says. `token_id` is None for the token given in the environment."""

    name: str
    role: Role
    token_id: int | None

    def may(self, role: Role) -> bool:
        """Whether the caller may do what `role` may."""
        order = list(Role)
        return order.index(self.role) >= order.index(role)


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Authorising:
    """Knows callers by their tokens."""

    def __init__(self, store: Store, admin_token: str | None = None, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock
        self._admin_hash = hash_of(admin_token) if admin_token else None
        self._known: Kept[str, ApiToken] = Kept(store.revision, TOKENS_KEPT)
        """By hash. A revocation is a commit, after which nothing here is given any more."""
        self._used: dict[int, datetime] = {}
        """By token, when it was used; since its use was written last."""
        self._noted: dict[int, datetime] = {}

    async def recognise(self, secret: str) -> Caller | None:
        """The caller with this token, or None where it is unknown, revoked or past its end."""
        given = hash_of(secret)
        if self._admin_hash is not None and secrets.compare_digest(given, self._admin_hash):
            return Caller(ENVIRONMENT_TOKEN_NAME, Role.ADMIN, None)
        now = self._clock()
        token = self._known.find(given)
        if token is None:
            revision = self._store.revision.current()
            async with self._store.reading() as session:
                token = await access.find_usable_token(session, given, now)
            if token is not None:
                self._known.keep(given, token, revision)
        # The database compared hashes; comparing them again in constant time costs nothing.
        if token is None or not secrets.compare_digest(token.secret_hash, given):
            return None
        if token.expires_at is not None and token.expires_at <= now:
            return None
        await self._note_use(token, now)
        return Caller(token.name, token.role, token.id)

    async def _note_use(self, token: ApiToken, now: datetime) -> None:
        """All that were used since are written along with one that is due: each write moves the revision.

        A database that is busy writing lets callers in nevertheless; the next request notes it.
        """
        self._used[token.id] = now
        noted = self._noted.get(token.id) or token.last_used_at
        if noted is not None and now - noted <= USE_NOTED_EVERY:
            return
        used, self._used = self._used, {}
        before = self._noted
        self._noted = before | used  # whoever comes while it is written need not write it too
        try:
            async with self._store.writing() as session:
                for token_id, at in used.items():
                    await access.mark_used(session, token_id, at)
        except SQLAlchemyError as fault:
            self._noted = before
            self._used = used | self._used
            log.warning("token.use_not_noted", reason=type(fault).__name__)

    async def tokens(self) -> list[ApiToken]:
        async with self._store.reading() as session:
            return await access.tokens(session)

    async def has_tokens(self) -> bool:
        async with self._store.reading() as session:
            return await access.count_tokens(session) > 0

    async def create(self, name: str, role: Role, expires_at: datetime | None, actor: str) -> tuple[ApiToken, str]:
        """The token and its secret, which is told this once."""
        name = name.strip()
        if not name or len(name) > 200:
            raise Invalid("A token needs a name of 1 to 200 characters, to tell it from others.", "input", "name")
        now = self._clock()
        if expires_at is not None and expires_at <= now:
            raise Invalid("expiresAt lies in the past: the token would never work.", "input", "expiresAt")
        secret = TOKEN_MARK + secrets.token_urlsafe(SECRET_BYTES)
        token = ApiToken(
            name=name,
            role=role,
            prefix=secret[:PREFIX_CHARACTERS],
            secret_hash=hash_of(secret),
            created_at=now,
            expires_at=expires_at,
        )
        async with self._store.writing() as session:
            session.add(token)
            auditing.record(session, self._clock, actor, "token.create", name, role=role.value)
        return token, secret

    async def revoke(self, token_id: int, actor: str) -> None:
        async with self._store.writing() as session:
            token = await access.find_token(session, token_id)
            if token is None or token.revoked_at is not None:
                raise NotFound("There is no such token; it may have been revoked already.", "id")
            token.revoked_at = self._clock()
            session.add(token)
            auditing.record(session, self._clock, actor, "token.revoke", token.name)
