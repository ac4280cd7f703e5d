"""The errors of one operation, which can be taken back and be noted later.

graphql-core drops an error below a place that is null already. So it matters when an error is noted: what a resolver
without need to wait finds out at once must not come before the errors of those fields that never wait.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from graphql import GraphQLError
from graphql.execution.executor import CollectedErrors

Noted: TypeAlias = tuple[GraphQLError, Any]
"""An error, and the path of what it made null."""


class NotedErrors(CollectedErrors):
    __slots__ = ("_paths",)

    def __init__(self) -> None:
        super().__init__()
        self._paths: list[Any] = []

    def add(self, error: GraphQLError, path: Any) -> None:
        if not self.has_nulled_position(path):
            super().add(error, path)
            self._paths.append(path)

    def take_back(self, count: int) -> Sequence[Noted]:
        """All but the first `count`."""
        errors = self.errors
        if len(errors) == count:
            return ()
        taken = list(zip(errors[count:], self._paths[count:], strict=True))
        self._error_positions.difference_update(self._paths[count:])
        del errors[count:], self._paths[count:]
        return taken
