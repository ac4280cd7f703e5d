"""One tag of a plan: look whether it changed, pull manifest and layer where it did, read, hand over to be stored."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.chart_reader.contents import Change, ChartContents, ChartMetadata, Dependency, Maintainer
from app.chart_reader.errors import ChartReadError
from app.domain.faults import REGISTRY_WIDE
from app.domain.semver import Version
from app.domain.sync_events import SkipReason
from app.domain.sync_plan import HeldTag, SkippedTag, Step
from app.oci_client.errors import RegistryError
from app.oci_client.manifest import ChartManifest, Descriptor, NotAChart
from app.services.byte_budget import ByteBudget
from app.services.content_lookup import ContentLookup
from app.services.courtesy import Courtesy
from app.services.faults import fault_of
from app.services.one_at_a_time import OneAtATime
from app.services.recording import FLUSH_AT_VERSIONS, LeaseLost, Recorder
from app.services.tallying import RepositoryTally
from app.store import charts
from app.store.archives import Archives
from app.store.entities import ChartVersion
from app.store.findings import FoundVersion
from app.store.session import Store

if TYPE_CHECKING:
    from app.oci_client.client import FetchedChartManifest, FetchedManifest, RegistryClient

UNWRITTEN_MAX_COUNT = 2 * FLUSH_AT_VERSIONS
"""Charts that are read and not yet committed, one batch being written and one that gathers: texts are twice as large as
the archive they come from, or more."""

LOOK_SECONDS = 0.0001
PULL_SECONDS = 0.001
"""Of this process's time, for a HEAD and for a version pulled, read elsewhere and written: docs/performance.md."""

log = structlog.get_logger()


class Reader(Protocol):
    """Reads an archive apart from this process. Raises ChartReadError."""

    def make_ready(self) -> None: ...

    async def read(self, archive: bytes) -> ChartContents: ...


