"""The programme as rows of a table, and back: pure, so that nothing depends on how a table is drawn."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from shared.schemas.programme import ItemKind, Part

KINDS = [kind.value for kind in ItemKind]
PARTS = [part.value for part in Part]
ITEM, PERSON = (
    ("title", "kind", "minutes", "day", "starts_at_clock"),
    ("name", "part", "role", "organisation", "city", "address"),
)
# People of the whole event belong to no item.
WHOLE_EVENT = 0

Row = dict[str, Any]


def item_rows(programme: Sequence[Mapping[str, Any]]) -> list[Row]:
    """`order` is what a row is moved by: rows are put into its order when they are read back."""
    return [
        {"order": number, **{name: item.get(name) for name in ITEM}, "starts_at_clock": _clock(item)}
        for number, item in enumerate(programme, start=1)
    ]


def _clock(item: Mapping[str, Any]) -> time | None:
    value = item.get("starts_at_clock")
    return time.fromisoformat(value) if isinstance(value, str) else value


def person_rows(programme: Sequence[Mapping[str, Any]], people: Sequence[Mapping[str, Any]]) -> list[Row]:
    """`item` is the number of the item they speak at; 0 for those of the whole event."""
    rows = [_person_row(WHOLE_EVENT, person) for person in people]
    for number, item in enumerate(programme, start=1):
        rows += [_person_row(number, person) for person in item.get("people", [])]
    return rows


def _person_row(number: int, person: Mapping[str, Any]) -> Row:
    hidden = {name: person.get(name) for name in ("language", "time_zone")}
    return {"item": number, **{name: person.get(name) for name in PERSON}, **hidden}


def programme_of(items: Sequence[Mapping[str, Any]], people: Sequence[Mapping[str, Any]]) -> list[Row]:
    """In the order of the column, then as they stand. Rows without a title are left out, and so are their people."""
    numbered = [(number, row) for number, row in enumerate(items, start=1) if _text(row.get("title"))]
    numbered.sort(key=lambda pair: (_number(pair[1].get("order")) or len(items) + 1, pair[0]))
    return [_item(row, [one for one in people if _number(one.get("item")) == number]) for number, row in numbered]


def people_of(people: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Those of the whole event."""
    return [_person(row) for row in people if not _number(row.get("item")) and _text(row.get("name"))]


def _item(row: Mapping[str, Any], people: Sequence[Mapping[str, Any]]) -> Row:
    clock = row.get("starts_at_clock")
    return {
        "title": _text(row.get("title")),
        "kind": row.get("kind") or ItemKind.OTHER.value,
        "minutes": _number(row.get("minutes")),
        "day": _number(row.get("day")) or 1,
        "starts_at_clock": f"{clock:%H:%M:%S}" if isinstance(clock, time) else None,
        "people": [_person(one) for one in people if _text(one.get("name"))],
    }


def _person(row: Mapping[str, Any]) -> Row:
    facts = {name: _text(row.get(name)) for name in (*PERSON, "language", "time_zone")}
    return {**facts, "part": facts["part"] or Part.SPEAKER.value}


def _text(value: object) -> str | None:
    """None for what a table holds in an empty cell, which may be a number that is none."""
    text = "" if value is None or value != value else " ".join(str(value).split())
    return text or None


def _number(value: object) -> int | None:
    if value is None or value != value or value == "":
        return None
    return int(float(str(value)))


def as_text(programme: Sequence[Mapping[str, Any]]) -> str:
    """One item a line, "15 | Title", for those who would rather write; people stay with the title they had."""
    return "\n".join(
        f"{'' if item.get('minutes') is None else item['minutes']} | {item['title']}" for item in programme
    )


def from_text(text: str, before: Sequence[Mapping[str, Any]]) -> list[Row]:
    """What is new is of no particular kind; a known title keeps all but its minutes."""
    known = {str(item["title"]): item for item in before}
    found: list[Row] = []
    for line in filter(str.strip, text.splitlines()):
        minutes, _, title = line.rpartition("|")
        name, number = " ".join(title.split()), minutes.strip()
        old = known.get(name, {"kind": ItemKind.OTHER.value, "day": 1, "starts_at_clock": None, "people": []})
        found.append({**old, "title": name, "minutes": int(number) if number.isdecimal() else None})
    return [item for item in found if item["title"]]
