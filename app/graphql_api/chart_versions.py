"""Chart versions, as GraphQL shows them.

Light content (what Chart.yaml says) comes with every version; README, values and the other long texts are read
only for those who ask for them.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import strawberry

from app.chart_reader.json_check import can_be_shown
from app.graphql_api import charts, install_snippets
from app.graphql_api.compiled.ahead import ReadAhead
from app.graphql_api.compiled.rows import CONTENT, FromRow
from app.graphql_api.connections import Connection, CursorKind
from app.graphql_api.context import Context, Info
from app.graphql_api.enums import ChartType
from app.graphql_api.install_snippets import Installable
from app.graphql_api.loaders import ahead, load_known
from app.graphql_api.maintainers import Maintainer, maintainers_of
from app.graphql_api.nodes import Node, computed, from_rows, object_of, parts_of, shown_as
from app.graphql_api.references import AChart
from app.graphql_api.scalars import JSON, Digest
from app.graphql_api.signatures import SignatureReport, report_of
from app.graphql_api.turns import in_turns
from app.graphql_api.wire_json import JsonText
from app.store import entities
from app.store.long_texts import LongText

VERSION_CURSOR = CursorKind("versions", (str, int))
SCHEMA_PARSED_HERE_MAX_CHARS = 64 * 1024
"""Of a values schema: parsing this much takes 2 ms of the loop, 5 MiB took half a second."""
OF_CONTENT = (
    "app_version",
    "archive_bytes",
    "api_version",
    "kube_version",
    "description",
    "deprecated",
    "annotations",
)
"""Fields of a version that its archive's content has."""
_DIGEST = ["archive_digest"]
_TYPES = {kind.value: kind for kind in ChartType}
SCHEMA_MAX_DEPTH = 200
"""Of a values schema that is shown as JSON: deeper ones cannot be written into an answer."""


def _texts_ahead(*texts: LongText) -> ReadAhead:
    """For fields that show these texts of a version."""

    async def read(context: Any, versions: Sequence[Any]) -> None:
        digests = dict.fromkeys(version.row.archive_digest for version in versions)
        await context.loaders.long_text.load_many((digest, text) for digest in digests for text in texts)

    return read


@strawberry.type(description="A chart's README.md.")
class Readme:
    markdown: str = strawberry.field(description="As written.")
    archive_digest: strawberry.Private[str]
    plain: strawberry.Private[bool]

    @computed("Rendered and sanitised: safe to put into a page.")
    async def html(self, info: Info) -> str:
        return await info.context.loaders.readme_html(self.archive_digest, self.markdown, self.plain)


@strawberry.type(description="A file of a chart's archive.")
class ChartFile:
    path: str = strawberry.field(description="Relative to the chart's folder, e.g. templates/service.yaml.")
    bytes: int = strawberry.field(description="Its size.")


@strawberry.type(description="Something that a version changed, by its own account.")
class ChartChange:
    kind: str | None = strawberry.field(description="A word such as added, changed, fixed, removed or security.")
    description: str = strawberry.field(description="In the words of its maintainers.")


@strawberry.type(description="A digest that a tag was seen with.")
class DigestSighting:
    digest: Digest = strawberry.field(description="Of the manifest.")
    first_seen_at: datetime = strawberry.field(description="When a sync first saw it.")


@strawberry.type(description="Ready to paste, with host, path, version and digest filled in.")
class InstallSnippets:
    helm: str = strawberry.field(description="A command for a shell; Helm 3.18 or newer.")
    argo_cd: str = strawberry.field(description="An Application, in YAML.")
    flux: str = strawberry.field(description="An OCIRepository and a HelmRelease, in YAML.")


@strawberry.type(description="Another chart that a chart version needs.")
class ChartDependency:
    name: str = strawberry.field(description="The chart's name.")
    version: str | None = strawberry.field(description="Constraint on its version.")
    repository: str | None = strawberry.field(description="Where it is: a URL, or the alias of a Helm repository.")
    alias: str | None = strawberry.field(description="What it is called within the chart.")
    condition: str | None = strawberry.field(description="The value that switches it on.")

    @computed("The chart of this store that satisfies it, if there is one.")
    async def resolves_to(self, info: Info) -> AChart | None:
        if self.repository is None or not self.repository.lower().startswith("oci://"):
            return None
        loaders = info.context.loaders
        chart_id = await loaders.chart_id_by_oci_path.load((self.repository, self.name))
        row = await loaders.chart.load(chart_id) if chart_id is not None else None
        return charts.chart_of(row) if row else None


