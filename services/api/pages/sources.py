"""What led a visitor here, put into a page that is kept and given to many: no visitor gets another's."""

from dataclasses import replace

from services.api.pages.reader import SOURCE, Reader

_PLACEHOLDER = "whichever-led-them-here"
_IN_LINKS = tuple(f"{joint}{SOURCE}={_PLACEHOLDER}".encode() for joint in ("?", "&amp;"))
_CARRIED = f'<input type="hidden" name="{SOURCE}" value="{_PLACEHOLDER}">'.encode()


def anybody(reader: Reader) -> Reader:
    """For whom the page is written that is kept."""
    return replace(reader, source=_PLACEHOLDER)


def put_in(body: bytes, source: str | None) -> bytes:
    """The page for somebody; as if sources were unknown to it, where nothing is known of theirs."""
    if source is None:
        for nothing in (*_IN_LINKS, _CARRIED):
            body = body.replace(nothing, b"")
    return body.replace(_PLACEHOLDER.encode(), (source or "").encode())
