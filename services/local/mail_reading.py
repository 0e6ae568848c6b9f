"""What a caught mail says, whatever its state: nothing a sender wrote can make reading it fail."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

from pydantic import BaseModel, Field

from services.local import maildir

# Bytes. Headers longer than this are cut in the list; the mail's own page shows them whole.
_HEADERS_READ_FOR_LISTS = 64 * 1024


class Header(BaseModel):
    name: str
    value: str


class Part(BaseModel):
    """A leaf of the MIME tree, by its place in it."""

    number: int
    content_type: str
    name: str
    size_bytes: int


class Calendar(Part):
    text: str


class Summary(BaseModel):
    id: str
    received_at: datetime
    sender: str = Field(serialization_alias="from", description="The From header.")
    recipients: list[str] = Field(serialization_alias="to", description="Who the mail was delivered to.")
    subject: str


class Mail(Summary):
    headers: list[Header]
    text: str | None
    html: str | None
    calendars: list[Calendar]
    attachments: list[Part]


def summarise(file: Path) -> Summary:
    with file.open("rb") as opened:
        return _summary(file, BytesHeaderParser().parsebytes(opened.read(_HEADERS_READ_FOR_LISTS)))


def read(file: Path) -> Mail:
    message = _parse(file.read_bytes())
    bodies, calendars, attachments = dict[str, str](), list[Calendar](), list[Part]()
    for number, leaf in enumerate(leaves(message)):
        kind = leaf.get_content_type()
        if kind == "text/calendar":
            calendars.append(Calendar(**_facts(number, leaf), text=text_of(leaf)))
        elif kind in ("text/plain", "text/html") and kind not in bodies and not _is_attached(leaf):
            bodies[kind] = text_of(leaf)
        else:
            attachments.append(Part(**_facts(number, leaf)))
    return Mail(
        **_summary(file, message).model_dump(),
        headers=[Header(name=name, value=value) for name, value in _headers(message)],
        text=bodies.get("text/plain"),
        html=bodies.get("text/html"),
        calendars=calendars,
        attachments=attachments,
    )


def part_of(file: Path, number: int) -> tuple[Part, bytes] | None:
    leaf = dict(enumerate(leaves(_parse(file.read_bytes())))).get(number)
    return (Part(**_facts(number, leaf)), content_of(leaf)) if leaf is not None else None


def leaves(message: Message) -> Iterator[Message]:
    """The parts that hold something, in order. An attached mail is one of them, and stays closed."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting = [child for child in part.get_payload() if isinstance(child, Message)] + waiting
        else:
            yield part


def content_of(leaf: Message) -> bytes:
    if leaf.is_multipart():
        return b"".join(child.as_bytes() for child in leaf.get_payload() if isinstance(child, Message))
    content = leaf.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def text_of(leaf: Message) -> str:
    content = content_of(leaf)
    try:
        return content.decode(leaf.get_content_charset("utf-8"), errors="replace")
    except (LookupError, ValueError):
        # A charset that does not exist, or is no charset (Python knows "rot13" and "zlib" by the same door).
        return content.decode("utf-8", errors="replace")


def _parse(source: bytes) -> Message:
    try:
        return BytesParser().parsebytes(source)
    except RecursionError:
        # Parts in parts in parts, a thousand deep: show it as the one text it is.
        return BytesHeaderParser().parsebytes(source)


def _summary(file: Path, message: Message) -> Summary:
    headers = list(_headers(message))
    found = {name.lower(): value for name, value in reversed(headers)}
    return Summary(
        id=maildir.identifier_of(file),
        received_at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        sender=found.get("from", ""),
        recipients=[value for name, value in headers if name == "Delivered-To"],
        subject=found.get("subject", ""),
    )


def _headers(message: Message) -> Iterator[tuple[str, str]]:
    for name, value in message.raw_items():
        yield _readable(name), _decoded(_readable(str(value)))


def _readable(raw: str) -> str:
    """The parser keeps bytes beyond ASCII as surrogates; RFC 6532 says that they are UTF-8."""
    return raw.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")


def _decoded(value: str) -> str:
    unfolded = " ".join(value.split())
    try:
        return str(make_header(decode_header(unfolded)))
    except (LookupError, ValueError, MessageError):
        return unfolded


def _is_attached(leaf: Message) -> bool:
    return leaf.get_content_disposition() == "attachment"


def _facts(number: int, leaf: Message) -> dict[str, object]:
    size = len(content_of(leaf))
    return {"number": number, "content_type": leaf.get_content_type(), "name": _name_of(leaf), "size_bytes": size}


def _name_of(leaf: Message) -> str:
    try:
        written = _decoded(_readable(leaf.get_filename() or ""))
    except (LookupError, ValueError):
        written = ""
    # Only the last step of a path, and nothing that a terminal or a file system would act upon.
    last_step = written.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last_step if character.isprintable()).lstrip(".")
