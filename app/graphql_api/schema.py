"""Query, Mutation and Subscription put together."""

import strawberry

from app.graphql_api.access import AccessMutations, AccessQueries, ApiToken
from app.graphql_api.chart_versions import ChartVersion
from app.graphql_api.charts import Chart, ChartQueries
from app.graphql_api.comparing import ComparingQueries
from app.graphql_api.door_schema import DoorSchema
from app.graphql_api.finding_nodes import NodeQueries
from app.graphql_api.limits import QueryLimits
from app.graphql_api.provider_forms import ProviderQueries
from app.graphql_api.registries import ChartRepository, Registry, RegistryQueries
from app.graphql_api.registry_mutations import RegistryMutations
from app.graphql_api.sync_events import EVENT_TYPES, Subscription
from app.graphql_api.syncs import Sync, SyncMutations, SyncQueries
from app.graphql_api.validating import ValidatingQueries


@strawberry.type(description="What can be read.")
class Query(
    NodeQueries,
    AccessQueries,
    ProviderQueries,
    RegistryQueries,
    ChartQueries,
    ComparingQueries,
    ValidatingQueries,
    SyncQueries,
):
    pass


@strawberry.type(description="What can be done.")
class Mutation(RegistryMutations, SyncMutations, AccessMutations):
    pass


BEHIND_INTERFACES = (Registry, ChartRepository, Chart, ChartVersion, Sync, ApiToken, *EVENT_TYPES.values())
"""Types that are found through an interface."""


def build_schema(
    limits: QueryLimits | None = None,
    *,
    introspection_allowed: bool = True,
    mask_errors: bool = True,
    documents_compiled: bool = True,
) -> DoorSchema:
    """Raises MissingRule where a field says not who may ask for it."""
    return DoorSchema(
        Query,
        Mutation,
        Subscription,
        types=BEHIND_INTERFACES,
        sensitive_fields=[("Registry", "webhookUrl")],
        limits=limits,
        introspection_allowed=introspection_allowed,
        errors_masked=mask_errors,
        documents_compiled=documents_compiled,
    )
