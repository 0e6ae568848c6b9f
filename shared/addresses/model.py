"""What is recognised: an address that mail can be sent to, or a piece that only looks like one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recognised:
    """`address` is as registering would keep it; or, where `reason` says why it is unusable, the piece as it stood."""

    address: str
    name: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        """The same for every way to write the address."""
        return self.address.lower()
