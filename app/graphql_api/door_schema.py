"""A strawberry schema with the door's own scalars, limits and mask: what they are is said once, here."""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

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
        super().__init__(
            query=query,
            mutation=mutation,
            subscription=subscription,
            types=types,
            extensions=[query_guard(limits, introspection_allowed)],
            config=StrawberryConfig(
                scalar_map=SCALAR_MAP,
                # Suggestions tell about the schema what introspection is not to tell.
                disable_field_suggestions=not introspection_allowed,
            ),
        )
        assert_every_field_has_a_rule(self, sensitive_fields)
        if documents_compiled:
            self.execution_context_class = compiled_executor(Programs(self, operations_kept=DOCUMENTS_KEPT))

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Masks in place: every way out of the library, WebSocket frames included, passes here first.

        An extension would miss what is raised after its own hook has ended. The library's version would log
        whole documents, with the secrets in them.
        """
        errors[:] = [shown_error(error, self._errors_masked) for error in errors]
