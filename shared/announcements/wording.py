"""Compares words without regard to case and accents, and tells which language a text is in."""

import re
import unicodedata
from functools import cache, lru_cache

_SAME = str.maketrans(
    {"’": "'", "‘": "'", "´": "'", "`": "'", "‐": "-", "‑": "-", "−": "-", "\xa0": " ", "\u202f": " "}
)


@cache
def _folded_character(character: str) -> str:
    plain = unicodedata.normalize("NFD", character)[0].lower()
    return plain if len(plain) == 1 else character


@lru_cache(maxsize=4_000)
def folded(text: str) -> str:
    """The text in lower case without accents. Every character keeps its position, so spans fit the original."""
    text = text.translate(_SAME)
    return text.lower() if text.isascii() else "".join(map(_folded_character, text))


def phrase(text: str) -> str:
    """The bare words of a text, for looking it up in a vocabulary."""
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*", folded(text)))


def alternation(words: str) -> str:
    """The words of a comma-separated list as a pattern, the longest first so that none hides another."""
    parts = sorted({word.strip() for word in words.split(",") if word.strip()}, key=len, reverse=True)
    return "|".join(re.escape(part).replace(r"\ ", r"\s+") for part in parts)


def sentences(text: str) -> list[str]:
    """A paragraph cut at sentence ends, not at abbreviations, initials or decimals."""
    return re.split(
        r"(?<=[^\W\d_]{3}[.!?])(?<!\b(?:Dra|Sra|Ing|Lic|Arq|Mrs|Mme|Amb)\.)(?<!\b(?:Prof|Srta|Sept|Arqa)\.)\s+(?=[\W"
        r"_]{0,5}[^\W\d_a-zà-ÿ]|[¿¡])|(?<=[\d)”»\"][.!?])\s+(?=[A-ZÀ-Þ¿¡“«\"])|(?<=[^\W\d_]{4}[.!?])(?<!\b(?:[Jj]anv|[Ff]évr|[Jj]uil|[Ss]ept)\.)(?<!approx\.)"
        r"(?<!aprox\.)(?<!Sept\.)\s+(?=\d)",
        text,
    )


_STOP_WORDS = {
    "en": set(
        "the and of to in for is will be on with are you this by from at as we our your how who it register".split()
    ),
    "fr": set(
        "le la les des du et en pour est sera dans sur avec une un vous ce cette par au aux nous qui ou "
        "inscription".split()
    ),
    "es": set(
        "el la los las del y en para es sera con una un su este esta por al que se nos como quien inscripcion".split()
    ),
}


def language_of(text: str) -> str:
    """The language ("en", "fr" or "es") whose commonest words the text uses most."""
    words = re.findall(r"[^\W\d_]+", folded(text[:20_000]))
    counts = {code: sum(word in stop for word in words) for code, stop in _STOP_WORDS.items()}
    return max(counts, key=lambda code: counts[code])
