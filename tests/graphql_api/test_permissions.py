from collections.abc import AsyncIterator
from typing import Any

import pytest
import strawberry

from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.permissions import MissingRule, fields_without_rule, read_field
from app.services.authorising import Caller
from tests.graphql_api.toy_schema import ADMIN, MANAGER, READER, Query, ToyContext, toy_schema

SCHEMA = toy_schema()


async def code(principal: Caller | None, query: str) -> str | None:
    """The code of the first error, None where the operation was let through."""
    stream = await SCHEMA.stream(query, context_value=ToyContext(principal))
    results = [result async for result in stream]
    return results[0].errors[0].extensions["code"] if results[0].errors else None


@pytest.mark.parametrize(
    ("query", "reader", "manager", "admin"),
    [
        ("{hello}", None, None, None),
        ("{secrets}", "FORBIDDEN", "FORBIDDEN", None),
        ('mutation{rename(name:"x")}', "FORBIDDEN", None, None),
        ("subscription{count(to:1)}", None, None, None),
        ("subscription{news}", "FORBIDDEN", None, None),
        ("{named(ids:[1]){... on Book{price}}}", "FORBIDDEN", None, None),
    ],
)
async def test_field_is_given_to_roles_that_reach(query: str, reader: Any, manager: Any, admin: Any) -> None:
    assert [await code(who, query) for who in (READER, MANAGER, ADMIN)] == [reader, manager, admin]
    assert await code(None, query) == "UNAUTHENTICATED"


async def test_refusal_names_field_and_role() -> None:
    result = await SCHEMA.execute("{secrets}", context_value=ToyContext(READER))
    assert result.errors and result.errors[0].message == "secrets needs a token with the role ADMIN."
    assert result.data == {"secrets": None}


@strawberry.type
class Bare:
    @strawberry.field
    def bare(self) -> int:
        return 1

    @read_field
    def ruled(self) -> int:
        return 1


@strawberry.type
class BareSubscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        yield 1


Bare_as_query = strawberry.type(type("Query", (Bare,), {}))
Bare_as_mutation = strawberry.type(type("Mutation", (Bare,), {}))
Bare_as_subscription = strawberry.type(type("Subscription", (BareSubscription,), {}))


@pytest.mark.parametrize(
    ("roots", "named"),
    [
        ((Bare_as_query,), "Query.bare"),
        ((Query, Bare_as_mutation), "Mutation.bare"),
        ((Query, None, Bare_as_subscription), "Subscription.ticks"),
    ],
)
def test_schema_is_refused_when_a_root_field_has_no_rule(roots: tuple[Any, ...], named: str) -> None:
    with pytest.raises(MissingRule, match=named) as caught:
        DoorSchema(*roots)
    assert "ruled" not in str(caught.value)


def test_schema_is_refused_when_a_sensitive_field_has_no_rule_or_is_gone() -> None:
    assert fields_without_rule(SCHEMA, [("Book", "price")]) == []
    with pytest.raises(MissingRule, match=r"Book\.shelf, Book\.gone, Nothing\.at"):
        toy_schema(sensitive_fields=[("Book", "shelf"), ("Book", "gone"), ("Nothing", "at"), ("Book", "price")])
