"""Looks at the signatures of versions: provenance, cosign's tags, referrers. After the charts are stored.

What there is to look at is read from the store, so that a sync that is taken up anew goes on where it was. A
signature that cannot be fetched fails nothing: it is looked at again by the next sync.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

import orjson
import structlog

from app.domain.faults import REGISTRY_WIDE
from app.domain.signatures import UNSIGNED, Verdict, Verification, best_of, combined
from app.oci_client.client import RegistryClient
from app.oci_client.errors import RegistryError
from app.oci_client.manifest import ChartManifest, Descriptor
from app.oci_client.reference import is_digest
from app.oci_client.referrers import Referrer, list_referrers, referrers_in
from app.services.clock import Clock
from app.signatures import cosign
from app.signatures.provenance import PROVENANCE_MAX_BYTES, verify_provenance
from app.signatures.trust import Trust
from app.store import signatures
from app.store.entities import Registry
from app.store.session import Store
from app.store.signatures import SignedVersion

AT_ONCE = 8  # each is two small requests; charts of other syncs go on beside
SIGNATURES_MAX_COUNT = 10
"""Of one version. Releases are signed once or twice; each costs a request."""
SIGNATURE_MAX_BYTES = 1024 * 1024  # a bundle with a certificate and a proof of inclusion has 10 KiB
REFERRERS_ASKED_FOR = timedelta(days=1)
"""How long after a version was stored its signature may still come: publishers push first and sign then."""
LOOKED_BACK_MAX_COUNT = 1000
"""Versions of a repository that are asked for referrers at once, when its latest turns out to have some."""
NOTATION = "application/vnd.cncf.notary.signature"
COSIGN_ARTIFACT = "application/vnd.dev.cosign.artifact.sig"

log = structlog.get_logger()

Record = Callable[[SignedVersion, dict[str, Any]], None]


class Verifying:
    """Of one sync. `record` takes what was found of a version, as columns of its row."""

    def __init__(
        self,
        store: Store,
        client: RegistryClient,
        registry: Registry,
        trust: Trust,
        clock: Clock,
        record: Record,
    ) -> None:
        self._store = store
        self._registry = registry
        self._client = client
        self._trust = trust
        self._clock = clock
        self._record = record
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._referrers_listed = True
        self._referrers_seen = False
        self._first_referrers = asyncio.Lock()
        self._stopped = False

    async def examine(self, repository_ids: Collection[int], provenance: Mapping[str, Descriptor]) -> None:
        """`provenance`: layers by manifest digest, as far as manifests were read just now."""
        async with self._store.reading() as session:
            known = await signatures.to_examine(session, repository_ids, self._trust.name)
            since = self._clock() - REFERRERS_ASKED_FOR
            self._referrers_listed = not await signatures.lacks_referrers(session, self._registry, since)
            latest = await signatures.latest_since(session, repository_ids, self._clock() - REFERRERS_ASKED_FOR)
        await self._examine_all(
            self._examine(version, tags, provenance.get(version.digest)) for version, tags in known.values()
        )
        signed: set[int] = set()
        await self._examine_all(self._ask_referrers(version, signed) for version in latest if version.id not in known)
        if signed:
            async with self._store.reading() as session:
                older = await signatures.never_examined(session, signed, LOOKED_BACK_MAX_COUNT)
            asked = {version.id for version in latest} | known.keys()  # what they said may not be written yet
            await self._examine_all(
                self._ask_referrers(version, signed, once=True) for version in older if version.id not in asked
            )

    async def _examine_all(self, examinations: Iterable[Any]) -> None:
        async with asyncio.TaskGroup() as group:
            for examination in examinations:
                await self._slots.acquire()
                group.create_task(self._patiently(examination)).add_done_callback(lambda _task: self._slots.release())

    async def _patiently(self, examination: Any) -> None:
        """Goes on with the next one whatever the registry does; stops where all would fail alike."""
        if self._stopped:
            examination.close()
            return
        try:
            await examination
        except RegistryError as error:
            self._stopped = error.code in REGISTRY_WIDE
            log.warning("sync.signature_not_read", reason=str(error))

    # ── One version ──

    async def _examine(self, version: SignedVersion, tags: list[str], provenance: Descriptor | None) -> None:
        of_provenance = await self._provenance(version, provenance)
        verdicts = [verdict for tag in tags for verdict in await self._under_tag(version, tag)]
        if not tags and self._referrers_listed:
            verdicts = await self._referring(version) or []
        self._found(version, of_provenance, verdicts)

    async def _ask_referrers(self, version: SignedVersion, signed: set[int], once: bool = False) -> None:
        verdicts = await self._referring(version) if self._referrers_listed else None
        if verdicts:
            signed.add(version.chart_id)
            self._found(version, await self._provenance(version, None), verdicts)
        elif once and verdicts is not None and not version.has_provenance:
            self._record(version, {**_columns(UNSIGNED, False), "trusted_keys": self._trust.name})

    def _found(self, version: SignedVersion, provenance: Verdict, verdicts: list[Verdict]) -> None:
        verdict = combined(provenance, best_of(verdicts))
        self._record(version, {**_columns(verdict, bool(verdicts)), "trusted_keys": self._trust.name})

    async def _provenance(self, version: SignedVersion, layer: Descriptor | None) -> Verdict:
        if not version.has_provenance:
            return UNSIGNED
        if layer is None:
            manifest = (await self._client.get_chart_manifest(version.repository, version.digest)).manifest
            layer = manifest.provenance_layer if isinstance(manifest, ChartManifest) else None
        if layer is None:
            return UNSIGNED
        if layer.size > PROVENANCE_MAX_BYTES:
            return Verdict(Verification.UNVERIFIED, None, f"The provenance has {layer.size} bytes: too many to read.")
        signed = await self._client.read_blob(version.repository, layer, max_bytes=PROVENANCE_MAX_BYTES)
        file_name = f"{version.chart_name}-{version.chart_version}.tgz"
        return await asyncio.to_thread(
            verify_provenance, signed, version.archive_digest, file_name, self._trust.keyring
        )

    async def _under_tag(self, version: SignedVersion, tag: str) -> list[Verdict]:
        """Of what cosign put under its tag, or of the list that stands in for the referrers API."""
        if tag.endswith(".sig"):
            return await self._in_manifest(version, tag)
        if "." in tag:
            return []  # attestations and bills of materials sign something else
        listed = referrers_in(_parsed((await self._client.get_manifest(version.repository, tag)).body))
        return await self._of_referrers(version, [(each.artifact_type, each.digest) for each in listed])

    async def _referring(self, version: SignedVersion) -> list[Verdict] | None:
        """None where the registry does not list referrers."""
        if self._referrers_seen:
            listed = await list_referrers(self._client, version.repository, version.digest)
        else:
            async with self._first_referrers:  # the others wait for what it comes to
                listed = await self._referrers_if_any(version)
        if listed is None:
            return None
        return await self._of_referrers(version, [(each.artifact_type, each.digest) for each in listed])

    async def _referrers_if_any(self, version: SignedVersion) -> tuple[Referrer, ...] | None:
        """None where the registry lists none; that is remembered, so that the next syncs need not ask."""
        if not self._referrers_listed:
            return None
        listed = await list_referrers(self._client, version.repository, version.digest)
        self._referrers_seen = self._referrers_listed = listed is not None
        if listed is None:
            async with self._store.writing() as session:
                await signatures.remember_absent_referrers(session, self._registry, self._clock())
        return listed

    async def _of_referrers(self, version: SignedVersion, listed: list[tuple[str, str]]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for artifact_type, digest in listed[:SIGNATURES_MAX_COUNT]:
            if artifact_type.startswith((cosign.BUNDLE_PREFIX, COSIGN_ARTIFACT)):
                verdicts += await self._in_manifest(version, digest)
            elif artifact_type == NOTATION:
                message = "There is a notation signature; those are found here, and not verified."
                verdicts.append(Verdict(Verification.UNVERIFIED, None, message))
        return verdicts

    async def _in_manifest(self, version: SignedVersion, reference: str) -> list[Verdict]:
        """Of every signature that a manifest of cosign's holds as a layer."""
        document = _parsed((await self._client.get_manifest(version.repository, reference)).body)
        verdicts: list[Verdict] = []
        layers = document.get("layers")
        for layer in layers[:SIGNATURES_MAX_COUNT] if isinstance(layers, list) else ():
            descriptor = _descriptor(layer)
            bundled = descriptor is not None and descriptor.media_type.startswith(cosign.BUNDLE_PREFIX)
            if descriptor is None or not (bundled or descriptor.media_type == cosign.SIMPLE_SIGNING):
                continue
            signed = await self._client.read_blob(version.repository, descriptor, max_bytes=SIGNATURE_MAX_BYTES)
            if bundled:
                verdict = await asyncio.to_thread(self._trust.verify_bundle, signed, version.digest)
            else:
                beside = descriptor.annotations
                verdict = await asyncio.to_thread(self._trust.verify_payload, signed, beside, version.digest)
            if verdict is not None:
                verdicts.append(verdict)
        return verdicts


def _columns(verdict: Verdict, has_signature: bool) -> dict[str, Any]:
    return {
        "has_signature": has_signature,
        "verification": verdict.verification,
        "signed_by": verdict.signed_by,
        "verification_message": verdict.message,
    }


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _descriptor(layer: Any) -> Descriptor | None:
    """None where it is none, or one of a size that no signature has."""
    if not isinstance(layer, dict):
        return None
    media_type, digest, size = layer.get("mediaType"), layer.get("digest"), layer.get("size")
    annotations = layer.get("annotations") or {}
    sound = (
        isinstance(media_type, str)
        and isinstance(digest, str)
        and is_digest(digest)
        and type(size) is int
        and 0 <= size <= SIGNATURE_MAX_BYTES
        and isinstance(annotations, dict)
    )
    if not sound:
        return None
    texts = {name: value for name, value in annotations.items() if isinstance(value, str)}
    return Descriptor(str(media_type), str(digest), size, texts)  # type: ignore[arg-type]