@strawberry.type(description="One published version of a chart.")
class ChartVersion(Node):
    row: strawberry.Private[entities.ChartVersion]
    content: strawberry.Private[entities.ChartContent]
    """None where nothing of it is asked for."""
    version: str = strawberry.field(description="Semver as in Chart.yaml, e.g. 1.2.3+build.5.")
    app_version: str | None = strawberry.field(description="Of the application inside.")
    tag: str = strawberry.field(description="The tag it was found under; + is written _ there.")
    digest: Digest = strawberry.field(description="Of the manifest.")
    archive_digest: Digest = strawberry.field(description="Of the chart archive (the .tgz layer).")
    archive_bytes: int = strawberry.field(description="Size of the chart archive.")
    api_version: str = strawberry.field(description="v1 or v2, of Chart.yaml.")
    type: ChartType = strawberry.field(description="What it is for.")
    kube_version: str | None = strawberry.field(description="Constraint on the version of Kubernetes.")
    description: str | None = strawberry.field(description="In one sentence.")
    deprecated: bool = strawberry.field(description="Whether its maintainers gave it up.")
    prerelease: bool = strawberry.field(description="Whether its version is a pre-release.")
    annotations: JSON = strawberry.field(description="An object of texts.")
    created_at: datetime | None = strawberry.field(
        description="When the publisher made it, from the manifest's annotation or the registry."
    )
    stored_at: datetime = strawberry.field(description="When Chartroom first stored it.")
    removed_at: datetime | None = strawberry.field(description="Set when the tag was gone from the registry.")

    @computed(
        "The chart it is a version of.",
        ahead(lambda loaders: loaders.chart, lambda it: it.row.chart_id),
        reads=["chart_id"],
    )
    async def chart(self, info: Info) -> AChart:
        return charts.chart_of(await load_known(info.context.loaders.chart, self.row.chart_id))

    @computed("Charts it needs.", reads=["content.dependencies"])
    def dependencies(self) -> list[ChartDependency]:
        return [ChartDependency(**parts_of(ChartDependency, stored)) for stored in self.content.dependencies]

    @computed("Who maintains it.", reads=["content.maintainers"])
    def maintainers(self) -> list[Maintainer]:
        return maintainers_of(self.content.maintainers)

    @computed("Chart.yaml, whole.", _texts_ahead(LongText.CHART_YAML), reads=_DIGEST)
    async def chart_yaml(self, info: Info) -> str:
        return await self._known_text(info, LongText.CHART_YAML)  # type: ignore[no-any-return]

    @computed(
        "README.md; null where it has none.",
        _texts_ahead(LongText.README_MARKDOWN),
        reads=[*_DIGEST, "content.readme_plain"],
    )
    async def readme(self, info: Info) -> Readme | None:
        markdown = await self._text(info, LongText.README_MARKDOWN)
        if markdown is None:
            return None
        return Readme(markdown=markdown, archive_digest=self.row.archive_digest, plain=self.content.readme_plain)

    @computed("values.yaml with its comments.", _texts_ahead(LongText.VALUES), reads=_DIGEST)
    async def values(self, info: Info) -> str | None:
        return await self._text(info, LongText.VALUES)  # type: ignore[no-any-return]

    @computed(
        "values.schema.json; null where there is none, or it is no JSON.",
        _texts_ahead(LongText.VALUES_SCHEMA),
        reads=_DIGEST,
    )
    async def values_schema(self, info: Info) -> JSON | None:
        text = await self._text(info, LongText.VALUES_SCHEMA)
        return None if text is None else await schema_of(info.context, text)

    @computed("templates/NOTES.txt as written.", _texts_ahead(LongText.NOTES), reads=_DIGEST)
    async def notes(self, info: Info) -> str | None:
        return await self._text(info, LongText.NOTES)  # type: ignore[no-any-return]

    @computed("Every file of the archive.", _texts_ahead(LongText.FILES), reads=_DIGEST)
    async def files(self, info: Info) -> list[ChartFile]:
        files = await self._known_text(info, LongText.FILES)
        return in_turns(files, lambda file: ChartFile(path=file[0], bytes=file[1]))

    @computed("Text of one file; null where there is none, or it is no text.", reads=_DIGEST)
    async def file(
        self,
        info: Info,
        path: Annotated[str, strawberry.argument(description="As `files` gives it, e.g. templates/service.yaml.")],
    ) -> str | None:
        return await info.context.loaders.file(self.row.archive_digest, path)

    @computed("Container images the chart names in values.yaml and its annotations.", reads=["content.images"])
    def images(self) -> list[str]:
        return self.content.images

    @computed("artifacthub.io/changes, where the chart has it.", _texts_ahead(LongText.CHANGES), reads=_DIGEST)
    async def changes(self, info: Info) -> list[ChartChange]:
        changes = await self._known_text(info, LongText.CHANGES)
        return in_turns(changes, lambda stored: ChartChange(**parts_of(ChartChange, stored)))

    @computed("Who signed it.")
    def signature(self) -> SignatureReport:
        return report_of(self.row)

    @computed("How to install it.", reads=["repository_id", "tag", "digest", "content.name"])
    async def install(self, info: Info) -> InstallSnippets:
        loaders = info.context.loaders
        repository = await load_known(loaders.repository, self.row.repository_id)
        registry = await load_known(loaders.registry, repository.registry_id)
        chart = Installable(self.content.name, registry.host, repository.name, self.row.tag, self.row.digest)
        return InstallSnippets(
            helm=install_snippets.helm(chart),
            argo_cd=install_snippets.argo_cd(chart),
            flux=install_snippets.flux(chart),
        )

    @computed(
        "Every digest this tag was seen with, newest first. More than one: the tag was moved.",
        ahead(lambda loaders: loaders.digest_history, lambda it: (it.row.repository_id, it.row.tag)),
        reads=["repository_id", "tag"],
    )
    async def digest_history(self, info: Info) -> list[DigestSighting]:
        rows = await info.context.loaders.digest_history.load((self.row.repository_id, self.row.tag))
        return [shown_as(DigestSighting, row) for row in rows or ()]

    async def _text(self, info: Info, text: LongText) -> Any:
        """None also where the content is gone; it has no text then."""
        return await info.context.loaders.long_text.load((self.row.archive_digest, text))

    async def _known_text(self, info: Info, text: LongText) -> Any:
        """Raises NotFound where the content was deleted while this operation was reading."""
        return await load_known(info.context.loaders.long_text, (self.row.archive_digest, text))


