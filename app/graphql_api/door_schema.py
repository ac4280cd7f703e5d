"""A strawberry schema with the door's own scalars, limits and mask: what they are is said once, here."""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import DocumentNode, GraphQLError, execute
from graphql import ExecutionResult as GraphQLResult
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from app.graphql_api.compiled.executor import compiled_executor
from app.graphql_api.compiled.programs import Programs
from app.graphql_api.errors import shown_error
from app.graphql_api.limits import DOCUMENTS_KEPT, QueryLimits, query_guard
from app.graphql_api.permissions import assert_every_field_has_a_rule
from app.graphql_api.scalars import SCALAR_MAP


class DoorSchema(strawberry.Schema):
    """Raises MissingRule where a root field, or a sensitive one, says not who may ask for it."""

    def __init__(
        self,
        query: type,
        mutation: type | None = None,
        subscription: type | None = None,
        *,
        types: Iterable[Any] = (),
        sensitive_fields: Iterable[tuple[str, str]] = (),
        limits: QueryLimits | None = None,
        introspection_allowed: bool = True,
        errors_masked: bool = True,
        documents_compiled: bool = True,
    ) -> None:
        """`sensitive_fields` are (type, field) by their GraphQL names, e.g. ("Registry", "webhookUrl")."""
        self._errors_masked = errors_masked
        self._guard = query_guard(limits, introspection_allowed)
        super().__init__(
            query=query,
            mutation=mutation,
            subscription=subscription,
            types=types,
            extensions=[self._guard],
            config=StrawberryConfig(
                scalar_map=SCALAR_MAP,
                # Suggestions tell about the schema what introspection is not to tell.
                disable_field_suggestions=not introspection_allowed,
            ),
        )
        assert_every_field_has_a_rule(self, sensitive_fields)
        if documents_compiled:
            self.execution_context_class = compiled_executor(Programs(self, operations_kept=DOCUMENTS_KEPT))

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """As the library does it; but a query with nothing in its way goes to the executor past the library's hooks,
        of which only the guard's are in use.
        """
        document = self._guard.ready(self, query, variable_values, operation_name) if query else None
        if document is None or not (allowed_operation_types is None or OperationType.QUERY in allowed_operation_types):
            return await super().execute(
                query,
                variable_values,
                context_value,
                root_value,
                operation_name,
                allowed_operation_types,
                operation_extensions,
            )
        data, errors = await self._executed(
            document, root_value, context_value, variable_values, operation_name, operation_extensions
        )
        if errors:
            self.process_errors(errors)
        return ExecutionResult(data=data, errors=errors)

    async def _executed(
        self,
        document: DocumentNode,
        root_value: Any,
        context_value: Any,
        variables: dict[str, Any] | None,
        operation_name: str | None,
        operation_extensions: dict[str, Any] | None,
    ) -> tuple[dict[str, Any] | None, list[GraphQLError] | None]:
        try:
            result: Any = execute(
                self._schema,
                document,
                root_value,
                context_value,
                variables,
                operation_name,
                is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type] # as the library gives it
                executor_class=self.execution_context_class,
                operation_extensions=operation_extensions,
            )
            if not isinstance(result, GraphQLResult):
                result = await result
        except Exception as error:
            return None, [error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)]
        return result.data, result.errors

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Masks in place: every way out of the library, WebSocket frames included, passes here first.

        An extension would miss what is raised after its own hook has ended. The library's version would log
        whole documents, with the secrets in them.
        """
        errors[:] = [shown_error(error, self._errors_masked) for error in errors]