@dataclass(slots=True)
class _Look:
    """What is known of the tag that is looked at, for the fault, should there be one."""

    digest: str | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was found out for many steps at once, by digest. Lives as long as these steps."""

    known: Mapping[str, ChartVersion] = field(default_factory=dict)
    """Stored already under another tag or in another repository."""
    manifests: "Mapping[str, FetchedManifest]" = field(default_factory=dict)


NOTHING_AHEAD = Ahead()


class Pulling:
    """Takes the steps of one sync. Bytes in flight are bounded by `budget`."""

    def __init__(
        self,
        store: Store,
        client: "RegistryClient",
        archives: Archives,
        reader: Reader,
        recorder: Recorder,
        budget: ByteBudget,
        courtesy: Courtesy,
    ) -> None:
        self._store = store
        self._client = client
        self._archives = archives
        self._reader = reader
        self._recorder = recorder
        self._budget = budget
        self._unwritten = asyncio.Semaphore(UNWRITTEN_MAX_COUNT)
        self._courtesy = courtesy
        self._contents = ContentLookup(store)
        self._brought_back: set[str] = set()
        self.provenance: dict[str, Descriptor] = {}
        """Layers of Helm's provenance that stand beside pulled charts, by the digest of the manifest."""
        self._alone = OneAtATime()
        """By the digest of an archive: another tag of the same bytes waits until they are pulled."""

    async def look_ahead(self, tally: RepositoryTally, steps: Sequence[Step]) -> Ahead:
        """Finds out for many steps at once what can be: which manifests are stored already, and, where the provider
        gives them by the hundred, the others themselves.

        Raises RegistryError where it is not one version that is at fault.
        """
        digests = {step.digest for step in steps if step.digest is not None and not _is_unchanged(step)}
        if not digests:
            return NOTHING_AHEAD
        async with self._store.reading() as session:
            known = await charts.known_digests(session, digests)
        missing = [digest for digest in digests if digest not in known]
        return Ahead(known, await self._client.get_manifests(tally.name, missing))

    async def look(self, tally: RepositoryTally, step: Step) -> Step | None:
        """The step with the digest that its tag has now, where the listing did not say; None where that ends it.

        Raises RegistryError where it is not this version that is at fault.
        """
        if not needs_look(step):
            return step
        try:
            await self._courtesy.turn(LOOK_SECONDS)
            digest = (await self._client.head_manifest(tally.name, step.tag, step.known_digest)).digest
        except Exception as error:
            self._note_failed(tally, step, None, error)
            return None
        if step.held is not None and digest == step.held.digest and not step.held.archive_lost:
            self._note_known(tally, step.held)
        elif step.failed is not None and step.waiting and digest == step.failed.digest:
            self._recorder.version_failed_before(tally, step.failed)
        else:
            return replace(step, digest=digest)
        return None

    async def take(self, tally: RepositoryTally, step: Step, ahead: Ahead) -> None:
        """What is left of a step after a look; ends in a version stored, unchanged or failed, or in a skipped tag.

        Raises RegistryError where it is not this version that is at fault.
        """
        look = _Look(step.digest)
        try:
            await self._take(tally, step, look, ahead)
        except Exception as error:
            self._note_failed(tally, step, look.digest, error)

    def _note_failed(self, tally: RepositoryTally, step: Step, digest: str | None, error: Exception) -> None:
        """Raises it where it is not this version that is at fault."""
        if isinstance(error, LeaseLost | SQLAlchemyError):
            raise error
        if isinstance(error, RegistryError | ChartReadError):
            if isinstance(error, RegistryError) and error.code in REGISTRY_WIDE:
                raise error
            self._recorder.version_failed(tally, fault_of(error, tally.name, step.tag, digest), step.failed)
        else:
            log.exception("sync.version_failed", repository=tally.name, tag=step.tag)
            self._recorder.version_failed(tally, fault_of(error, tally.name, step.tag, digest))

    async def _take(self, tally: RepositoryTally, step: Step, look: _Look, ahead: Ahead) -> None:
        if step.held is not None and look.digest == step.held.digest:
            if step.held.archive_lost:
                await self._bring_back(tally, step.held)
            self._note_known(tally, step.held)
        elif (known := ahead.known.get(look.digest or "")) is not None:
            self._reuse(tally, step, known)
        else:
            await self._pull(tally, step, look, ahead)

    def _note_known(self, tally: RepositoryTally, held: HeldTag) -> None:
        if held.is_version:
            self._recorder.version_unchanged(tally, held)
        else:
            skipped = SkippedTag(held.tag, SkipReason.NOT_A_CHART, held.digest)
            self._recorder.no_chart(tally, skipped, held)

    def _reuse(self, tally: RepositoryTally, step: Step, known: ChartVersion) -> None:
        """This manifest is stored already, under another tag or in another repository."""
        found = FoundVersion(
            repository_id=tally.repository_id,
            tag=step.tag,
            digest=known.digest,
            version=known.version,
            sort_key=known.sort_key,
            prerelease=known.prerelease,
            archive_digest=known.archive_digest,
            has_provenance=known.has_provenance,
            created_at=known.created_at,
            chart_name=tally.name.rpartition("/")[2],
            content=None,
        )
        self._recorder.version_stored(tally, found, changed=_was_version(step), released=None)

    async def _pull(self, tally: RepositoryTally, step: Step, look: _Look, ahead: Ahead) -> None:
        await self._courtesy.turn(PULL_SECONDS)
        given = ahead.manifests.get(look.digest or "")
        fetched = await self._client.get_chart_manifest(tally.name, look.digest or step.tag, given)
        look.digest = fetched.top_digest
        if isinstance(fetched.manifest, NotAChart):
            skipped = SkippedTag(step.tag, SkipReason.NOT_A_CHART, fetched.top_digest)
            self._recorder.no_chart(tally, skipped, step.held)
            return
        async with self._alone.turn(fetched.manifest.chart_layer.digest):
            await self._pull_layer(tally, step, fetched, fetched.manifest)

    async def _bring_back(self, tally: RepositoryTally, held: HeldTag) -> None:
        """The archive of a version; all else of it is stored."""
        fetched = await self._client.get_chart_manifest(tally.name, held.digest)
        if isinstance(fetched.manifest, NotAChart):
            return
        layer = fetched.manifest.chart_layer
        async with self._alone.turn(layer.digest):
            if layer.digest in self._brought_back:
                return
            released = await self._budget.take(layer.size)
            try:
                archive = await self._client.read_blob(tally.name, layer)
                self._recorder.progress.bytes_pulled += len(archive)
                await self._archives.keep(layer.digest, archive)
            finally:
                released()
            self._brought_back.add(layer.digest)

    async def _pull_layer(
        self, tally: RepositoryTally, step: Step, fetched: "FetchedChartManifest", manifest: ChartManifest
    ) -> None:
        layer = manifest.chart_layer
        held = self._recorder.content_waiting(layer.digest) or await self._contents.held(layer.digest)
        released: Callable[[], None] | None = None
        content = None
        if held is None:
            room = ExitStack()
            released = room.close
            try:
                room.callback(await self._budget.take(layer.size))
                content = await self._read_layer(tally, layer, room)
            except BaseException:
                released()
                raise
            held = (content["name"], content["version"])
        if manifest.provenance_layer is not None:
            self.provenance[fetched.top_digest] = manifest.provenance_layer
        name, version_text = held
        version = Version.parse(version_text)
        found = FoundVersion(
            repository_id=tally.repository_id,
            tag=step.tag,
            digest=fetched.top_digest,
            version=version_text,
            sort_key=version.sort_key,
            prerelease=version.is_prerelease,
            archive_digest=layer.digest,
            has_provenance=manifest.provenance_layer is not None,
            created_at=manifest.created_at,
            chart_name=name,
            content=content,
        )
        self._recorder.version_stored(tally, found, changed=_was_version(step), released=released)
        if self._recorder.is_full:
            await self._recorder.flush()

    async def _read_layer(self, tally: RepositoryTally, layer: Descriptor, room: ExitStack) -> dict[str, Any]:
        """A row of chart_content. Its place among what waits to be written is given back with `room`."""
        archive = await self._client.read_blob(tally.name, layer)
        self._recorder.progress.bytes_pulled += len(archive)
        await self._unwritten.acquire()
        room.callback(self._unwritten.release)
        contents = await self._reader.read(archive)
        await self._archives.keep(layer.digest, archive)
        return content_row(layer.digest, len(archive), contents)


