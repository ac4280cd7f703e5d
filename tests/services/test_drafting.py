"""What was typed is checked as a whole: everything that is wrong is told at once, each at its place."""

from typing import Any

import pytest
import trustme

from app.domain.errors import ForbiddenAddress, Invalid, Refusals, Required
from app.oci_client.address_guard import AddressGuard
from app.services.drafting import Drafting
from app.services.known_providers import PROVIDERS
from app.store.entities import ConnectionSecurity, Provider, Visibility
from tests.services.choices import a_choice, a_credential, a_registration
from tests.services.conftest import LOOPBACK

OTHER = ("input", "provider", "other")
CA = trustme.CA().cert_pem.bytes().decode()
SECURE_WITH_CA = ConnectionSecurity.SECURE_WITH_CA


@pytest.fixture
def drafting() -> Drafting:
    return Drafting(PROVIDERS, AddressGuard(LOOPBACK))


def refused(drafting: Drafting, **values: Any) -> list[tuple[type, tuple[str, ...]]]:
    with pytest.raises(Refusals) as caught:
        drafting.check(a_registration(**values))
    return [(type(refusal), refusal.field) for refusal in caught.value.refusals]


def test_target_and_full_names_come_out_when_nothing_is_wrong(drafting: Drafting) -> None:
    target, names = drafting.check(
        a_registration(
            visibility=Visibility.PRIVATE,
            choice=a_choice(
                "Registry.Example.com:5000", a_credential(), connection_security=SECURE_WITH_CA, ca_certificate=CA
            ),
            repositories=["acme/payments", "acme/orders", "acme/payments"],
            sync_interval_seconds=60,
            version_constraint=">=1.2 <3",
            versions_kept=1,
        )
    )
    assert (str(target.host), target.connection_security) == ("registry.example.com:5000", SECURE_WITH_CA)
    assert names == ["acme/payments", "acme/orders"]


def test_everything_wrong_is_told_at_once(drafting: Drafting) -> None:
    told = refused(
        drafting,
        name=" ",
        sync_interval_seconds=1,
        version_constraint="not a constraint",
        versions_kept=0,
        repositories=["fine", "Not Fine", "also/fine", "../up"],
        visibility=Visibility.PRIVATE,
        choice=a_choice("https://registry.example.com/v2/", connection_security=SECURE_WITH_CA),
    )
    assert {(Required, ("input", "name")), (Invalid, ("input", "syncIntervalSeconds"))} <= set(told)
    assert {(Invalid, ("input", "versionConstraint")), (Invalid, ("input", "versionsKept"))} <= set(told)
    assert {(Invalid, ("input", "repositories", "1")), (Invalid, ("input", "repositories", "3"))} <= set(told)
    assert {(Required, (*OTHER, "authentication")), (Required, (*OTHER, "caCertificate"))} <= set(told)


@pytest.mark.parametrize("name", ["x" * 201, "two\nlines", "nul\0"])
def test_name_is_refused_when_it_is_too_long_or_cannot_be_printed(drafting: Drafting, name: str) -> None:
    assert refused(drafting, name=name) == [(Invalid, ("input", "name"))]


@pytest.mark.parametrize("seconds", [-1, 0, 59, 90 * 24 * 3600 + 1])
def test_interval_is_refused_when_it_is_out_of_bounds(drafting: Drafting, seconds: int) -> None:
    assert refused(drafting, sync_interval_seconds=seconds) == [(Invalid, ("input", "syncIntervalSeconds"))]


@pytest.mark.parametrize("number", [-1, 0, 100_001])
def test_number_of_versions_is_refused_when_it_is_out_of_bounds(drafting: Drafting, number: int) -> None:
    assert refused(drafting, versions_kept=number) == [(Invalid, ("input", "versionsKept"))]


def test_repositories_are_refused_as_a_whole_when_they_are_too_many(drafting: Drafting) -> None:
    assert refused(drafting, repositories=[f"a/{number}" for number in range(1001)]) == [
        (Invalid, ("input", "repositories"))
    ]


def test_private_registry_is_refused_when_it_has_no_credentials(drafting: Drafting) -> None:
    assert refused(drafting, visibility=Visibility.PRIVATE) == [(Required, (*OTHER, "authentication"))]


def test_public_registry_is_refused_when_it_has_credentials(drafting: Drafting) -> None:
    assert refused(drafting, choice=a_choice(credential=a_credential())) == [(Invalid, (*OTHER, "authentication"))]


@pytest.mark.parametrize(
    ("security", "certificate", "kind"),
    [
        (SECURE_WITH_CA, None, Required),
        (SECURE_WITH_CA, "", Required),
        (SECURE_WITH_CA, "no certificate", Invalid),
        (ConnectionSecurity.SECURE, CA, Invalid),
        (ConnectionSecurity.INSECURE, CA, Invalid),
    ],
)
def test_ca_certificate_goes_with_its_setting_alone(
    drafting: Drafting, security: ConnectionSecurity, certificate: str | None, kind: type
) -> None:
    choice = a_choice(connection_security=security, ca_certificate=certificate)
    assert refused(drafting, choice=choice) == [(kind, (*OTHER, "caCertificate"))]


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]:5000", "192.168.1.1:5000", "0.0.0.0"])
def test_address_is_refused_when_the_guard_does_not_allow_it(drafting: Drafting, host: str) -> None:
    assert refused(drafting, choice=a_choice(host)) == [(ForbiddenAddress, (*OTHER, "registryUrl"))]


def test_localhost_is_refused_unless_loopback_is_allowed(drafting: Drafting) -> None:
    closed = Drafting(PROVIDERS, AddressGuard([]))
    assert refused(closed, choice=a_choice("localhost:5000")) == [(ForbiddenAddress, (*OTHER, "registryUrl"))]
    drafting.check(a_registration(choice=a_choice("localhost:5000")))
    drafting.check(a_registration(choice=a_choice("127.0.0.1:5000")))


@pytest.mark.parametrize("host", ["", "a b", "user@host", "host/path", "host:99999", "-host"])
def test_host_is_refused_when_it_is_no_host(drafting: Drafting, host: str) -> None:
    assert refused(drafting, choice=a_choice(host)) == [(Invalid, (*OTHER, "registryUrl"))]


def test_host_is_the_providers_own_when_it_has_only_one(drafting: Drafting) -> None:
    choice = a_choice(None, provider=Provider.DOCKER_HUB, path=("input", "provider", "dockerHub"))
    target, _ = drafting.check(a_registration(choice=choice))
    assert target.host == PROVIDERS[Provider.DOCKER_HUB].default_host