from_rows(
    ChartVersion,
    {name: FromRow(CONTENT, name) for name in OF_CONTENT} | {"type": FromRow(CONTENT, "type", _TYPES.__getitem__)},
)


@strawberry.type(description="A page of chart versions.")
class ChartVersionConnection(Connection[ChartVersion]):
    pass


def version_cursor(version: ChartVersion) -> str:
    return VERSION_CURSOR.write(version.row.sort_key, version.row.id)


async def version_of(context: Context, row: entities.ChartVersion) -> ChartVersion:
    content = await load_known(context.loaders.light_content, row.archive_digest)
    return shown_version(row, content)


def shown_version(row: entities.ChartVersion, content: entities.ChartContent | None) -> ChartVersion:
    return object_of(ChartVersion, row=row, content=content)


async def versions_of(context: Context, rows: list[entities.ChartVersion]) -> list[ChartVersion]:
    """In the same order; the content of all is read at once."""
    await context.loaders.light_content.load_many(row.archive_digest for row in rows)
    return [await version_of(context, row) for row in rows]


async def find_version(context: Context, version_id: int) -> ChartVersion | None:
    """None also for those that are not shown: outside the registry's policy, or of a chart that is gone."""
    row = await context.loaders.version.load(version_id)
    if row is None or not row.within_policy or await context.loaders.chart.load(row.chart_id) is None:
        return None
    return await version_of(context, row)


async def schema_of(context: Context, text: str) -> JSON | None:
    """None for what is no JSON, or is nested so deeply that no answer could hold it.

    A long one is looked at in another process, and goes into the answer as it is written.
    """
    if len(text) <= SCHEMA_PARSED_HERE_MAX_CHARS:
        return JSON(json.loads(text)) if can_be_shown(text) else None
    # In a task of its own: a field that is read ahead may begin in one task and go on in another.
    shown = await asyncio.create_task(context.services.browsing.can_be_shown(text))
    return JSON(JsonText(text)) if shown else None
