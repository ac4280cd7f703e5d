"""graphql-core's executor, which runs a program where there is one, and is what programs fall back on."""

from collections.abc import Awaitable, Collection, Iterable, Sequence
from types import CoroutineType
from typing import Any, ClassVar, cast

from graphql import GraphQLObjectType, GraphQLOutputType, OperationType
from graphql.execution.collect_fields import DeferUsage, GroupedFieldSet
from graphql.pyutils import gather_with_cancel
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app.graphql_api.compiled.noted_errors import Noted, NotedErrors
from app.graphql_api.compiled.places import At, Place, path_of
from app.graphql_api.compiled.programs import Programs


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """Of one operation. Variables, errors and the answer's shape stay graphql-core's; fields are the program's."""

    programs: ClassVar[Programs]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.collected_errors: NotedErrors = NotedErrors()
        self.waiting = 0
        """Grows with each coroutine that is put into an answer: where it did not, there is none to look for."""

    def build_per_event_executor(self, payload: Any) -> "CompiledExecutor":
        """A copy for one event of a subscription, whose errors are its own."""
        executor = cast("CompiledExecutor", super().build_per_event_executor(payload))
        executor.collected_errors = NotedErrors()
        executor.waiting = 0
        return executor

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        new_defer_usages: Sequence[DeferUsage],
    ) -> Any:
        if self._is_plain() and not serially and not new_defer_usages:
            program = self.programs.program_for(self, root_type, grouped_field_set)
            if program is not None:
                return program.do(root_value, None, self)
        return super().execute_collected_root_fields(
            root_type, root_value, grouped_field_set, serially, new_defer_usages
        )

    def _is_plain(self) -> bool:
        """A query, or an event of a subscription; the fields of mutations wait for one another."""
        middleware = self.middleware_manager
        return (
            self.operation.operation is not OperationType.MUTATION
            and self.abort_signal is None
            and (middleware is None or not middleware.middlewares)
        )

    # ── What programs call where something is not as expected ──

    def fail(self, place: Place, at: At, error: Exception) -> Any:
        """Notes an error of a field, whose value is None then. Raises it located where it may not be None."""
        self.handle_field_error(error, place.field.type, place.details, path_of(at))

    def fail_item(self, place: Place, at: At, error: Exception, type_: GraphQLOutputType) -> Any:
        """The same for an item of a list."""
        self.handle_field_error(error, type_, place.details, path_of(at))

    def complete_odd(self, place: Place, at: At, value: Any, type_: GraphQLOutputType) -> Any:
        """Completes by graphql-core's rules; raises what they raise, and may give a coroutine."""
        path = path_of(at)
        info = self.build_resolve_info(place.field, place.nodes, place.parent, path)
        if self.is_awaitable(value):
            # Only fields get here with one: lists look at their items before.
            return self.complete_awaitable_value(type_, place.details, info, path, value, None)
        return self.complete_value(type_, place.details, info, path, value, None)

    def complete_arrived(self, place: Place, at: At, value: Any, type_: GraphQLOutputType) -> Any:
        """The same for what was awaited: it is not awaited again."""
        path = path_of(at)
        info = self.build_resolve_info(place.field, place.nodes, place.parent, path)
        return self.complete_value(type_, place.details, info, path, value, None)

    # ── What takes its time ──

    def wait_for_field(self, place: Place, at: At, completing: Awaitable[Any]) -> Any:
        """What stands in the answer until the field is there."""
        self.waiting += 1
        return self._await_field(place, at, completing)

    async def catch_up(self, noted: Sequence[Noted], value: Any, error: Exception | None) -> Any:
        """What was known at once, as if it had taken its time; raises `error` where there is one."""
        for earlier, path in noted:
            self.collected_errors.add(earlier, path)
        if error is not None:
            raise error
        return await value if type(value) is CoroutineType else value

    def wait_for_item(self, place: Place, at: At, completing: Awaitable[Any], type_: GraphQLOutputType) -> Any:
        self.waiting += 1
        return self._await_item(place, at, completing, type_)

    async def _await_field(self, place: Place, at: At, completing: Awaitable[Any]) -> Any:
        try:
            return await completing
        except Exception as error:
            return self.fail(place, at, error)

    async def _await_item(self, place: Place, at: At, completing: Awaitable[Any], type_: GraphQLOutputType) -> Any:
        try:
            return await completing
        except Exception as error:
            return self.fail_item(place, at, error, type_)

    def gathered_object(self, answer: dict[str, Any]) -> Any:
        """The object itself where nothing in it is awaited, else a coroutine that gives it."""
        keys = [key for key, value in answer.items() if type(value) is CoroutineType]
        return self._gather(answer, keys) if keys else answer

    def gathered_list(self, items: list[Any]) -> Any:
        """The list itself where nothing in it is awaited, else a coroutine that gives it."""
        indices = [index for index, item in enumerate(items) if type(item) is CoroutineType]
        return self._gather(items, indices) if indices else items

    async def _gather(self, answer: Any, keys: Collection[Any]) -> Any:
        if len(keys) == 1:
            (key,) = keys
            answer[key] = await answer[key]
            return answer
        values = await gather_with_cancel(*[answer[key] for key in keys])
        for key, value in zip(keys, values, strict=True):
            answer[key] = value
        return answer

    def settle(self, values: Iterable[Any]) -> None:
        """Lets end what was begun beside something that failed; nobody waits for it."""
        begun: list[Awaitable[Any]] = [value for value in values if type(value) is CoroutineType]
        if begun:
            self.settle_in_background(begun)


def compiled_executor(programs: Programs) -> type[CompiledExecutor]:
    """The library makes executors itself: what they share is with their class."""
    return type("CompiledExecutorOfSchema", (CompiledExecutor,), {"programs": programs})
