"""Organisers' own texts, in place of our subject and introduction."""

from collections.abc import Mapping
from typing import Any


def check(texts: Mapping[str, Mapping[str, Any]], *, field: str) -> None:
    """Whether these texts, by language, can be sent. Raises InvalidInput naming field and language."""
