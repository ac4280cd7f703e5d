"""How many charts of a page's result there are of each kind, as GraphQL shows it."""

import strawberry

from app.graphql_api import registries
from app.graphql_api.context import Context
from app.graphql_api.enums import ChartType
from app.graphql_api.references import ARegistry
from app.store.facets import Facets


@strawberry.type(description="A value, and how many charts of the result have it.")
class FacetValue:
    value: str = strawberry.field(description="As a filter takes it.")
    count: int = strawberry.field(description="Charts, on all pages.")


@strawberry.type(description="A registry, and how many charts of the result are in it.")
class RegistryFacet:
    registry: ARegistry = strawberry.field(description="The registry.")
    count: int = strawberry.field(description="Charts, on all pages.")


@strawberry.type(
    description="How many charts of the result there are of each kind, on all pages. Values that none has are left out."
)
class ChartFacets:
    registries: list[RegistryFacet] = strawberry.field(description="Most charts first.")
    keywords: list[FacetValue] = strawberry.field(description="The 50 most frequent ones, in lower case.")
    types: list[FacetValue] = strawberry.field(description="As in ChartType.")
    deprecated: int = strawberry.field(description="Charts whose latest version is deprecated.")


async def facets_of(context: Context, counted: Facets) -> ChartFacets:
    rows = await context.loaders.registry.load_many([number for number, _ in counted.registries])
    return ChartFacets(
        registries=[
            RegistryFacet(registry=registries.registry_of(row), count=count)
            for row, (_, count) in zip(rows, counted.registries, strict=True)
            if row is not None
        ],
        keywords=[FacetValue(value=value, count=count) for value, count in counted.keywords],
        types=[FacetValue(value=ChartType(value).name, count=count) for value, count in counted.types],
        deprecated=counted.deprecated,
    )
