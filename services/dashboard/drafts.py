"""What an organiser has typed about an event: kept until it is saved, whatever happens in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.dashboard.failures import Failure
from shared.schemas.events import EventAnswer


@dataclass
class Draft:
    """`base` is the event as it was read; `typed` what stands in the fields, in the API's terms.

    `generation` is part of every field's key: it grows when the fields must show something that was not typed.
    """

    base: EventAnswer
    typed: dict[str, Any] = field(default_factory=dict)
    generation: int = 0
    failure: Failure | None = None
    # What is wrong with what was typed, found here: field to message. Made anew at each drawing.
    mistakes: dict[str, str] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return self.base.time_zone or self.base.calendar.time_zone

    def key(self, name: str) -> str:
        return f"{name}_{self.base.id}_{self.generation}"

    def problem(self, name: str) -> str:
        """What is wrong with a field, in our words or the API's; also what is said of its parts."""
        if name in self.mistakes:
            return self.mistakes[name]
        said = self.failure.fields if self.failure else {}
        return "; ".join(words for key, words in said.items() if key == name or key.startswith(f"{name}."))

    def as_read(self, event: EventAnswer) -> Mapping[str, Any]:
        """What stands in untouched fields."""
        return {name: getattr(event, name) for name in self.typed}

    def changes(self) -> dict[str, Any]:
        """What the API must be told."""
        before = self.as_read(self.base)
        return {name: value for name, value in self.typed.items() if value != before[name]}

    def rebase(self, newest: EventAnswer) -> None:
        """Somebody else saved: their changes come in, and what was typed here stays typed."""
        before, now = self.as_read(self.base), self.as_read(newest)
        for name, value in self.typed.items():
            if value == before[name]:
                self.typed[name] = now[name]
        self.base, self.failure = newest, None
        self.generation += 1
