"""XLSX files by hand: what no spreadsheet would write."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

from shared.sheets.workbook_parts import other_parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(rows_xml: str, *, strings: list[str] | None = None, **more: str) -> bytes:
    """A workbook whose only sheet has these `row` elements, and these shared strings."""
    parts = dict(other_parts("People", 1))
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{MAIN}"><sheetData>{rows_xml}</sheetData></worksheet>'
    if strings is not None:
        items = "".join(f"<si><t>{text}</t></si>" for text in strings)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{items}</sst>'
        relation = (
            '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
            'sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        )
        links = "xl/_rels/workbook.xml.rels"
        parts[links] = parts[links].replace("</Relationships>", relation)
    return packed(parts | more)


def packed(parts: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'
