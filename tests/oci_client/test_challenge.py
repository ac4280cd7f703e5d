"""What WWW-Authenticate asks for, and where a token may be asked for."""

from typing import Any

import pytest

from app.oci_client.challenge import (
    RefusedRealm,
    check_realm,
    parse_challenges,
    same_registrable_domain,
)
from tests.oci_client.vector_files import cases


@pytest.mark.parametrize("case", cases("www-authenticate-oras"), ids=lambda case: case["name"])
def test_challenge_is_read_as_oras_reads_it(case: dict[str, Any]) -> None:
    best = parse_challenges([case["header"]]).best()
    assert (best.scheme.capitalize() if best else "Unknown") == case["scheme"]
    if best and best.scheme == "bearer":
        assert dict(best.parameters) == (case["params"] or {})


@pytest.mark.parametrize(
    ("header", "offered", "broken"),
    [
        (
            'BaSiC ReAlM="Case insensitive key"',
            [("basic", {"realm": "Case insensitive key"})],
            False,
        ),
        ("Basic realm=unquoted", [("basic", {"realm": "unquoted"})], False),
        ("Basic realm=/", [("basic", {"realm": "/"})], False),
        ('Basic realm="Dev", charset="UTF-8"', [("basic", {"realm": "Dev", "charset": "UTF-8"})], False),
        ('"Basic" "realm"=/', [("basic", {"realm": "/"})], False),
        (
            'Bearer realm="https://auth.docker.io/token", service="registry.docker.io", '
            'scope="repository:docker/docker:pull", Basic realm="GitHub Package Registry"',
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:docker/docker:pull",
                    },
                ),
                ("basic", {"realm": "GitHub Package Registry"}),
            ],
            False,
        ),
        ('Basic realm="Dev" charset="UTF-8"', [("basic", {"realm": "Dev"})], True),
        ('Basic realm="GitHub Package Registry', [("basic", {})], True),
        ('Basic realm="GitHub Package Registry\\', [("basic", {})], True),
        (
            'Bearer realm="http://127.0.0.1:5000/openshift/token"',
            [("bearer", {"realm": "http://127.0.0.1:5000/openshift/token"})],
            False,
        ),
        (
            'Bearer realm="https://registry.suse.com/auth",scope="registry:catalog:*",error="insufficient_scope"',
            [
                (
                    "bearer",
                    {
                        "realm": "https://registry.suse.com/auth",
                        "scope": "registry:catalog:*",
                        "error": "insufficient_scope",
                    },
                )
            ],
            False,
        ),
        (
            'Bearer realm="https://gcr.io/v2/token",service=gcr.io',
            [("bearer", {"realm": "https://gcr.io/v2/token", "service": "gcr.io"})],
            False,
        ),
        ('BASIC realm="Sonatype Nexus"', [("basic", {"realm": "Sonatype Nexus"})], False),
        ('Basic realm="a,b\\"c"', [("basic", {"realm": 'a,b"c'})], False),
        ("Negotiate YII=, Basic realm=x", [("negotiate", {}), ("basic", {"realm": "x"})], False),
        ('realm="x"', [], True),
        ("=", [], True),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else None,
)
def test_challenges_are_read_as_registries_send_them(
    header: str, offered: list[tuple[str, dict[str, str]]], broken: bool
) -> None:
    read = parse_challenges([header])
    assert [(challenge.scheme, dict(challenge.parameters)) for challenge in read.offered] == offered
    assert read.broken is broken


def test_bearer_is_chosen_when_several_headers_offer_both() -> None:
    best = parse_challenges(["Basic realm=x", 'Bearer realm="https://a.example/t"']).best()
    assert best is not None and best.scheme == "bearer"


@pytest.mark.parametrize("case", cases("realm-oras"), ids=lambda case: case["name"])
def test_realm_is_judged_as_oras_judges_it(case: dict[str, Any]) -> None:
    if case["reject"]:
        with pytest.raises(RefusedRealm):
            check_realm(case["realm"], case["registry"])
    else:
        assert check_realm(case["realm"], case["registry"]) == (case["realm"] or None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("registry.example.com", "auth.example.com", True),
        ("registry.gitlab.com", "gitlab.com", True),
        ("registry-1.docker.io", "auth.docker.io", True),
        ("registry.example.com", "registry.example.com.evil.example", False),
        ("registry.example.com", "evilexample.com", False),
        ("registry.acme.co.uk", "auth.acme.co.uk", True),
        ("registry.acme.co.uk", "auth.evil.co.uk", False),
        ("mine.github.io", "evil.github.io", False),
        ("a.s3.amazonaws.com", "evil.execute-api.amazonaws.com", False),
        ("one.azurecr.io", "two.azurecr.io", False),
        ("localhost", "localhost", True),
        ("localhost", "registry", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "20.0.0.1", False),
        ("registry.svc.cluster.local", "evil.svc.cluster.local", False),
        ("com", "com.", False),
    ],
)
def test_hosts_are_of_one_owner_only_when_their_registrable_domain_is(one: str, other: str, same: bool) -> None:
    assert same_registrable_domain(one, other) is same
    assert same_registrable_domain(other, one) is same
