"""Which of the three formats a text is in."""

import re
from enum import StrEnum


class Format(StrEnum):
    """By the media type that the API knows it under."""

    MARKDOWN = "text/markdown"
    PLAIN = "text/plain"
    HTML = "text/html"


NAMES = {Format.MARKDOWN: "Markdown", Format.PLAIN: "Plain text", Format.HTML: "HTML"}
_ENDINGS = {"md": Format.MARKDOWN, "txt": Format.PLAIN, "html": Format.HTML, "htm": Format.HTML}
_TAG = re.compile(r"<(!doctype|html|body|div|p|h[1-6]|ul|ol|table|br)\b", re.IGNORECASE)
_MARKDOWN = re.compile(r"^(#{1,6} |[-*+] |\d+\. |> )|\*\*|__|\]\(", re.MULTILINE)


def of_file(name: str) -> Format | None:
    return _ENDINGS.get(name.rpartition(".")[2].lower())


def detect(text: str) -> Format:
    """HTML by its tags near the top, Markdown by its marks; text without either is plain."""
    if _TAG.search(text[:2000]):
        return Format.HTML
    return Format.MARKDOWN if _MARKDOWN.search(text) else Format.PLAIN


def decode(content: bytes) -> str:
    """Text from a file: UTF-8, or what Windows wrote before it was usual."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
