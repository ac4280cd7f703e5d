"""Who may ask for which field. Default deny: a root field without a rule keeps the service from starting.

A rule sits on every field of Query, Mutation and Subscription, and on nested fields that need more than the
field they were reached by. `@read_field`, `@manage_field`, `@admin_field` and the subscriptions put it there.
"""

import inspect
from collections.abc import Iterable
from typing import Any, Final, Protocol

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver, SyncExtensionResolver
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from app.domain.roles import Role
from app.graphql_api.errors import Forbidden, Unauthenticated
from app.services.authorising import Caller

_ROOTS: Final = ("Query", "Mutation", "Subscription")


class MissingRule(Exception):
    """A field that needs a rule has none; names every such field."""


class HasPrincipal(Protocol):
    """The least the door asks of a context."""

    principal: Caller | None


class RoleRule(FieldExtension):
    """Lets a field through for callers whose role reaches; raises Unauthenticated or Forbidden."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **arguments: Any) -> Any:
        self.check(info)
        return next_(source, info, **arguments)

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **arguments: Any
    ) -> Any:
        self.check(info)
        answer: Any = next_(source, info, **arguments)
        # A subscription's resolver gives its stream at once, there is nothing to await.
        return await answer if inspect.isawaitable(answer) else answer

    def check(self, info: strawberry.Info) -> None:
        """Raises Unauthenticated, Forbidden."""
        if not principal_of(info).may(self.role):
            raise Forbidden(f"{info.field_name} needs a token with the role {self.role.value}.")


def principal_of(info: strawberry.Info) -> Caller:
    """Raises Unauthenticated where there is none."""
    principal: Caller | None = info.context.principal
    if principal is None:
        raise Unauthenticated
    return principal


def read_field(resolver: Any = None, **options: Any) -> StrawberryField:
    """`strawberry.field` for READER and above."""
    return strawberry.field(resolver, **_with_rule(Role.READER, options))


def manage_field(resolver: Any = None, **options: Any) -> StrawberryField:
    """`strawberry.field` for MANAGER and above; below, the field is an error and not null."""
    return strawberry.field(resolver, **_with_rule(Role.MANAGER, options))


def admin_field(resolver: Any = None, **options: Any) -> StrawberryField:
    """`strawberry.field` for ADMIN."""
    return strawberry.field(resolver, **_with_rule(Role.ADMIN, options))


def read_subscription(resolver: Any = None, **options: Any) -> StrawberryField:
    """`strawberry.subscription` for READER and above."""
    return strawberry.subscription(resolver, **_with_rule(Role.READER, options))


def manage_subscription(resolver: Any = None, **options: Any) -> StrawberryField:
    """`strawberry.subscription` for MANAGER and above."""
    return strawberry.subscription(resolver, **_with_rule(Role.MANAGER, options))


def fields_without_rule(schema: strawberry.Schema, sensitive: Iterable[tuple[str, str]] = ()) -> list[str]:
    """`Type.field` of each root field, and each sensitive one (GraphQL names), that has no rule."""
    wanted: list[tuple[str, str | None]] = [(root, None) for root in _ROOTS]
    wanted += sensitive
    missing: list[str] = []
    for type_name, field_name in wanted:
        definition = schema.get_type_by_name(type_name)
        fields = definition.fields if isinstance(definition, StrawberryObjectDefinition) else []
        found = {schema.config.name_converter.get_graphql_name(field): field for field in fields}
        names = sorted(found) if field_name is None else [field_name]
        missing += [f"{type_name}.{name}" for name in names if name not in found or not _has_rule(found[name])]
    return missing


def assert_every_field_has_a_rule(schema: strawberry.Schema, sensitive: Iterable[tuple[str, str]] = ()) -> None:
    """Raises MissingRule; a sensitive field that the schema does not have counts as missing too."""
    if missing := fields_without_rule(schema, sensitive):
        raise MissingRule(f"no rule says who may ask for {', '.join(missing)}")


def _has_rule(field: Any) -> bool:
    return any(isinstance(extension, RoleRule) for extension in field.extensions)


def _with_rule(role: Role, options: dict[str, Any]) -> dict[str, Any]:
    # The last extension is the outermost: the rule speaks before anything else runs.
    return {**options, "extensions": [*options.get("extensions", ()), RoleRule(role)]}
