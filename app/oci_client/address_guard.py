"""Which addresses may be spoken to, asked at connect time about the address itself and not about its name."""

import ipaddress
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from app.oci_client.errors import AddressRefused

# Refused whatever is allowed: nothing that is registered as a registry lives there, but credentials do.
_NEVER: Final[tuple[IPv4Network | IPv6Network, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",  # unspecified, "this network"
        "169.254.0.0/16",  # link-local; metadata of AWS, Google, Azure, ECS and EKS credentials
        "100.100.100.200/32",  # metadata of Alibaba Cloud
        "168.63.129.16/32",  # Azure's wire server, a public address that is only reachable from inside
        "192.0.0.192/32",  # metadata of Oracle Cloud
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "::/128",
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local, deprecated
        "fd00:ec2::/32",  # metadata of AWS over IPv6
        "fd20:ce::254/128",  # metadata of Google over IPv6
        "ff00::/8",  # multicast
        "2001::/32",  # Teredo: hides an IPv4 address of anybody's choice
        "100::/64",  # discard
    )
)
_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_IPV4_COMPATIBLE: Final = IPv6Network("::/96")
_LOOPBACK_V6: Final = IPv6Address("::1")

_PASSED_KEPT: Final = 10_000

DEFAULT_ADVICE: Final = "Allow {address} explicitly if this registry is meant."


class AddressGuard:
    """Public addresses pass, private ones only from the allow-list, metadata and the like never.

    `how_to_allow` is the application's advice on which setting to change; `{address}` in it is replaced.
    """

    def __init__(
        self,
        allowed_private_networks: Sequence[IPv4Network | IPv6Network] = (),
        *,
        how_to_allow: str = DEFAULT_ADVICE,
    ) -> None:
        self._allowed = tuple(allowed_private_networks)
        self._how_to_allow = how_to_allow
        self._passed: set[str] = set()

    def check(self, host: str, address: str) -> None:
        """Raises AddressRefused when `host`, which leads to the IP `address`, must not be connected to."""
        if address in self._passed:
            return
        try:
            given = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            raise AddressRefused(f"{host} leads to something that is no IP address.", host=host) from None
        for target in _targets(given):
            self._check_one(host, address, target)
        # Asked for each request to an address: what passed once passes always.
        if len(self._passed) < _PASSED_KEPT:
            self._passed.add(address)

    def _check_one(self, host: str, address: str, target: IPv4Address | IPv6Address) -> None:
        if any(target in network for network in _NEVER if network.version == target.version):
            raise AddressRefused(
                f"{_led(host, address)} is a cloud metadata, link-local, multicast or reserved address, "
                "which is never connected to.",
                host=host,
                address=address,
            )
        if target.is_global and not target.is_private:
            return
        if any(target in network for network in self._allowed if network.version == target.version):
            return
        kind = "a loopback address" if target.is_loopback else "an address of a private network"
        raise AddressRefused(
            f"{_led(host, address)} is {kind}, which is not allowed here. "
            + self._how_to_allow.replace("{address}", str(target)),
            host=host,
            address=address,
        )


def _led(host: str, address: str) -> str:
    return address if host == address else f"{host} leads to {address}, which"


def _targets(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The addresses that a connection to `address` may end at: IPv4 hidden in IPv6 counts as itself."""
    if isinstance(address, IPv4Address):
        yield address
        return
    number = int(address)
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif any(address in network for network in _NAT64):
        yield IPv4Address(number & 0xFFFFFFFF)
    elif address in _SIX_TO_FOUR:
        yield IPv4Address((number >> 80) & 0xFFFFFFFF)
    elif address in _IPV4_COMPATIBLE and address != _LOOPBACK_V6 and number:
        yield IPv4Address(number)
    else:
        yield address
