"""TLS, names and addresses, against real listeners."""

import asyncio
import datetime
from ipaddress import ip_network

import pytest
import trustme

from app.oci_client.address_guard import AddressGuard
from app.oci_client.credentials import Anonymous
from app.oci_client.errors import (
    AddressRefused,
    ConnectionRefused,
    InvalidCaCertificate,
    NameNotResolved,
    RegistryError,
    RegistryUnreachable,
    TimedOut,
    TlsFailed,
    TlsNotSpoken,
)
from app.oci_client.limits import ClientLimits
from app.oci_client.reference import RegistryHost
from app.oci_client.tls import ConnectionSecurity, TlsSettings, read_certificate
from tests.oci_client.lab import (
    INSECURE,
    Bench,
    FixedResolver,
    LabServer,
    bench,
    fixed,
    pem_of,
    server_context,
    serving,
)
from tests.real.child_process import free_port

ONE_TRY = ClientLimits(tries_max=1)


async def failure(made: Bench, host: LabServer | RegistryHost) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        await made.client(host, Anonymous(), limits=ONE_TRY).ping()
    return caught.value


def with_ca(pem: str) -> TlsSettings:
    return TlsSettings(ConnectionSecurity.SECURE_WITH_CA, pem)


async def test_secure_connects_when_system_knows_the_ca(lab: LabServer, at: Bench) -> None:
    await at.anonymous(lab).ping()
    assert lab.paths() == ["/v2/"]
    assert lab.seen[0].headers["accept-encoding"] == "identity"
    assert lab.seen[0].headers["host"] == f"127.0.0.1:{lab.port}"


async def test_secure_fails_and_advises_ca_when_system_does_not_know_it(at: Bench) -> None:
    stranger = trustme.CA(organization_name="Acme Private CA")
    async with serving(server_context(stranger)) as lab:
        error = await failure(at, lab)
    assert isinstance(error, TlsFailed) and error.code == "TLS_FAILED" and not error.temporary
    assert "Acme Private CA" in str(error) and "SECURE_WITH_CA" in str(error)
    assert lab.seen == []


async def test_given_ca_connects_when_it_signed_the_certificate(authority: trustme.CA) -> None:
    private = trustme.CA()
    async with serving(server_context(private)) as lab, bench(authority, with_ca(pem_of(private))) as made:
        lab.on("/v2/", fixed("{}"))
        await made.anonymous(lab).ping()


async def test_given_ca_fails_and_names_issuer_when_another_signed(authority: trustme.CA, lab: LabServer) -> None:
    async with bench(authority, with_ca(pem_of(trustme.CA()))) as made:
        error = await failure(made, lab)
    assert isinstance(error, TlsFailed)
    assert "Lab CA" in str(error) and "given with the registry" in str(error)


async def test_given_intermediate_connects_when_it_stands_for_the_ca(authority: trustme.CA) -> None:
    intermediate = trustme.CA().create_child_ca()
    async with (
        serving(server_context(intermediate)) as lab,
        bench(authority, with_ca(pem_of(intermediate))) as made,
    ):
        lab.on("/v2/", fixed("{}"))
        await made.anonymous(lab).ping()


@pytest.mark.parametrize("settings", [None, "ca"])
async def test_verification_fails_and_names_the_names_when_certificate_is_for_another(
    authority: trustme.CA, settings: str | None
) -> None:
    chosen = with_ca(pem_of(authority)) if settings else TlsSettings()
    context = server_context(authority, "registry.acme.example")
    async with serving(context) as lab, bench(authority, chosen) as made:
        error = await failure(made, lab)
    assert isinstance(error, TlsFailed)
    assert "registry.acme.example" in str(error)


async def test_verification_fails_with_date_when_certificate_expired(authority: trustme.CA, at: Bench) -> None:
    ended = datetime.datetime(2025, 3, 4, tzinfo=datetime.UTC)
    async with serving(server_context(authority, "127.0.0.1", not_after=ended)) as lab:
        error = await failure(at, lab)
    assert isinstance(error, TlsFailed)
    assert "expired on 2025-03-04" in str(error)


async def test_insecure_connects_when_nobody_knows_the_ca(authority: trustme.CA) -> None:
    async with serving(server_context(trustme.CA(), "elsewhere.example")) as lab, bench(authority, INSECURE) as made:
        lab.on("/v2/", fixed("{}"))
        client = made.anonymous(lab)
        await client.ping()
    assert client.caller.origin.startswith("https://")


async def test_insecure_speaks_plain_http_and_remembers_when_server_knows_no_tls(authority: trustme.CA) -> None:
    async with serving() as lab, bench(authority, INSECURE) as made:
        lab.on("/v2/", fixed("{}"))
        client = made.anonymous(lab)
        await client.ping()
        assert (client.caller.origin, client.requests_made) == (f"http://127.0.0.1:{lab.port}", 2)
        again = made.anonymous(lab)
        await again.ping()
        assert again.requests_made == 1


@pytest.mark.parametrize("given", [False, True])
async def test_plain_http_is_never_spoken_when_verification_is_wanted(authority: trustme.CA, given: bool) -> None:
    settings = with_ca(pem_of(authority)) if given else TlsSettings()
    async with serving() as lab, bench(authority, settings) as made:
        lab.on("/v2/", fixed("{}"))
        error = await failure(made, lab)
    assert isinstance(error, TlsNotSpoken)
    assert "INSECURE" in str(error)
    assert lab.seen == []


