"""Where a request comes from, as far as limits are concerned: one connection to the internet, and the network around.

Universities and mobile carriers put hundreds of people behind one IPv4 address; one customer of a provider has a whole
IPv6 /64, and whoever wants more addresses gets a /48, or an IPv4 /24, for little.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from shared.digests import keyed_digest

# Bytes of the address that name one connection, and the network around it.
_PREFIXES = {4: (4, 3), 6: (8, 6)}
# How many times the limit of one connection the network around it may use.
_WIDE = 10


class Network(NamedTuple):
    """`digest` stands for it where it is counted: nobody can read the network from it, or try networks on it."""

    digest: bytes
    share: int


@lru_cache(maxsize=4096)
def networks_of(host: str | None) -> tuple[Network, ...]:
    """None for this machine itself, such as a proxy that does not say for whom it asks: all would pay for one."""
    address = _address(host)
    if address is None or address.is_loopback or address.is_unspecified:
        return ()
    narrow, wide = _PREFIXES[address.version]
    return Network(_digest(address.packed[:narrow]), 1), Network(_digest(address.packed[:wide]), _WIDE)


def _address(host: str | None) -> IPv4Address | IPv6Address | None:
    """An IPv4 address that was mapped into IPv6 is what it was."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) else address.ipv4_mapped or address


def _digest(prefix: bytes) -> bytes:
    return keyed_digest("network", prefix.hex())[:12]
