"""What both executors answer, in a form that can be compared."""

import json
import re
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

    @classmethod
    def of(cls, data: Any, errors: Iterable[GraphQLError] | None) -> "Answer":
        """Errors are sorted: fields that wait fail in the order in which they come, which is nobody's promise."""
        told = (_ERROR_ID.sub("-", json.dumps(error.formatted)) for error in errors or ())
        return cls(json.dumps(data, default=repr), sorted(told))


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
    causes = [f"{type(error.original_error).__name__}: {error.original_error}" for error in result.errors or ()]
    answer = Answer.of(result.data, result.errors)
    return Answer(answer.data, [*answer.errors, *sorted(causes)])
