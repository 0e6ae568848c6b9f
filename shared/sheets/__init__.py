"""Tables as people keep them, CSV and XLSX: read with care, and written so that they are safe to open.

Nothing in here knows what a table is about.
"""

from shared.sheets.headings import folded
from shared.sheets.tables import LARGEST, MOST_COLUMNS, MOST_ROWS, Table, read_table

__all__ = ["LARGEST", "MOST_COLUMNS", "MOST_ROWS", "Table", "folded", "read_table"]
