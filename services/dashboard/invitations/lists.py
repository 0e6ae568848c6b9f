"""Files of addresses as text: a workbook row by row, everything else as it was written."""

from shared.sheets import read_table
from shared.sheets.encodings import decoded

# Characters, as the API takes them at once.
LONGEST = 2_000_000
_WORKBOOK = b"PK\x03\x04"


def text_of(content: bytes) -> str:
    """Raises PlenaryError, with what to do, for a file that is none of text."""
    if not content.startswith(_WORKBOOK):
        return decoded(content)
    table = read_table(content, is_heading=lambda _: False)
    return "\n".join("\t".join(cell for cell in row if cell) for row in table.rows())


def refusal(text: str) -> str:
    """Why so much text is not taken at once; empty where it is."""
    if len(text) <= LONGEST:
        return ""
    return f"The list has {len(text):,} characters; {LONGEST:,} are taken at once. Divide it."
