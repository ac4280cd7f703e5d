"""Addresses that may be connected to."""

from ipaddress import ip_network

import pytest

from app.oci_client.address_guard import AddressGuard
from app.oci_client.errors import AddressRefused

EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))


@pytest.mark.parametrize(
    "address", ["140.82.121.33", "2a00:1450:4001::1", "::ffff:140.82.121.33", "64:ff9b::8c52:7921"]
)
def test_public_address_passes(address: str) -> None:
    AddressGuard().check("ghcr.io", address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "10.0.0.5", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1",
        "192.0.2.1", "::1", "fd12:3456::1", "fc00::1", "::ffff:10.0.0.5", "64:ff9b::a00:5", "64:ff9b:1::a00:5",
        "2002:a00:5::1", "::10.0.0.5", "2001:db8::1", "::ffff:127.0.0.1",
    ],
)  # fmt: skip
def test_private_address_is_refused_unless_its_network_is_allowed(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        AddressGuard(how_to_allow="Add {address} to THE_SETTING.").check("lab.example", address)
    assert "THE_SETTING" in str(caught.value)
    assert "{address}" not in str(caught.value)
    assert caught.value.code == "REGISTRY_UNREACHABLE"
    AddressGuard(EVERYTHING).check("lab.example", address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "0.0.0.0", "0.1.2.3",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
        "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
        "::169.254.169.254", "2001:0:a9fe:a9fe::1", "::ffff:0.0.0.0",
    ],
)  # fmt: skip
def test_metadata_and_link_local_are_refused_whatever_is_allowed(address: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard(EVERYTHING).check("lab.example", address)


def test_only_allowed_network_passes_when_one_is_allowed() -> None:
    guard = AddressGuard([ip_network("10.0.0.0/8")])
    guard.check("lab.example", "10.1.2.3")
    guard.check("lab.example", "::ffff:10.1.2.3")
    with pytest.raises(AddressRefused):
        guard.check("lab.example", "192.168.1.1")


def test_text_is_refused_when_it_is_no_address() -> None:
    with pytest.raises(AddressRefused):
        AddressGuard(EVERYTHING).check("lab.example", "localhost")
