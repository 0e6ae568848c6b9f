"""Texts that Python code chooses: marked where they stand, translated where they are shown; and those of organisers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.translations import locale


def N_(text: str) -> str:
    return text


@dataclass(frozen=True)
class Phrase:
    """What an organiser wrote, and the language it is in: the reader's where it was translated."""

    text: str
    language: str

    @property
    def direction(self) -> str:
        return str(locale(self.language).text_direction)


@dataclass(frozen=True)
class Remark:
    """A source text with what it names, and what it is about where that is an organiser's to name."""

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    about: Phrase | None = None
