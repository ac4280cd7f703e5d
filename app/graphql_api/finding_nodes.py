"""Anything by its id, whatever type it is of."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

import strawberry

from app.domain.roles import Role
from app.graphql_api.access import find_token
from app.graphql_api.chart_versions import find_version
from app.graphql_api.charts import chart_of
from app.graphql_api.context import Context, Info
from app.graphql_api.errors import BadArgument
from app.graphql_api.loaders import Loaders
from app.graphql_api.loading import Loader
from app.graphql_api.nodes import Node
from app.graphql_api.paging import PAGE_MAX_ROWS, split_id
from app.graphql_api.permissions import principal_of, read_field
from app.graphql_api.registries import registry_of, repository_of
from app.graphql_api.syncs import sync_of

Find = Callable[[Context, int], Awaitable[Node | None]]


def _by(loader_of: Callable[[Loaders], Loader[int, Any]], shown: Callable[[Any], Node]) -> Find:
    async def find(context: Context, number: int) -> Node | None:
        row = await loader_of(context.loaders).load(number)
        return shown(row) if row is not None else None

    return find


FINDERS: Mapping[str, Find] = {
    "Registry": _by(lambda loaders: loaders.registry, registry_of),
    "ChartRepository": _by(lambda loaders: loaders.repository, repository_of),
    "Chart": _by(lambda loaders: loaders.chart, chart_of),
    "ChartVersion": find_version,
    "Sync": _by(lambda loaders: loaders.sync, sync_of),
    "ApiToken": find_token,
}
ONLY_FOR_ADMINS = frozenset({"ApiToken"})


async def find_node(info: Info, identity: str) -> Node | None:
    """None where there is none, and where the caller may not know. Raises BadId for what is no id."""
    type_name, number = split_id(identity)
    if type_name not in FINDERS or (type_name in ONLY_FOR_ADMINS and not principal_of(info).may(Role.ADMIN)):
        return None
    return await FINDERS[type_name](info.context, number)


@strawberry.type
class NodeQueries:
    """Fields of Query."""

    @read_field(description="Anything by its id; null where there is none.")
    async def node(
        self, info: Info, identity: Annotated[strawberry.ID, strawberry.argument(name="id", description="Its id.")]
    ) -> Node | None:
        return await find_node(info, identity)

    @read_field(description="Any things by their ids, in the same order; null for those that are not there.")
    def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100.")]
    ) -> list[Node | None]:
        if len(ids) > PAGE_MAX_ROWS:
            raise BadArgument(f"At most {PAGE_MAX_ROWS} ids at once.")
        # graphql-core awaits the items together, so that loaders read all of one type at once.
        return [find_node(info, identity) for identity in ids]  # type: ignore[misc]
