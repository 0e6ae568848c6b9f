"""Texts that a spreadsheet would run: kept from being formulas when written into a CSV, and restored when read.

After OWASP, "CSV Injection". An apostrophe is how spreadsheets themselves mark a text that looks like a formula.
"""

import re

# The wide forms count as well where Asian languages are typed.
_SIGNS = "=+\\-@＝＋－＠"
_AT_START = re.compile(rf"^(?=[{_SIGNS}\t\r\n])")
# Opened with another delimiter than it was written with, a file is divided inside of its cells.
_INSIDE = re.compile(rf"(?<=[,;\t|\n])(?=[{_SIGNS}])")
_MARKED = re.compile(rf"(?:^|(?<=[,;\t|\n]))'(?=[{_SIGNS}\t\r\n])")
_SUSPECT = re.compile(rf"[{_SIGNS}\t\r\n]")


def is_formula(text: str) -> bool:
    return _AT_START.match(text) is not None


def harmless(text: str) -> str:
    """The text, marked wherever a spreadsheet could begin to calculate."""
    if not _SUSPECT.search(text):
        return text
    return _INSIDE.sub("'", _AT_START.sub("'", text))


def as_it_was(text: str) -> str:
    """Undoes `harmless`."""
    return _MARKED.sub("", text) if "'" in text else text
