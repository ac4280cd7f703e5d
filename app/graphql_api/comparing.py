"""What changed between two chart versions, as GraphQL shows it."""

from typing import Annotated

import strawberry

from app.chart_reader import answers
from app.domain import values_diff
from app.domain.values_diff import ChangeKind
from app.graphql_api import chart_versions
from app.graphql_api.context import Context, Info
from app.graphql_api.errors import NotFound
from app.graphql_api.nodes import computed, shown_as
from app.graphql_api.paging import decode_id
from app.graphql_api.permissions import read_field
from app.graphql_api.references import AChartVersion
from app.graphql_api.scalars import JSON
from app.graphql_api.turns import in_turns


@strawberry.type(description="A value that is not what it was.")
class ValueChange:
    path: str = strawberry.field(description="As helm --set writes it, e.g. image.tag or tls[0].secretName.")
    kind: ChangeKind = strawberry.field(description="What became of it.")
    before: JSON | None = strawberry.field(description="Null for what was added.")
    after: JSON | None = strawberry.field(description="Null for what was removed.")


@strawberry.type(description="A file of the archive that is not what it was.")
class FileChange:
    path: str = strawberry.field(description="Relative to the chart's folder.")
    kind: ChangeKind = strawberry.field(description="ADDED, REMOVED or CHANGED.")
    unified_diff: str | None = strawberry.field(
        description="As diff -u writes it; null for binary files, and for those that leftOut names."
    )


@strawberry.type(description="What changed from one version to another, of one chart or of two.")
class ChartVersionDiff:
    compared: strawberry.Private[answers.ChartComparison]
    from_version: AChartVersion = strawberry.field(name="from", description="The version before.")
    to_version: AChartVersion = strawberry.field(name="to", description="The version after.")
    breaking: bool = strawberry.field(
        description="Breaking for those who set values: a key removed or its type changed, or values.yaml unreadable."
    )
    left_out: list[str] = strawberry.field(
        description="What could not be compared or is not listed, for it was too much; empty where that is nothing."
    )

    @computed("values.yaml, leaf by leaf.")
    def values(self) -> list[ValueChange]:
        return _shown(self.compared.values)

    @computed("Chart.yaml, leaf by leaf.")
    def chart_yaml(self) -> list[ValueChange]:
        return _shown(self.compared.chart_yaml)

    @computed("values.schema.json, leaf by leaf.")
    def schema(self) -> list[ValueChange]:
        return _shown(self.compared.schema)

    @computed("Every file that was added, removed or changed, by path.")
    def files(self) -> list[FileChange]:
        return in_turns(self.compared.files, lambda change: shown_as(FileChange, change))


def _shown(changes: tuple[values_diff.ValueChange, ...]) -> list[ValueChange]:
    return in_turns(changes, lambda change: shown_as(ValueChange, change))


@strawberry.type
class ComparingQueries:
    """Fields of Query."""

    @read_field(description="What changed from one version to another, of one chart or of two.")
    async def chart_version_diff(
        self,
        info: Info,
        from_id: Annotated[strawberry.ID, strawberry.argument(name="from", description="The version before.")],
        to_id: Annotated[strawberry.ID, strawberry.argument(name="to", description="The version after.")],
    ) -> ChartVersionDiff:
        before, after = await known_version(info.context, from_id), await known_version(info.context, to_id)
        compared = await info.context.services.comparing.compare(before.archive_digest, after.archive_digest)
        return ChartVersionDiff(
            compared=compared,
            from_version=before,
            to_version=after,
            breaking=compared.breaking,
            left_out=list(compared.left_out),
        )


async def known_version(context: Context, identity: strawberry.ID) -> chart_versions.ChartVersion:
    """Raises BadId and NotFound."""
    version = await chart_versions.find_version(context, decode_id(identity, "ChartVersion"))
    if version is None:
        raise NotFound(f"There is no chart version with the id {identity}.")
    return version
