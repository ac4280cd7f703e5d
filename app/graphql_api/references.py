"""Types that refer to each other across files. Strawberry looks them up when the schema is put together."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

if TYPE_CHECKING:
    from app.graphql_api.chart_versions import ChartVersion, ChartVersionConnection
    from app.graphql_api.charts import Chart, ChartConnection
    from app.graphql_api.registries import ChartRepository, Registry
    from app.graphql_api.syncs import Sync, SyncConnection

_PACKAGE = "app.graphql_api"

ARegistry: TypeAlias = Annotated["Registry", strawberry.lazy(f"{_PACKAGE}.registries")]
AChartRepository: TypeAlias = Annotated["ChartRepository", strawberry.lazy(f"{_PACKAGE}.registries")]
AChart: TypeAlias = Annotated["Chart", strawberry.lazy(f"{_PACKAGE}.charts")]
Charts: TypeAlias = Annotated["ChartConnection", strawberry.lazy(f"{_PACKAGE}.charts")]
AChartVersion: TypeAlias = Annotated["ChartVersion", strawberry.lazy(f"{_PACKAGE}.chart_versions")]
ChartVersions: TypeAlias = Annotated["ChartVersionConnection", strawberry.lazy(f"{_PACKAGE}.chart_versions")]
ASync: TypeAlias = Annotated["Sync", strawberry.lazy(f"{_PACKAGE}.syncs")]
Syncs: TypeAlias = Annotated["SyncConnection", strawberry.lazy(f"{_PACKAGE}.syncs")]