def needs_look(step: Step) -> bool:
    """Whether a HEAD may spare pulling it: something is known of its tag, and the listing tells no digest."""
    return step.digest is None and step.known_digest is not None


def _is_unchanged(step: Step) -> bool:
    return step.held is not None and step.held.digest == step.digest


def _was_version(step: Step) -> bool:
    return step.held is not None and step.held.is_version


def _as_dict(names: tuple[str, ...]) -> Callable[[Any], dict[str, Any]]:
    """As dataclasses.asdict for plain values: that copies each of them with care, and takes ten times as long."""
    values_of = attrgetter(*names)
    return lambda told: dict(zip(names, values_of(told), strict=True))


def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_OWN = ("chart_yaml", "readme_markdown", "readme_plain", "values_yaml", "values_schema", "notes")
_metadata, _own = _as_dict(_names(ChartMetadata)), _as_dict(_OWN)
_maintainer, _dependency, _change = _as_dict(_names(Maintainer)), _as_dict(_names(Dependency)), _as_dict(_names(Change))


def content_row(archive_digest: str, archive_bytes: int, contents: ChartContents) -> dict[str, Any]:
    """What was read from an archive, as a row of chart_content."""
    metadata = contents.metadata
    return {
        **_metadata(metadata),
        **_own(contents),
        "sources": list(metadata.sources),
        "keywords": list(metadata.keywords),
        "maintainers": [_maintainer(maintainer) for maintainer in metadata.maintainers],
        "dependencies": [_dependency(dependency) for dependency in metadata.dependencies],
        "archive_digest": archive_digest,
        "archive_bytes": archive_bytes,
        "files": [[*file] for file in contents.files],
        "images": list(contents.images),
        "changes": [_change(change) for change in contents.changes],
    }
