"""Signatures are looked at by a sync, whichever way they were published, and again when keys change."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import select

from app.domain.signatures import Verification
from app.domain.sync_events import SyncState, SyncTrigger
from app.oci_client.manifest import OCI_MANIFEST
from app.services.syncing import Syncing
from app.services.verifying import Verifying
from app.signatures.identities import Identity
from app.signatures.keyless import Keyless
from app.signatures.trust import Trust, read_trust
from app.store import signatures, syncs
from app.store.entities import ChartRepository, ChartVersion, Registry
from app.store.session import Store
from app.store.signatures import SignedVersion
from tests.chart_reader.packing import pack_chart
from tests.graphql_api.rows import add_chart, add_registry
from tests.oci_client.lab import bench, digest, fixed, server_context, serving
from tests.real.docker_registry import DockerRegistry
from tests.real.pushing import push_chart
from tests.services.conftest import Room
from tests.signatures.pushing import (
    BUNDLE,
    push_bundle,
    push_bundle_content,
    push_payload,
    push_signature,
    signature_manifest,
)
from tests.signatures.signing import Signer, bundle, pem_of, simple_signing
from tests.signatures.sigstore_lab import GITHUB, WORKFLOW, KeylessSigner, Sigstore

KEY, STRANGE_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


async def sync(room: Room, registry_id: int, trust: Trust) -> None:
    started = await room.triggering.start(registry_id, None, SyncTrigger.MANUAL, "tester")
    await run(room, started.id, trust)


async def run(room: Room, sync_id: int, trust: Trust) -> None:
    assert await Syncing(replace(room.tools, trust=trust)).run(sync_id)
    async with room.store.reading() as session:
        row = await syncs.find(session, sync_id)
    assert row is not None and row.state is SyncState.SUCCEEDED


async def latest(room: Room) -> ChartVersion:
    (chart,) = (await room.browsing.chart_page(await room.browsing.select(), 5, None)).rows
    (version,) = (await room.browsing.versions([chart.latest_version_id or 0])).values()
    return version


def told(version: ChartVersion) -> tuple[bool, bool, str]:
    return version.has_provenance, version.has_signature, version.verification.value


async def test_provenance_is_verified_and_again_when_keys_come_and_go(
    room: Room, shared_docker_registry: DockerRegistry, signer: Signer
) -> None:
    archive = pack_chart("signed", "1.0.0")
    provenance = signer.provenance(archive, "signed-1.0.0.tgz")
    push_chart(shared_docker_registry, "prov/signed", archive, provenance=provenance)
    push_chart(shared_docker_registry, "prov/signed", pack_chart("signed", "0.9.0"))
    registry, first = await room.register(shared_docker_registry, "prov/signed")

    await run(room, first.id, Trust())
    assert told(await latest(room)) == (True, False, "UNVERIFIED")
    ring = read_trust(signer.public_key(armored=True).decode(), None)
    await sync(room, registry.id, ring)
    version = await latest(room)
    assert told(version) == (True, False, "VERIFIED")
    assert version.signed_by is not None and version.signed_by.startswith("Acme Charts")

    blobs = shared_docker_registry.log_text.count("GET /v2/prov/signed/blobs")
    await sync(room, registry.id, ring)
    assert shared_docker_registry.log_text.count("GET /v2/prov/signed/blobs") == blobs
    await sync(room, registry.id, Trust())
    version = await latest(room)
    assert (told(version), version.signed_by) == ((True, False, "UNVERIFIED"), None)


async def test_provenance_of_another_archive_is_invalid(
    room: Room, shared_docker_registry: DockerRegistry, signer: Signer
) -> None:
    provenance = signer.provenance(b"another", "bad-1.0.0.tgz")
    push_chart(shared_docker_registry, "prov/bad", pack_chart("bad", "1.0.0"), provenance=provenance)
    _, first = await room.register(shared_docker_registry, "prov/bad")
    await run(room, first.id, read_trust(signer.public_key(armored=True).decode(), None))
    assert told(await latest(room)) == (True, False, "INVALID")


@pytest.mark.parametrize("push", [push_signature, push_bundle])
async def test_cosign_signature_is_found_by_its_tag_though_it_came_after_the_chart(
    room: Room, shared_docker_registry: DockerRegistry, push: object
) -> None:
    name = f"cosign/{os.urandom(4).hex()}"  # the registry is shared with the other database's run
    pushed = push_chart(shared_docker_registry, name, pack_chart("app", "1.0.0"))
    registry, first = await room.register(shared_docker_registry, name)
    trust = read_trust(None, pem_of(KEY))
    await run(room, first.id, trust)
    assert told(await latest(room)) == (False, False, "UNSIGNED")

    push(shared_docker_registry, name, pushed.digest, KEY)  # type: ignore[operator]
    await sync(room, registry.id, trust)
    assert told(await latest(room)) == (False, True, "VERIFIED")
    await sync(room, registry.id, read_trust(None, pem_of(STRANGE_KEY)))
    assert told(await latest(room)) == (False, True, "UNVERIFIED")


def keyless_payload(registry: DockerRegistry, repository: str, digest: str, signer: KeylessSigner) -> None:
    payload, _ = simple_signing(signer.key, digest)
    push_payload(registry, repository, digest, payload, signer.beside(payload))


def keyless_bundle(registry: DockerRegistry, repository: str, digest: str, signer: KeylessSigner) -> None:
    push_bundle_content(registry, repository, digest, json.dumps(signer.bundle(digest)).encode())


@pytest.mark.parametrize("push", [keyless_payload, keyless_bundle])
async def test_keyless_signature_is_verified_and_again_when_identities_come_and_go(
    room: Room, shared_docker_registry: DockerRegistry, push: object
) -> None:
    name, sigstore = f"keyless/{os.urandom(4).hex()}", Sigstore()
    pushed = push_chart(shared_docker_registry, name, pack_chart("app", "1.0.0"))
    push(shared_docker_registry, name, pushed.digest, sigstore.signer())  # type: ignore[operator]
    registry, first = await room.register(shared_docker_registry, name)

    await run(room, first.id, Trust())
    version = await latest(room)
    assert told(version) == (False, True, "UNVERIFIED")
    assert "CHARTROOM_SIGSTORE_TRUSTED_ROOT" in (version.verification_message or "")
    for subject, state, signed_by in (
        ("https://github.com/somebody/else", "UNVERIFIED", None),
        (WORKFLOW, "VERIFIED", f"{WORKFLOW} (by {GITHUB})"),
    ):
        identities = (Identity(issuer=GITHUB, subject=subject),)
        await sync(room, registry.id, Trust(keyless=Keyless(sigstore.trusted_root(), identities)))
        version = await latest(room)
        assert (told(version), version.signed_by) == ((False, True, state), signed_by)


async def test_moved_tag_is_unsigned_until_its_own_signature_is_found(
    room: Room, shared_docker_registry: DockerRegistry
) -> None:
    pushed = push_chart(shared_docker_registry, "cosign/moved", pack_chart("app", "1.0.0"))
    push_signature(shared_docker_registry, "cosign/moved", pushed.digest, KEY)
    registry, first = await room.register(shared_docker_registry, "cosign/moved")
    trust = read_trust(None, pem_of(KEY))
    await run(room, first.id, trust)
    assert told(await latest(room)) == (False, True, "VERIFIED")

    push_chart(shared_docker_registry, "cosign/moved", pack_chart("app", "1.0.0", {"a.txt": "moved"}))
    await sync(room, registry.id, trust)
    assert told(await latest(room)) == (False, False, "UNSIGNED")


# ── Referrers, against a registry that lists them ──


NOW = datetime(2026, 3, 1, 13, tzinfo=UTC)


async def examined(
    store: Store, handlers: Mapping[str, bytes], trust: Trust, now: datetime = NOW
) -> tuple[dict[int, dict[str, object]], int]:
    """What was recorded by version id, and how many requests it took; paths are below the repository."""
    authority = trustme.CA()
    found: dict[int, dict[str, object]] = {}

    def record(version: SignedVersion, columns: dict[str, object]) -> None:
        found[version.id] = columns

    async with serving(server_context(authority)) as lab, bench(authority) as at:
        lab.on("/v2/", fixed("{}"))
        lab.on("/v2/charts/", fixed("{}", 404))
        for path, body in handlers.items():
            lab.on(f"/v2/charts/payments/{path}", fixed(body))
        async with store.reading() as session:
            rows = (await session.exec(select(ChartRepository.id))).all()
            registry = (await session.exec(select(Registry))).one()
        verifying = Verifying(store, at.anonymous(lab), registry, trust, lambda: now, record)
        await verifying.examine(list(rows), {})
        return found, len([path for path in lab.paths() if "/v2/charts" in path])


def referrers_of(signed: str, *entries: dict[str, str]) -> dict[str, bytes]:
    return {f"referrers/{signed}": json.dumps({"schemaVersion": 2, "manifests": list(entries)}).encode()}


async def test_bundle_is_found_by_the_referrers_api(store: Store) -> None:
    chart = await add_chart(store, await add_registry(store), "charts/payments", ("1.0.0", "0.9.0"))
    async with store.reading() as session:
        rows = await signatures.never_examined(session, [chart.id], 10)
    new, old = rows
    content = bundle(KEY, new.digest)
    manifest, _ = signature_manifest(BUNDLE, content)
    handlers = {
        **referrers_of(new.digest, {"digest": digest(manifest), "artifactType": BUNDLE, "mediaType": OCI_MANIFEST}),
        **referrers_of(old.digest),
        f"manifests/{digest(manifest)}": manifest,
        f"blobs/{digest(content)}": content,
    }
    found, requests = await examined(store, handlers, read_trust(None, pem_of(KEY)))
    assert (found[new.id]["verification"], found[new.id]["has_signature"]) == (Verification.VERIFIED, True)
    assert (found[old.id]["verification"], found[old.id]["has_signature"]) == (Verification.UNSIGNED, False)
    assert requests == 4


async def test_notation_signature_is_found_and_not_verified(store: Store) -> None:
    chart = await add_chart(store, await add_registry(store), "charts/payments")
    async with store.reading() as session:
        (version,) = await signatures.never_examined(session, [chart.id], 10)
    notation = {"digest": "sha256:" + "0" * 64, "artifactType": "application/vnd.cncf.notary.signature"}
    found, _ = await examined(store, referrers_of(version.digest, notation), Trust())
    assert found[version.id]["verification"] is Verification.UNVERIFIED
    assert "notation" in str(found[version.id]["verification_message"])


async def test_registry_without_referrers_is_asked_once_for_all_charts(store: Store) -> None:
    registry = await add_registry(store)
    for number in range(30):
        await add_chart(store, registry, f"charts/p{number}")
    found, requests = await examined(store, {}, Trust())
    assert (found, requests) == ({}, 1)


async def test_registry_without_referrers_is_asked_again_after_a_day_or_at_another_host(store: Store) -> None:
    registry = await add_registry(store)
    await add_chart(store, registry, "charts/payments")

    async def asked(now: datetime) -> int:
        async with store.writing() as session:  # as if it had been pushed just now
            (version,) = (await session.exec(select(ChartVersion))).all()
            version.stored_at = now - timedelta(minutes=1)
            session.add(version)
        return (await examined(store, {}, Trust(), now))[1]

    assert [await asked(NOW + timedelta(hours=hours)) for hours in (0, 1, 23, 25, 26)] == [1, 0, 0, 1, 0]
    async with store.writing() as session:
        row = (await session.exec(select(Registry))).one()
        row.host = "elsewhere.example.com"
        session.add(row)
    assert await asked(NOW + timedelta(hours=27)) == 1


async def test_older_versions_are_not_asked_for_when_the_latest_has_no_referrers(store: Store) -> None:
    chart = await add_chart(store, await add_registry(store), "charts/payments", ("1.0.0", "0.9.0", "0.8.0"))
    async with store.reading() as session:
        newest = (await signatures.never_examined(session, [chart.id], 10))[0]
    found, requests = await examined(store, referrers_of(newest.digest), Trust())
    assert (found, requests) == ({}, 1)


async def test_signature_that_cannot_be_fetched_fails_nothing_and_stays_to_be_looked_at(store: Store) -> None:
    registry = await add_registry(store)
    chart = await add_chart(store, registry, "charts/payments")
    async with store.reading() as session:
        (version,) = await signatures.never_examined(session, [chart.id], 10)
    missing = {"digest": "sha256:" + "0" * 64, "artifactType": BUNDLE}
    found, _ = await examined(store, referrers_of(version.digest, missing), read_trust(None, pem_of(KEY)))
    assert found == {}


async def test_what_was_found_is_not_written_to_a_version_that_moved_meanwhile(store: Store) -> None:
    chart = await add_chart(store, await add_registry(store), "charts/payments")
    async with store.reading() as session:
        (version,) = await signatures.never_examined(session, [chart.id], 10)
    columns = {"has_signature": True, "verification": Verification.VERIFIED, "signed_by": "Ada"}
    for of_digest, written in (("sha256:" + "0" * 64, False), (version.digest, True)):
        async with store.writing() as session:
            await session.run_sync(signatures.save, [{"version_id": version.id, "of_digest": of_digest, **columns}])
        async with store.reading() as session:
            assert (await session.get_one(ChartVersion, version.id)).has_signature is written
