"""The application behind proxies: the visitor is whom the outermost of them saw, not whom the visitor claims to be.

Each proxy appends the address it saw to X-Forwarded-For, so the list is read from its end: the last address that is no
proxy's is the visitor's. Whatever stands before it came in with the request, and counts for nothing.
"""

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.api import main
from shared.settings import get_settings

_HEADER = b"x-forwarded-for"
# What Caddy calls so, too: a proxy on this machine, or in the network of the containers.
_PRIVATE = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 fd00::/8 ::1/128"


class LastForwarded:
    """Leaves of X-Forwarded-For what can be believed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = _with_the_visitor(scope["headers"])
        await self.app(scope, receive, send)


def _with_the_visitor(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    claimed = [each.strip() for name, value in headers if name == _HEADER for each in value.split(b",")]
    if not claimed:
        return headers
    kept = [(name, value) for name, value in headers if name != _HEADER]
    # Where all of them are proxies, somebody asks from beside us: the first one did.
    visitor = next((each for each in reversed(claimed) if not _is_proxy(each)), claimed[0])
    return [*kept, (_HEADER, visitor)]


def _is_proxy(address: bytes) -> bool:
    found = _parsed(address)
    return found is not None and any(found in network for network in proxies(get_settings().trusted_proxies))


def _parsed(address: bytes) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address.decode("ascii"))
    except ValueError:
        return None


@cache
def proxies(trusted: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The networks that a setting names, with spaces between. Raises ValueError where it names something else."""
    return tuple(_networks(trusted.split()))


def _networks(words: Iterable[str]) -> Iterable[IPv4Network | IPv6Network]:
    for word in words:
        for network in _PRIVATE.split() if word == "private_ranges" else [word]:
            yield ip_network(network, strict=False)


def create_server_app() -> ASGIApp:
    proxies(get_settings().trusted_proxies)  # A slip in the setting shows at the start, not at the first visitor.
    return LastForwarded(ProxyHeadersMiddleware(main.create_server_app(), trusted_hosts="*"))  # type: ignore[arg-type]
