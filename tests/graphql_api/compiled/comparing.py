"""What both executors answer, in a form that can be compared."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError, execute
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app.graphql_api.door_schema import DoorSchema

_ERROR_ID = re.compile(r'"errorId": "[0-9a-f]{10}"|error id [0-9a-f]{10}')


@dataclass(frozen=True, slots=True)
class Answer:
    """As a client would see it, but for the ids of errors, which are drawn."""

    data: str
    errors: list[str]
    """Sorted: fields that wait fail in the order in which they come, which is nobody's promise."""
    places: dict[tuple[Any, ...], set[str]]
    """Errors by the place that is null for them: their own, or one above it."""

    @classmethod
    def of(cls, data: Any, errors: Iterable[GraphQLError] | None) -> "Answer":
        told: list[str] = []
        places: defaultdict[tuple[Any, ...], set[str]] = defaultdict(set)
        for error in errors or ():
            cause = f"{type(error.original_error).__name__}: {error.original_error}"
            text = _ERROR_ID.sub("-", json.dumps(error.formatted) + cause)
            told.append(text)
            places[_null_above(data, tuple(error.path or ()))].add(text)
        return cls(json.dumps(data, default=repr), sorted(told), dict(places))

    def agrees_with(self, other: "Answer") -> bool:
        """The same data and errors, but for one thing. Where fields that wait fail at the same time and make the
        same place above them null, which of them are told depends on who comes first; one has to be."""
        if self.data != other.data or self.places.keys() != other.places.keys():
            return False
        return all(
            self.places[place] == other.places[place]
            or (_from_below(place, self.places[place]) and _from_below(place, other.places[place]))
            for place in self.places
        )


def _null_above(data: Any, path: tuple[Any, ...]) -> tuple[Any, ...]:
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[key]
    return path


def _from_below(place: tuple[Any, ...], errors: set[str]) -> bool:
    """Whether an error of a place is one of something below it."""
    return any(len(json.JSONDecoder().raw_decode(error)[0].get("path", ())) > len(place) for error in errors)


async def executed(schema: DoorSchema, document: DocumentNode, context: Any, variables: Any, compiled: bool) -> Answer:
    """By an executor alone: nothing is measured, masked or validated."""
    plain = StrawberryGraphQLCoreExecutionContext
    result: Any = execute(
        schema._schema,
        document,
        context_value=context,
        variable_values=variables,
        is_awaitable=optimized_is_awaitable,
        executor_class=schema.execution_context_class if compiled else plain,
        operation_extensions=None,
    )
    if optimized_is_awaitable(result):
        result = await result
    return Answer.of(result.data, result.errors)
