"""Hosts, repositories and references as people type them."""

from typing import Any

import pytest

from app.oci_client.errors import InvalidReference, InvalidRegistryHost, InvalidRepositoryName
from app.oci_client.reference import Reference, RegistryHost, is_digest, is_tag, parse_repository
from tests.oci_client.vector_files import cases


@pytest.mark.parametrize("case", cases("reference-parse"), ids=lambda case: case["input"][:60] or "empty")
def test_reference_is_read_as_distribution_reads_it(case: dict[str, Any]) -> None:
    if case["error"]:
        with pytest.raises(InvalidReference) as caught:
            Reference.parse(case["input"])
        assert caught.value.reason == case["error"]
    else:
        reference = Reference.parse(case["input"])
        assert (reference.repository, reference.domain, reference.tag, reference.digest) == (
            case["repository"],
            case["domain"],
            case["tag"],
            case["digest"],
        )


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("ghcr.io", "ghcr.io"),
        ("  GHCR.io/ ", "ghcr.io"),
        ("localhost:5000", "localhost:5000"),
        ("registry", "registry"),
        ("ghcr.io.", "ghcr.io"),
        ("[::1]:5000", "[::1]:5000"),
        ("[0:0:0:0:0:0:0:1]", "[::1]"),
        ("192.168.1.10:5000", "192.168.1.10:5000"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_host_is_taken_as_typed_or_put_right(typed: str, host: str) -> None:
    assert str(RegistryHost.parse(typed)) == host


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("oci://ghcr.io", "Type ghcr.io."),
        ("https://ghcr.io/", "Type ghcr.io."),
        ("http://localhost:5000", "Type localhost:5000."),
        ("OCI://Registry.example.com/Acme/payments:1.2.3", "put acme/payments into the list of repositories"),
        ("https://index.docker.io/v1/", "Type index.docker.io"),
        ("ghcr.io/acme/payments", "Type ghcr.io and put acme/payments into the list of repositories."),
        ("https://registry.example.com/v2/", "Type registry.example.com."),
        ("ghcr.io?x=1", "without a path. Type ghcr.io"),
        ("::1", "Type [::1] or [::1]:5000"),
        ("[fe80::1%eth0]:5000", "without a zone"),
        ("[::1", "[::1]:5000"),
        ("ghcr.io:", "from 1 to 65535"),
        ("ghcr.io:65536", "from 1 to 65535"),
        ("ghcr.io:٣", "from 1 to 65535"),
        ("bücher.example", "xn--bcher-kva.example instead of bücher.example"),
        ("127.1", "all four numbers"),
        ("2130706433", "all four numbers"),
        ("0x7f.0x1", "all four numbers"),
        ("my registry", "letters, digits, hyphens, dots"),
        ("my_registry", "letters, digits, hyphens, dots"),
        ("-a.example", "letters, digits, hyphens, dots"),
        ("ghcr.io\n.evil", "letters, digits, hyphens, dots"),
        ("", "missing"),
        ("a" * 2000, "too long"),
        ("/", "letters, digits, hyphens, dots"),
    ],
)
def test_host_is_refused_with_what_to_type_when_it_is_more_or_less(typed: str, advice: str) -> None:
    with pytest.raises(InvalidRegistryHost) as caught:
        RegistryHost.parse(typed)
    assert advice in str(caught.value)


def test_host_is_refused_without_repeating_password_when_user_info_is_typed() -> None:
    with pytest.raises(InvalidRegistryHost) as caught:
        RegistryHost.parse("https://ada:hunter2@ghcr.io/acme")
    assert "hunter2" not in str(caught.value)
    assert "Type ghcr.io and put acme" in str(caught.value)


@pytest.mark.parametrize("name", ["acme/payments", "a", "a__b/c-d--e.f", "a" * 255])
def test_repository_is_taken_when_distribution_spec_allows_it(name: str) -> None:
    assert parse_repository(f" /{name}/ ") == name


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("Acme/Payments", "Type acme/payments"),
        ("acme/payments:1.2.3", "Type acme/payments instead"),
        ("acme/payments@sha256:ab", "Type acme/payments instead"),
        ("oci://ghcr.io/acme", "without oci://"),
        ("acme//payments", "joined by slashes"),
        ("acme/../payments", "joined by slashes"),
        ("acme/pay___ments", "joined by slashes"),
        ("acme/%2e%2e", "joined by slashes"),
        ("a" * 256, "at most 255"),
        ("  ", "missing"),
    ],
)
def test_repository_is_refused_with_what_to_type_when_no_registry_could_hold_it(typed: str, advice: str) -> None:
    with pytest.raises(InvalidRepositoryName) as caught:
        parse_repository(typed)
    assert advice in str(caught.value)


def test_tag_and_digest_are_told_from_other_text() -> None:
    assert is_tag("v1.2.3_build.5") and is_tag("a" * 128)
    assert not is_tag("a" * 129) and not is_tag(".1") and not is_tag("1.2.3\n") and not is_tag("a/b")
    assert is_digest("sha256:" + "a" * 64) and is_digest("sha512:" + "0" * 128)
    assert not is_digest("sha256:" + "A" * 64) and not is_digest("sha256:" + "a" * 63)
    assert not is_digest("md5:" + "a" * 32) and not is_digest("sha256:" + "a" * 64 + "\n")
