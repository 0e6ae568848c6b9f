"""Who may register at once, who must answer from their address first, and who must wait: limits, proof and suspicion.

No question is asked of people. What is known of a request is its network, whether it carries a proof of work, and how
often each was seen; docs/abuse.md says what follows from it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from fastapi import Request

from services.api.abuse import proofs, rate_limits
from services.api.abuse.counters import Counters, Key
from services.api.abuse.networks import Network, networks_of
from services.api.abuse.rate_limits import PER_ADDRESS, PER_NETWORK, PROOF_USED, WITHOUT_PROOF, Window
from services.api.abuse.refusals import Reason, Refusals
from services.api.redis_store import async_connection
from shared.digests import keyed_digest
from shared.settings import get_settings

_FACTS = {
    PER_NETWORK: "Many registrations have come from your network.",
    PER_ADDRESS: "Many registrations have come with this address.",
}


@dataclass(frozen=True)
class Verdict:
    """`must_verify`: no place before somebody answered from the address. `headers` say how much is left."""

    must_verify: bool = False
    is_suspect: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class Check(NamedTuple):
    limit: Window
    key: Key
    most: int


class Counted(NamedTuple):
    check: Check
    times: int

    @property
    def is_passed(self) -> bool:
        return self.times > self.check.most


class Guard:
    """Belongs to one event loop."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self.refusals = Refusals()

    async def admit(self, request: Request, event_id: UUID, address: str, solution: str | None) -> Verdict:
        """What holds for somebody who wants to register. Raises TooManyRequests."""
        networks, proof = _networks(request), proofs.read(solution)
        checks = [*_of_networks(networks), *_of_address(networks, address)]
        counted = await self._count(checks + ([Check(PROOF_USED, proof, 1)] if proof else _of_unproven(networks)))
        self._insist(event_id, counted)
        headers = _headers(counted)
        if _is_passed(PROOF_USED, counted):  # Somebody sent it before: as good as none.
            counted = await self._count(_of_unproven(networks))
        is_suspect = _is_passed(WITHOUT_PROOF, counted)
        return Verdict(must_verify=is_suspect, is_suspect=is_suspect, headers=headers)

    async def admit_invited(self, request: Request, event_id: UUID, address: str) -> Verdict:
        """The same for somebody whose link was mailed to this address: it proves more than any work. Raises
        TooManyRequests."""
        networks = _networks(request)
        counted = await self._count([*_of_networks(networks), *_of_address(networks, address)])
        self._insist(event_id, counted)
        return Verdict(headers=_headers(counted))

    async def count_mistake(self, request: Request, event_id: UUID) -> None:
        """A form that comes back costs us a page, so it counts for its network. Raises TooManyRequests."""
        self._insist(event_id, await self._count(_of_networks(_networks(request))))

    async def _count(self, checks: Sequence[Check]) -> list[Counted]:
        """Nothing where Redis does not answer: nobody has passed a limit then."""
        counts = await self._counters.add([check.key for check in checks]) if checks else None
        return [Counted(check, times) for check, times in zip(checks, counts or (), strict=False)]

    def _insist(self, event_id: UUID, counted: Sequence[Counted]) -> None:
        for one in counted:
            if one.is_passed and one.check.limit in _FACTS:
                self.refusals.note(event_id, Reason.TOO_MANY)
                raise one.check.limit.refuse(_FACTS[one.check.limit], most=one.check.most)


def _networks(request: Request) -> tuple[Network, ...]:
    return networks_of(request.client.host if request.client else None)


def _of_networks(networks: Sequence[Network]) -> list[Check]:
    return _shared(PER_NETWORK, networks, get_settings().limit_per_network)


def _of_unproven(networks: Sequence[Network]) -> list[Check]:
    return _shared(WITHOUT_PROOF, networks, get_settings().limit_without_proof if proofs.is_asked() else 0)


def _shared(limit: Window, networks: Sequence[Network], most: int) -> list[Check]:
    return [Check(limit, limit.key(network.digest), most * network.share) for network in networks if most]


def _of_address(networks: Sequence[Network], address: str) -> list[Check]:
    """Tries with one address, counted for each network by itself: nobody elsewhere can use up somebody's tries.

    How many are allowed differs by network and hour, and cannot be known: so that nobody learns, by counting how
    many are left, whether the address was used here before.
    """
    least = get_settings().limit_per_address
    if not least or not networks:
        return []
    who = keyed_digest("tries", f"{PER_ADDRESS.number()} {networks[0].digest.hex()} {address.lower()}")
    return [Check(PER_ADDRESS, PER_ADDRESS.key(who[:12]), least + who[-1] % (least + 1))]


def _is_passed(limit: Window, counted: Sequence[Counted]) -> bool:
    return any(one.is_passed for one in counted if one.check.limit is limit)


def _headers(counted: Sequence[Counted]) -> dict[str, str]:
    own = next((one for one in counted if one.check.limit is PER_NETWORK), None)
    if own is None:
        return {}
    return rate_limits.fields(
        PER_NETWORK.name,
        own.check.most,
        PER_NETWORK.seconds,
        remaining=own.check.most - own.times,
        reset=PER_NETWORK.ends_in(),
    )


@asynccontextmanager
async def guarding() -> AsyncIterator[Guard]:
    """The guard of this process. What it has noted is stored at the latest when it goes."""
    async with async_connection() as redis:
        guard = Guard(Counters(redis))
        yield guard
        await guard.refusals.close()
