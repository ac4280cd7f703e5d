"""Manifests, blobs, tags: what is asked, what is believed, what is refused."""

import asyncio
import json

import pytest
import trustme
from aiohttp import web

from app.oci_client.client import ManifestHead
from app.oci_client.credentials import Anonymous
from app.oci_client.errors import (
    BlobNotFound,
    DigestMismatch,
    InvalidReference,
    MalformedManifest,
    ManifestNotFound,
    PermissionDenied,
    RegistryError,
    RepositoryNotFound,
    TimedOut,
    TooLarge,
    UnexpectedAnswer,
)
from app.oci_client.limits import ClientLimits
from app.oci_client.manifest import HELM_CONFIG, OCI_INDEX, OCI_MANIFEST, ChartManifest, NotAChart
from app.oci_client.reference import RegistryHost
from tests.oci_client.lab import (
    INSECURE,
    Bench,
    LabServer,
    bench,
    blob,
    chart_manifest,
    digest,
    fixed,
    in_turn,
    server_context,
    serving,
)

MANIFESTS = "/v2/acme/payments/manifests/"
BLOBS = "/v2/acme/payments/blobs/"
TAGS = "/v2/acme/payments/tags/list"
REPOSITORY = "acme/payments"
ARCHIVE = b"chart bytes " * 1000


async def all_tags(made: Bench, lab: LabServer, limits: ClientLimits | None = None) -> list[str]:
    client = made.anonymous(lab, limits)
    return [listed.tag async for page in client.list_tags(REPOSITORY) for listed in page]


# Manifests


async def test_manifest_is_fetched_with_digest_of_its_bytes(lab: LabServer, at: Bench) -> None:
    body = chart_manifest()
    lab.on(MANIFESTS, fixed(body, Content_Type=OCI_MANIFEST, Docker_Content_Digest=digest(body)))
    fetched = await at.anonymous(lab).get_manifest(REPOSITORY, "1.2.3")
    assert (fetched.digest, fetched.body, fetched.media_type) == (digest(body), body, OCI_MANIFEST)
    assert OCI_INDEX in lab.seen[-1].headers["accept"]


async def test_manifest_is_refused_when_it_does_not_hash_to_what_was_asked(lab: LabServer, at: Bench) -> None:
    lab.on(MANIFESTS, fixed(chart_manifest()))
    with pytest.raises(DigestMismatch) as caught:
        await at.anonymous(lab).get_manifest(REPOSITORY, digest(b"other"))
    assert caught.value.repository == REPOSITORY and caught.value.reference == digest(b"other")
    assert not caught.value.temporary


async def test_manifest_is_refused_when_header_names_another_digest(lab: LabServer, at: Bench) -> None:
    lab.on(MANIFESTS, fixed(chart_manifest(), Docker_Content_Digest=digest(b"other")))
    with pytest.raises(DigestMismatch):
        await at.anonymous(lab).get_manifest(REPOSITORY, "1.2.3")


async def test_head_tells_digest_without_fetching_body(lab: LabServer, at: Bench) -> None:
    body = chart_manifest()
    lab.on(MANIFESTS, fixed(body, Content_Type=OCI_MANIFEST, Docker_Content_Digest=digest(body)))
    head = await at.anonymous(lab).head_manifest(REPOSITORY, "1.2.3")
    assert (head.digest, head.media_type, head.size) == (digest(body), OCI_MANIFEST, len(body))
    assert [seen.method for seen in lab.seen] == ["GET", "HEAD"]


async def test_head_falls_back_to_get_when_registry_sends_no_digest(lab: LabServer, at: Bench) -> None:
    body = chart_manifest()
    lab.on(MANIFESTS, fixed(body))
    assert (await at.anonymous(lab).head_manifest(REPOSITORY, "1.2.3")).digest == digest(body)
    assert [seen.method for seen in lab.seen] == ["GET", "HEAD", "GET"]


