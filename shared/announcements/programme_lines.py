"""Brings every layout of a programme (list, table, lines, headings per day) into one sequence of lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.announcements.blocks import Block, Heading, Item, Line, Listing, Paragraph, Table, joined
from shared.announcements.clocks import find_clocks
from shared.announcements.headings import is_day_heading
from shared.announcements.items import is_people_label
from shared.announcements.labels import labelled
from shared.announcements.minutes import cut_length, whole_length
from shared.announcements.persons import is_person_name, is_role
from shared.announcements.wording import phrase


class Place(StrEnum):
    """Where a line stands: it begins an item, belongs below one, stands free between items, or is a heading."""

    ITEM = "item"
    BELOW = "below"
    FREE = "free"
    HEADING = "heading"


@dataclass(frozen=True)
class ProgrammeLine:
    text: str
    place: Place
    speaker: str = ""
    markdown: str = ""


_ENDS_WITH_LENGTH = re.compile(r"\(\s?\d{1,3}\s?(?:min[a-z]*\.?|['’′]|h)\s?\)\W*$", re.IGNORECASE)
_COLUMNS = {
    "time": (
        "time, times, hour, hours, when, schedule, heure, heures, horaire, horaires, hora, horario, start, starts, "
        "debut, inicio, from, clock"
    ),
    "end": "end, ends, until, to, fin, hasta",
    "length": "duration, length, minutes, min, mins, duree, duracion, minutos, time allotted, tiempo",
    "item": """
        item, session, topic, title, activity, subject, programme, program, agenda, agenda item, talk, what, content,
        description, theme, intervention, sujet, titre, activite, contenu, point, sequence, tema, actividad, titulo,
        sesion, contenido, asunto, ponencia, bloque, segment, presentation, part, details""",
    "speaker": """
        speaker, speakers, presenter, presenters, who, by, lead, name, names, responsible, speaker s, with,
        intervenant, intervenante, intervenants, intervenant e s, orateur, orateurs, qui, avec, par, ponente,
        ponentes, quien, responsable, participante, participantes, expositor, a cargo de, panelist, panelists,
        panellists, intervenants et intervenantes, moderator, facilitator, presented by, intervenant es""",
    "role": "role, position, title and organisation, fonction, cargo, poste, funcion",
    "organisation": (
        "organisation, organization, affiliation, institution, organisme, organizacion, institucion, entidad, structure"
    ),
    "day": "day, date, jour, dia, fecha",
    "room": "room, salle, sala, place, lieu, lugar, venue",
}
_COLUMN_NAMES = {phrase(word): column for column, words in _COLUMNS.items() for word in words.split(",")}


def programme_lines(blocks: Sequence[Block]) -> Iterator[ProgrammeLine]:
    for position, block in enumerate(blocks):
        following = blocks[position + 1] if position + 1 < len(blocks) else None
        match block:
            case Heading(line=line):
                is_caption = isinstance(following, Listing | Table) or is_day_heading(line.plain)
                yield ProgrammeLine(line.plain, Place.HEADING if is_caption else Place.ITEM)
            case Paragraph(lines=lines):
                yield from _with_times_joined(logical_lines(lines))
            case Listing(items=items):
                yield from _listed(items, are_people=position > 0 and _announces_people(blocks[position - 1]))
            case Table():
                yield from _tabled(block)


def _announces_people(block: Block) -> bool:
    """Whether a paragraph ends with a bare "Speakers:", so that the list below it names them."""
    last = block.lines[-1].plain if isinstance(block, Paragraph) else ""
    return last.endswith(":") and len(last.split()) <= 2 and is_people_label(f"{last} x")


def logical_lines(lines: Iterable[Line]) -> list[Line]:
    """The lines as the writer meant them: one that only the margin broke is put together again."""
    found: list[list[Line]] = []
    for line in lines:
        if (
            found
            and not found[-1][-1].breaks
            and not (_begins_anew(line.plain) or _is_apart(line, found[-1][-1].plain))
        ):
            found[-1].append(line)
        else:
            found.append([line])
    return [joined(group) for group in found]


def _is_apart(line: Line, before: str) -> bool:
    """Whether a line stands for itself: all in italics, "Speakers:", or a capital behind a finished line."""
    is_italic = re.fullmatch(r"([*_])(?![*_]).{3,200}(?<![*_])\1", line.markdown) is not None
    if is_italic or (":" in line.plain and is_people_label(f"{line.plain} x")):
        return True
    if line.plain[:1].islower():
        return False
    return _ENDS_WITH_LENGTH.search(before) is not None or (_names_person(line.plain) and _names_person(before))


def _names_person(text: str) -> bool:
    """Whether a line begins with a name and says something about it."""
    name, mark, _ = text.partition(",")
    return bool(mark) and is_person_name(name) and text.rstrip()[-1] not in ",;–-"


def _begins_anew(text: str) -> bool:
    text = text[:200]
    clocks = find_clocks(text[:40])
    return bool(clocks and clocks[0].start <= 2) or is_day_heading(text) or labelled(Line(text, text)) is not None


def _with_times_joined(lines: list[Line]) -> Iterator[ProgrammeLine]:
    """Lines of a paragraph; a clock time alone on its line belongs to the next."""
    waiting = ""
    is_timed = False
    for line in lines:
        clocks = find_clocks(line.plain[:60])
        if clocks and len(line.plain.strip(" :–—-")) <= len(clocks[0].text) + 1 and not waiting:
            waiting = line.plain
            continue
        is_below = is_timed and is_people_label(f"{line.plain} x")
        is_timed = is_timed or bool(waiting or (clocks and clocks[0].start <= 2))
        if not (is_below and len(line.plain.split()) <= 2 and line.plain.endswith(":")):
            place = Place.BELOW if is_below else Place.FREE
            yield ProgrammeLine(f"{waiting} {line.plain}".strip(), place, markdown=line.markdown)
        waiting = ""
    if waiting:
        yield ProgrammeLine(waiting, Place.FREE)


def _listed(items: Iterable[Item], *, are_people: bool = False) -> Iterator[ProgrammeLine]:
    for item in items:
        first, *others = logical_lines(item.lines) or [Line("", "")]
        if first.plain:
            is_day = is_day_heading(first.plain) and bool(item.children)
            place = Place.BELOW if are_people and not _begins_anew(first.plain) else Place.ITEM
            yield ProgrammeLine(first.plain, Place.HEADING if is_day else place)
        yield from (ProgrammeLine(line.plain, Place.BELOW) for line in others)
        for child in item.children:
            yield from _below(child, is_own=not first.plain)


def _below(child: Block, *, is_own: bool) -> Iterator[ProgrammeLine]:
    """What is nested in an item: lines with a time or a length are items too, the others tell about theirs."""
    for line in programme_lines([child]):
        is_new = _begins_anew(line.text) and not is_people_label(line.text)
        begins = line.place is Place.ITEM and (is_new or cut_length(line.text)[1] is not None)
        yield ProgrammeLine(line.text, Place.ITEM if begins or is_own else Place.BELOW, line.speaker)


def _tabled(table: Table) -> Iterator[ProgrammeLine]:
    columns, rows = _columns(table)
    for row in rows:
        cells = dict[str, list[str]]()
        for column, cell in zip(columns, row, strict=False):
            if cell.plain.strip(" –—-"):
                cells.setdefault(column, []).append(cell.plain)
        yield from _row(cells)


def _row(cells: dict[str, list[str]]) -> Iterator[ProgrammeLine]:
    speaker = ", ".join(part for column in ("speaker", "role", "organisation") for part in cells.get(column, []))
    title = ": ".join(cells.get("item", []))
    clock = " – ".join(cells.get("time", []) + cells.get("end", []))
    if cells.get("day"):
        yield ProgrammeLine(cells["day"][0], Place.HEADING)
    if not title and not speaker and clock and not _begins_anew(clock):
        yield ProgrammeLine(clock, Place.HEADING)
        return
    length = next((f" ({_as_minutes(text)})" for text in cells.get("length", [])), "")
    text = f"{clock} {title or speaker}{length}".strip()
    if title or speaker:
        yield ProgrammeLine(text, Place.HEADING if is_day_heading(text) else Place.ITEM, speaker if title else "")


def _as_minutes(text: str) -> str:
    """In a column of lengths a bare number is minutes."""
    return f"{text.strip()} min" if text.strip().isdecimal() else text.strip()


def _columns(table: Table) -> tuple[list[str], Sequence[tuple[Line, ...]]]:
    for header, rows in ((table.header, table.rows), (table.rows[0] if table.rows else (), table.rows[1:])):
        names = [_COLUMN_NAMES.get(phrase(cell.plain), "") for cell in header]
        if sum(map(bool, names)) >= 2 or (names and any(names) and header is table.header):
            return _named(names, rows), rows
    rows = (table.header, *table.rows) if table.header else table.rows
    return _guessed(rows), rows


def _named(names: list[str], rows: Sequence[tuple[Line, ...]]) -> list[str]:
    """A column without a known name is read by its content; a "time" that holds lengths is one of lengths."""
    guessed = _guessed(rows)
    named = [name or (guessed[at] if at < len(guessed) else "item") for at, name in enumerate(names)]
    return [
        "length" if name == "time" and guessed[at : at + 1] == ["length"] else name for at, name in enumerate(named)
    ]


def _guessed(rows: Sequence[tuple[Line, ...]]) -> list[str]:
    width = max(map(len, rows), default=0)
    columns = []
    for at in range(width):
        cells = [row[at].plain for row in rows if at < len(row) and row[at].plain]
        columns.append(_guess(cells))
    if "item" not in columns and "speaker" in columns:
        columns[columns.index("speaker")] = "item"
    return columns


def _guess(cells: list[str]) -> str:
    most = max(1, (len(cells) + 1) // 2)
    if sum(_begins_anew(cell) for cell in cells) >= most:
        return "time"
    if sum(whole_length(cell) is not None for cell in cells) >= most:
        return "length"
    if sum(cell.strip(" '′").isdecimal() for cell in cells) >= most:
        return "length"
    names = [re.split(r"[,(;]", cell)[0].strip() for cell in cells]
    if sum(is_person_name(name) or is_role(cell) for name, cell in zip(names, cells, strict=True)) >= most:
        return "speaker"
    return "item"
