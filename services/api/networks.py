"""Where a request comes from, as far as limits are concerned: one connection to the internet, and the network around.

Universities and mobile carriers put hundreds of people behind one IPv4 address; one customer of a provider has a whole
IPv6 /64, and whoever wants more addresses gets a /48, or an IPv4 /24, for little.
"""

from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import NamedTuple

# Bits of the prefix: of one connection, and of the network around it.
_PREFIXES = {4: (32, 24), 6: (64, 48)}
# How many times the limit of one connection the network around it may use.
_WIDE = 10


class Network(NamedTuple):
    name: str
    share: int


@lru_cache(maxsize=4096)
def networks_of(host: str | None) -> tuple[Network, ...]:
    """None for this machine itself, such as a proxy that does not say for whom it asks: all would pay for one."""
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return ()
    mapped = address if isinstance(address, IPv4Address) else address.ipv4_mapped or address
    if mapped.is_loopback or mapped.is_unspecified:
        return ()
    narrow, wide = (ip_network((mapped, prefix), strict=False) for prefix in _PREFIXES[mapped.version])
    return Network(str(narrow), 1), Network(str(wide), _WIDE)