async def test_digest_is_the_known_one_when_registry_answers_304(lab: LabServer, at: Bench) -> None:
    body = chart_manifest()

    async def conditional(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == f'"{digest(body)}"':
            return web.Response(status=304)
        return web.Response(body=body)

    lab.on(MANIFESTS, conditional)
    client = at.anonymous(lab)
    assert (await client.head_manifest(REPOSITORY, "1.2.3", digest(b"old"))).digest == digest(body)
    assert await client.head_manifest(REPOSITORY, "1.2.3", digest(body)) == ManifestHead(digest(body), None, None)


@pytest.mark.parametrize("reference", ["../x", "", "a b", "sha256:abc", "x" * 129, "1.2.3?x"])
async def test_reference_is_refused_unasked_when_it_is_none(lab: LabServer, at: Bench, reference: str) -> None:
    with pytest.raises(InvalidReference):
        await at.anonymous(lab).get_manifest(REPOSITORY, reference)
    assert lab.seen == []


async def test_chart_is_found_when_an_index_wraps_it(lab: LabServer, at: Bench) -> None:
    image, chart = b'{"schemaVersion":2,"config":{},"layers":[]}', chart_manifest()
    entries = [
        {"mediaType": OCI_MANIFEST, "digest": digest(image), "size": 1, "platform": {"os": "linux"}},
        {"mediaType": OCI_MANIFEST, "digest": digest(chart), "size": len(chart), "artifactType": HELM_CONFIG},
    ]
    index = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()
    lab.on(MANIFESTS + "1.2.3", fixed(index, Content_Type=OCI_INDEX))
    lab.on(MANIFESTS + digest(chart), fixed(chart, Content_Type=OCI_MANIFEST))
    fetched = await at.anonymous(lab).get_chart_manifest(REPOSITORY, "1.2.3")
    assert isinstance(fetched.manifest, ChartManifest)
    assert (fetched.digest, fetched.top_digest) == (digest(chart), digest(index))
    assert MANIFESTS + digest(image) not in lab.paths()


async def test_index_is_no_chart_when_its_child_is_an_index_again(lab: LabServer, at: Bench) -> None:
    inner = b'{"schemaVersion":2,"manifests":[]}'
    entry = {"mediaType": OCI_MANIFEST, "digest": digest(inner), "size": len(inner)}
    outer = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
    lab.on(MANIFESTS + "1.2.3", fixed(outer))
    lab.on(MANIFESTS + digest(inner), fixed(inner))
    fetched = await at.anonymous(lab).get_chart_manifest(REPOSITORY, "1.2.3")
    assert isinstance(fetched.manifest, NotAChart)


async def test_malformed_manifest_is_named_with_repository_and_tag(lab: LabServer, at: Bench) -> None:
    lab.on(MANIFESTS, fixed(chart_manifest(manifests=[])))
    with pytest.raises(MalformedManifest) as caught:
        await at.anonymous(lab).get_chart_manifest(REPOSITORY, "1.2.3")
    assert (caught.value.repository, caught.value.reference) == (REPOSITORY, "1.2.3")


async def test_manifest_is_too_large_when_beyond_bound_announced_or_not(lab: LabServer, at: Bench) -> None:
    async def chunked(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x" * 1000)
        return response

    limits = ClientLimits(manifest_max_bytes=5000)
    for handler in (fixed(b"x" * 5001), chunked):
        lab.on(MANIFESTS, handler)
        with pytest.raises(TooLarge):
            await at.anonymous(lab, limits).get_manifest(REPOSITORY, "1.2.3")


async def test_manifest_is_refused_when_it_comes_compressed(lab: LabServer, at: Bench) -> None:
    lab.on(MANIFESTS, fixed(b"\x1f\x8b", Content_Encoding="gzip"))
    with pytest.raises(UnexpectedAnswer, match="gzip"):
        await at.anonymous(lab).get_manifest(REPOSITORY, "1.2.3")


@pytest.mark.parametrize(
    ("path", "status", "code", "expected"),
    [
        (MANIFESTS, 404, "MANIFEST_UNKNOWN", ManifestNotFound),
        (MANIFESTS, 404, "NAME_UNKNOWN", RepositoryNotFound),
        (MANIFESTS, 404, "", ManifestNotFound),
        (MANIFESTS, 403, "DENIED", PermissionDenied),
        (MANIFESTS, 403, "NAME_UNKNOWN", PermissionDenied),
        (MANIFESTS, 418, "", UnexpectedAnswer),
    ],
)
async def test_status_decides_before_code_when_registry_refuses(
    lab: LabServer, at: Bench, path: str, status: int, code: str, expected: type[RegistryError]
) -> None:
    body = json.dumps({"errors": [{"code": code, "message": "so\u202e it\nis"}]})
    lab.on(path, fixed(body, status))
    with pytest.raises(expected) as caught:
        await at.anonymous(lab).get_manifest(REPOSITORY, "1.2.3")
    assert type(caught.value) is expected
    assert "“so it is”" in str(caught.value)


# Blobs


async def test_blob_is_read_when_digest_and_size_are_right(lab: LabServer, at: Bench) -> None:
    lab.on(BLOBS, fixed(ARCHIVE))
    client = at.anonymous(lab)
    assert await client.read_blob(REPOSITORY, blob(ARCHIVE)) == ARCHIVE
    assert client.requests_made == 2


async def test_empty_blob_is_read(lab: LabServer, at: Bench) -> None:
    lab.on(BLOBS, fixed(b""))
    assert await at.anonymous(lab).read_blob(REPOSITORY, blob(b"")) == b""


async def raw_blob_server(authority: trustme.CA, answer: bytes) -> asyncio.Server:
    """Answers every request but pings with exactly these bytes, then hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        ping = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        writer.write(ping if b"GET /v2/ " in request else answer)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_context(authority))


@pytest.mark.parametrize(
    ("head", "body", "temporary"),
    [
        (f"Content-Length: {len(ARCHIVE)}", ARCHIVE[:-10], True),
        (f"Content-Length: {len(ARCHIVE) + 1}", ARCHIVE + b"x", False),
        ("Connection: close", ARCHIVE + b"x", False),
        ("Connection: close", ARCHIVE[:-1], True),
        ("Connection: close", ARCHIVE[:-1] + b"x", False),
        ("Transfer-Encoding: chunked", b"5\r\nchart\r\n", True),
    ],
    ids=["cut", "lying-long", "longer", "shorter", "other-bytes", "chunked-cut"],
)
async def test_blob_is_never_whole_when_its_bytes_are_not_the_promised(
    authority: trustme.CA, at: Bench, head: str, body: bytes, temporary: bool
) -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + head.encode() + b"\r\n\r\n" + body
    async with await raw_blob_server(authority, answer) as server:
        host = RegistryHost("127.0.0.1", server.sockets[0].getsockname()[1])
        with pytest.raises(DigestMismatch) as caught:
            await at.client(host, Anonymous()).read_blob(REPOSITORY, blob(ARCHIVE))
    assert caught.value.reference == digest(ARCHIVE) and caught.value.repository == REPOSITORY
    assert caught.value.temporary is temporary


async def test_blob_is_refused_when_more_comes_than_its_length_says(authority: trustme.CA, at: Bench) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" + ARCHIVE
    async with await raw_blob_server(authority, answer) as server:
        host = RegistryHost("127.0.0.1", server.sockets[0].getsockname()[1])
        with pytest.raises((DigestMismatch, UnexpectedAnswer)) as caught:
            await at.client(host, Anonymous()).read_blob(REPOSITORY, blob(ARCHIVE))
    assert (caught.value.repository, caught.value.reference) == (REPOSITORY, digest(ARCHIVE))


async def test_blob_is_read_again_when_it_broke_off(lab: LabServer, at: Bench) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(ARCHIVE))})
        await response.prepare(request)
        await response.write(ARCHIVE[:100])
        assert request.transport is not None
        request.transport.close()
        return response

    lab.on(BLOBS, in_turn(broken, fixed(ARCHIVE)))
    assert await at.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE)) == ARCHIVE


async def test_blob_is_too_large_unasked_when_its_descriptor_says_so(lab: LabServer, at: Bench) -> None:
    with pytest.raises(TooLarge):
        await at.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE), max_bytes=100)
    assert lab.seen == []


async def test_blob_is_refused_when_it_comes_compressed(lab: LabServer, at: Bench) -> None:
    lab.on(BLOBS, fixed(ARCHIVE, Content_Encoding="gzip"))
    with pytest.raises(UnexpectedAnswer, match="gzip"):
        await at.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE))


async def test_missing_blob_is_named(lab: LabServer, at: Bench) -> None:
    lab.on(BLOBS, fixed("", 404))
    with pytest.raises(BlobNotFound) as caught:
        await at.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE))
    assert digest(ARCHIVE) in str(caught.value)


@pytest.mark.parametrize(
    "limits",
    [
        ClientLimits(tries_max=1, read_timeout_seconds=0.2),
        ClientLimits(tries_max=1, throughput_grace_seconds=0.2),
        ClientLimits(tries_max=1, blob_timeout_seconds=0.3),
    ],
    ids=["silence", "drip", "total"],
)
async def test_blob_times_out_when_it_drips(authority: trustme.CA, lab: LabServer, limits: ClientLimits) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(ARCHIVE))})
        await response.prepare(request)
        pause = 0.5 if limits.read_timeout_seconds < 1 else 0.02
        for byte in ARCHIVE:
            await response.write(bytes([byte]))
            await asyncio.sleep(pause)
        return response

    lab.on(BLOBS, drip)
    async with bench(authority, limits=limits) as made:
        client = made.client(lab, Anonymous(), limits=limits)
        with pytest.raises(TimedOut) as caught:
            await client.read_blob(REPOSITORY, blob(ARCHIVE))
    assert caught.value.repository == REPOSITORY and caught.value.code == "TIMED_OUT"


# Redirects


async def test_blob_is_read_behind_redirect_without_credentials_or_cookies(
    authority: trustme.CA, lab: LabServer, at: Bench
) -> None:
    async with serving(server_context(authority)) as storage:
        storage.on("/store", fixed(ARCHIVE))
        location = f"https://127.0.0.1:{storage.port}/store?sig=a%2Fb%2B"
        lab.on("/v2/", fixed("", 401, WWW_Authenticate="Basic realm=x", Set_Cookie="sid=canary; Path=/"))
        lab.on(BLOBS, fixed("", 307, Location=location, Set_Cookie="sid=canary; Path=/"))
        assert await at.client(lab).read_blob(REPOSITORY, blob(ARCHIVE)) == ARCHIVE
        assert await at.client(lab).read_blob(REPOSITORY, blob(ARCHIVE)) == ARCHIVE
        assert storage.secrets_seen() == []
        assert storage.seen[0].query == "sig=a%2Fb%2B"
        assert set(storage.seen[0].headers) <= {"host", "user-agent", "accept-encoding"}
        assert any(value.startswith("Basic ") for value in lab.secrets_seen())
        assert not any("canary;" in value or "sid" in value for value in lab.secrets_seen())


async def test_redirect_within_the_registry_carries_no_credentials_either(lab: LabServer, at: Bench) -> None:
    lab.on("/v2/", fixed("", 401, WWW_Authenticate="Basic realm=x"))
    lab.on(BLOBS, fixed("", 302, Location="/elsewhere"))
    lab.on("/elsewhere", fixed(ARCHIVE))
    assert await at.client(lab).read_blob(REPOSITORY, blob(ARCHIVE)) == ARCHIVE
    assert "authorization" not in lab.seen[-1].headers


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "https://u:p@127.0.0.1:{port}/x",
        "https://",
    ],
)
async def test_redirect_is_refused_when_it_is_not_plain_https(lab: LabServer, at: Bench, location: str) -> None:
    lab.on(BLOBS, fixed("", 307, Location=location.format(port=lab.port)))
    lab.on("/x", fixed(ARCHIVE))
    with pytest.raises(UnexpectedAnswer):
        await at.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE))
    assert "/x" not in lab.paths()


async def test_redirect_is_refused_when_it_leads_to_metadata(lab: LabServer, at: Bench) -> None:
    lab.on(BLOBS, fixed("", 307, Location="https://169.254.169.254/latest/meta-data/"))
    with pytest.raises(RegistryError, match="never connected to"):
        await at.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE))


async def test_redirects_end_when_there_are_too_many(lab: LabServer, at: Bench) -> None:
    lab.on(BLOBS, fixed("", 307, Location=BLOBS + "again"))
    with pytest.raises(UnexpectedAnswer, match="more than 5 times"):
        await at.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE))
    assert len(lab.seen) == 1 + 6


async def test_insecure_follows_redirect_to_plain_http(authority: trustme.CA) -> None:
    async with serving() as lab, bench(authority, INSECURE) as made:
        lab.on("/v2/", fixed("{}"))
        lab.on(BLOBS, fixed("", 307, Location=f"http://127.0.0.1:{lab.port}/x"))
        lab.on("/x", fixed(ARCHIVE))
        assert await made.anonymous(lab).read_blob(REPOSITORY, blob(ARCHIVE)) == ARCHIVE


# Tags


async def test_tags_are_listed_over_all_pages_once_each(lab: LabServer, at: Bench) -> None:
    pages = {
        "n=1000": (["2", "1"], f'<{TAGS}?last=1>; rel="next"'),
        "last=1": (["1", "3"], '</repository/x/v2/tags?last=z>; rel="next"'),
        "last=z": (["../x", "4"], ""),
    }

    async def listing(request: web.Request) -> web.StreamResponse:
        tags, link = pages[request.rel_url.raw_query_string]
        return web.Response(text=json.dumps({"tags": tags}), headers={"Link": link} if link else {})

    lab.on(TAGS, listing)
    assert await all_tags(at, lab) == ["2", "1", "3", "4"]


async def test_no_tags_are_listed_when_registry_says_null(lab: LabServer, at: Bench) -> None:
    lab.on(TAGS, fixed('{"name":"acme/payments","tags":null}'))
    assert await all_tags(at, lab) == []


async def test_full_page_without_link_is_continued_by_last_name(lab: LabServer, at: Bench) -> None:
    tags = [f"1.0.{number}" for number in range(1500)]

    async def listing(request: web.Request) -> web.StreamResponse:
        last = request.query.get("last")
        start = tags.index(last) + 1 if last else 0
        return web.json_response({"tags": tags[start : start + 1000]})

    lab.on(TAGS, listing)
    assert await all_tags(at, lab) == tags
    assert len(lab.seen) == 3


async def test_full_page_is_asked_further_once_when_registry_ignores_last(lab: LabServer, at: Bench) -> None:
    tags = [str(number) for number in range(1000)]
    lab.on(TAGS, fixed(json.dumps({"tags": tags})))
    assert await all_tags(at, lab) == tags
    assert len(lab.seen) == 3


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("<html><body>Sign in</body></html>", {"Content-Type": "text/html"}),
        ("", {}),
        ("[]", {}),
        ('{"tags": "1.2.3"}', {}),
        ('{"tags": [1]}', {}),
        ("{}", {}),
        ('{"tags": ["1"]}', {"Link": "</v2/x?last=1"}),
        ('{"tags": ["1"]}', {"Link": '<https://evil.example/v2/x?last=1>; rel="next"'}),
    ],
)
async def test_page_is_refused_when_it_is_no_list_of_tags(
    lab: LabServer, at: Bench, body: str, headers: dict[str, str]
) -> None:
    lab.on(TAGS, fixed(body, 200, **headers))
    with pytest.raises(UnexpectedAnswer) as caught:
        await all_tags(at, lab)
    assert caught.value.repository == REPOSITORY


async def test_listing_ends_when_pages_lead_in_a_circle(lab: LabServer, at: Bench) -> None:
    lab.on(TAGS, fixed('{"tags":["1"]}', Link=f'<{TAGS}?n=1000>; rel="next"'))
    with pytest.raises(UnexpectedAnswer, match="read already"):
        await all_tags(at, lab)


async def test_listing_ends_when_there_are_too_many_pages(lab: LabServer, at: Bench) -> None:
    asked = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        link = f'<{TAGS}?last={asked}>; rel="next"'
        return web.Response(text='{"tags":["same"]}', headers={"Link": link})

    lab.on(TAGS, endless)
    with pytest.raises(TooLarge):
        await all_tags(at, lab, ClientLimits(pages_max=20))
    assert asked == 20


async def test_hundred_thousand_tags_are_listed_and_one_more_is_too_many(lab: LabServer, at: Bench) -> None:
    tags = [f"1.0.{number}" for number in range(100_000)]
    lab.on(TAGS, fixed(json.dumps({"tags": tags}), Content_Type="text/plain; charset=utf-8"))
    assert await all_tags(at, lab) == tags
    lab.on(TAGS, fixed(json.dumps({"tags": [*tags, "one-more"]})))
    with pytest.raises(TooLarge) as caught:
        await all_tags(at, lab)
    assert caught.value.repository == REPOSITORY


async def test_missing_repository_is_named(lab: LabServer, at: Bench) -> None:
    lab.on(TAGS, fixed('{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}', 404))
    with pytest.raises(RepositoryNotFound, match="acme/payments"):
        await all_tags(at, lab)


async def test_catalog_is_listed_when_registry_shows_it(lab: LabServer, at: Bench) -> None:
    lab.on("/v2/_catalog", fixed('{"repositories":["acme/payments","Bad Name","b"]}'))
    found = [listed.name async for page in at.anonymous(lab).discover_repositories() for listed in page]
    assert found == ["acme/payments", "b"]


async def test_web_site_is_told_from_a_registry(lab: LabServer, at: Bench) -> None:
    lab.on("/v2/", fixed("<html></html>", 200, Content_Type="text/html"))
    with pytest.raises(UnexpectedAnswer, match="web site"):
        await at.anonymous(lab).ping()


async def test_registry_works_though_ping_is_not_found(lab: LabServer, at: Bench) -> None:
    lab.on("/v2/", fixed("", 404))
    lab.on(TAGS, fixed('{"tags":["1"]}'))
    assert await all_tags(at, lab) == ["1"]
