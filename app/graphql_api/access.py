"""Who asks, tokens, and the audit log."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.domain.roles import Role
from app.graphql_api.connections import BY_ID, After, CursorKind, Edge, First, edges_of, id_cursor
from app.graphql_api.context import Context, Info, actor_of
from app.graphql_api.nodes import Node, computed, shown_as
from app.graphql_api.paging import PageInfo, decode_id
from app.graphql_api.permissions import admin_field, principal_of, read_field
from app.graphql_api.scalars import JSON
from app.graphql_api.user_errors import UserError, attempt
from app.store import entities

AUDIT_CURSOR = CursorKind("audit", BY_ID)


@strawberry.type(description="Who is asking.")
class Viewer:
    name: str = strawberry.field(description="The name of the token.")
    role: Role = strawberry.field(description="What it may do.")
    can_manage_registries: bool = strawberry.field(description="Whether registries and syncs may be managed.")
    can_manage_tokens: bool = strawberry.field(description="Whether tokens may be made, and the audit log read.")


@strawberry.type(description="A bearer token. Its secret was told once, when it was made.")
class ApiToken(Node):
    row: strawberry.Private[entities.ApiToken]
    name: str = strawberry.field(description="To tell it from others.")
    role: Role = strawberry.field(description="What it may do.")
    prefix: str = strawberry.field(description="The first characters, to tell tokens apart.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime | None = strawberry.field(description="When it ends; null: never.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used, to the minute or so.")


@strawberry.type(description="Something that somebody did.")
class AuditEntry:
    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="The name of the token.")
    action: str = strawberry.field(description="What was done, e.g. registry.delete.")
    subject: str = strawberry.field(description="To what, by its name then.")
    detail: JSON = strawberry.field(description="More about it; never a secret.")


@strawberry.type(description="A page of the audit log.")
class AuditEntryConnection:
    edges: list[Edge[AuditEntry]] = strawberry.field(description="The rows with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")

    @computed("The rows alone.")
    def nodes(self) -> list[AuditEntry]:
        return [edge.node for edge in self.edges]


@strawberry.input(description="A token to make.")
class CreateApiTokenInput:
    name: str = strawberry.field(description="To tell it from others, e.g. ci.")
    role: Role = strawberry.field(description="What it may do.")
    expires_at: datetime | None = strawberry.field(default=None, description="When it ends; null: never.")


@strawberry.type(description="What came of making a token.")
class CreateApiTokenPayload:
    api_token: ApiToken | None = strawberry.field(description="The new token.")
    secret: str | None = strawberry.field(description="Shown once.")
    user_errors: list[UserError] = strawberry.field(description="What is to be mended; then nothing was done.")


@strawberry.type(description="What came of revoking a token.")
class RevokeApiTokenPayload:
    revoked_api_token_id: strawberry.ID | None = strawberry.field(description="The id it had.")
    user_errors: list[UserError] = strawberry.field(description="What is to be mended; then nothing was done.")


def token_of(row: entities.ApiToken) -> ApiToken:
    return shown_as(ApiToken, row, row=row)


async def find_token(context: Context, token_id: int) -> ApiToken | None:
    rows = await context.services.authorising.tokens()
    return next((token_of(row) for row in rows if row.id == token_id), None)


@strawberry.type
class AccessQueries:
    """Fields of Query."""

    @read_field(description="Who is asking, and what they may do.")
    def viewer(self, info: Info) -> Viewer:
        caller = principal_of(info)
        return Viewer(
            name=caller.name,
            role=caller.role,
            can_manage_registries=caller.may(Role.MANAGER),
            can_manage_tokens=caller.may(Role.ADMIN),
        )

    @admin_field(description="Tokens that were not revoked, by name.")
    async def api_tokens(self, info: Info) -> list[ApiToken]:
        return [token_of(row) for row in await info.context.services.authorising.tokens()]

    @admin_field(description="What was done here, latest first.")
    async def audit_log(self, info: Info, first: First = 50, after: After = None) -> AuditEntryConnection:
        span = AUDIT_CURSOR.span(first, after, 50)
        behind = list(span.after) if span.after else None
        page = await info.context.services.auditing.page(span.first, behind)
        edges, page_info = edges_of(page, id_cursor(AUDIT_CURSOR), _entry_of, after)
        return AuditEntryConnection(edges=edges, page_info=page_info)


@strawberry.type
class AccessMutations:
    """Fields of Mutation."""

    @admin_field(description="Makes a token; its secret is in this answer and never again.")
    async def create_api_token(
        self,
        info: Info,
        given: Annotated[CreateApiTokenInput, strawberry.argument(name="input", description="The token.")],
    ) -> CreateApiTokenPayload:
        authorising = info.context.services.authorising
        made, errors = await attempt(
            lambda: authorising.create(given.name, given.role, given.expires_at, actor_of(info))
        )
        row, secret = made or (None, None)
        return CreateApiTokenPayload(api_token=token_of(row) if row else None, secret=secret, user_errors=errors)

    @admin_field(description="Ends a token; what it has open is closed within half a minute.")
    async def revoke_api_token(
        self,
        info: Info,
        identity: Annotated[strawberry.ID, strawberry.argument(name="id", description="Which token.")],
    ) -> RevokeApiTokenPayload:
        number = decode_id(identity, "ApiToken")
        _, errors = await attempt(lambda: info.context.services.authorising.revoke(number, actor_of(info)))
        return RevokeApiTokenPayload(revoked_api_token_id=None if errors else identity, user_errors=errors)


def _entry_of(row: entities.AuditEntry) -> AuditEntry:
    return shown_as(AuditEntry, row)