async def test_insecure_concerns_its_own_settings_only(authority: trustme.CA) -> None:
    async with serving(server_context(trustme.CA())) as lab, bench(authority, INSECURE) as made:
        lab.on("/v2/", fixed("{}"))
        await made.anonymous(lab).ping()
        made.settings = TlsSettings()
        assert isinstance(await failure(made, lab), TlsFailed)


async def test_ipv6_literal_with_port_connects(authority: trustme.CA, at: Bench) -> None:
    async with serving(server_context(authority), "::1") as lab:
        lab.on("/v2/", fixed("{}"))
        await at.client(RegistryHost.parse(f"[::1]:{lab.port}"), Anonymous()).ping()
        assert lab.seen[0].headers["host"] == f"[::1]:{lab.port}"


async def test_real_host_name_reaches_lab_when_resolver_leads_there(authority: trustme.CA) -> None:
    context = server_context(authority, "registry.acme.example")
    async with serving(context) as lab:
        lab.on("/v2/", fixed("{}"))
        async with bench(authority, resolver=FixedResolver({"registry.acme.example": lab.port})) as made:
            await made.client(RegistryHost("registry.acme.example"), Anonymous()).ping()
    assert lab.seen[0].headers["host"] == "registry.acme.example"


async def test_refused_connection_is_told_from_a_time_out(at: Bench) -> None:
    error = await failure(at, RegistryHost("127.0.0.1", free_port()))
    assert isinstance(error, ConnectionRefused)
    assert error.code == "REGISTRY_UNREACHABLE" and error.temporary
    assert "refused the connection" in str(error)


async def test_unknown_name_is_told_with_advice(at: Bench) -> None:
    error = await failure(at, RegistryHost("no-such-host.invalid"))
    assert isinstance(error, NameNotResolved)
    assert "no-such-host.invalid" in str(error)
    assert error.code == "REGISTRY_UNREACHABLE"


async def test_silent_server_times_out(authority: trustme.CA) -> None:
    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, bench(authority, limits=ClientLimits(connect_timeout_seconds=0.2)) as made:
        assert isinstance(await failure(made, RegistryHost("127.0.0.1", port)), TimedOut)


async def test_server_that_hangs_up_is_unreachable(authority: trustme.CA, at: Bench) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=server_context(authority))
    async with server:
        error = await failure(at, RegistryHost("127.0.0.1", server.sockets[0].getsockname()[1]))
    assert isinstance(error, RegistryUnreachable)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "10.1.2.3", "169.254.169.254"])
async def test_address_is_refused_at_connect_time_when_it_is_not_allowed(authority: trustme.CA, host: str) -> None:
    async with bench(authority, guard=AddressGuard(how_to_allow="Set ALLOW_{address}.")) as made:
        error = await failure(made, RegistryHost.parse(f"{host}:5000"))
    assert isinstance(error, AddressRefused) and not error.temporary
    assert ("ALLOW_" in str(error)) is (host != "169.254.169.254")


async def test_rebound_name_is_refused_though_it_resolved_to_something_else_before(
    authority: trustme.CA, lab: LabServer
) -> None:
    class Rebinding(FixedResolver):
        calls = 0

        async def resolve(self, host, port):  # type: ignore[no-untyped-def]
            self.calls += 1
            address = "127.0.0.1" if self.calls == 1 else "169.254.169.254"
            return await FixedResolver({host: lab.port}, address).resolve(host, port)

    guard = AddressGuard([ip_network("127.0.0.0/8")])
    resolver, host = Rebinding({}), RegistryHost("rebinding.example")
    async with bench(authority, INSECURE, resolver=resolver, guard=guard) as made:
        await made.client(host, Anonymous()).ping()
    async with bench(authority, INSECURE, resolver=resolver, guard=guard) as made:
        error = await failure(made, host)
    assert isinstance(error, AddressRefused)
    assert error.address == "169.254.169.254"
    assert len(lab.seen) == 1


async def test_one_client_serves_equal_settings_and_none_is_shared_between_different(authority: trustme.CA) -> None:
    async with bench(authority) as made:
        clients = made.http_clients
        pem = pem_of(authority)
        assert clients.with_settings(TlsSettings()) is clients.with_settings(TlsSettings())
        assert clients.with_settings(with_ca(pem)) is clients.with_settings(with_ca(pem))
        assert clients.with_settings(with_ca(pem)) is not clients.with_settings(TlsSettings())
        assert clients.with_settings(INSECURE) is not clients.with_settings(TlsSettings())


@pytest.mark.parametrize(
    ("pem", "advice"),
    [
        ("", "needs a CA certificate"),
        ("hello", "no certificate in PEM form"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "damaged"),
        ("-----BEGIN PRIVATE KEY-----\n", "private key"),
        ("x" * 600_000, "512 KiB"),
    ],
    ids=["none", "text", "damaged", "key", "huge"],
)
async def test_ca_is_refused_with_advice_when_it_is_none(authority: trustme.CA, pem: str, advice: str) -> None:
    async with bench(authority) as made:
        with pytest.raises(InvalidCaCertificate) as caught:
            made.http_clients.with_settings(with_ca(pem))
    assert advice in str(caught.value)


def test_certificate_tells_what_people_compare(authority: trustme.CA) -> None:
    info = read_certificate(pem_of(authority))
    assert "Lab CA" in info.subject and info.issuer == info.subject
    assert len(info.sha256_fingerprint) == 64
    assert info.expires_at.tzinfo is not None
