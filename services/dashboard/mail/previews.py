"""A mail as it would leave now: as its reader sees it, as text, with its headers and its calendar part."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from services.dashboard import markup
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.fields import note, title
from services.dashboard.mail.rule_drafts import text_json
from services.dashboard.viewer import Viewer
from shared.schemas.mail import MailPreview
from shared.translations import language_name

_HELD, _SENT = "_preview", "_preview_sent"
_HEIGHT = 620
_WAYS = {"html": "As mail", "text": "As text", "headers": "Headers", "calendar": "Calendar part"}
# The mail stands in a frame inside of Streamlit's own, which would let scripts run: this one has an origin of its own,
# runs none, opens and sends nothing, and fetches nothing from anywhere.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_FRAME = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    "<style>html,body{{margin:0;height:100%}}iframe{{border:0;width:100%;height:100%;background:#fff}}</style></head>"
    '<body><iframe sandbox="" referrerpolicy="no-referrer" title="{title}" srcdoc="{mail}"></iframe></body></html>'
)


@dataclass(frozen=True)
class Wish:
    """Which mail, for whom, in which words: None as they are saved."""

    event_id: str
    kind: str
    language: str | None = None
    rule_id: str | None = None
    reader: tuple[str, str] | None = None
    text: tuple[str, str] | None = None

    def body(self) -> dict[str, Any]:
        """`reader` is the name of the field that says who, and the id."""
        text = text_json(self.text) if self.text else None
        given = {"language": self.language, "rule_id": self.rule_id, "text": text}
        reader = {self.reader[0]: self.reader[1]} if self.reader else {}
        return {"kind": self.kind, **reader, **{name: value for name, value in given.items() if value is not None}}


def reader_of(kind: str, sample_id: object) -> tuple[str, str]:
    """Of a mail of this kind: invitations go to the invited, call sheets to speakers, the rest to registrations."""
    if kind in {"invitation", "nudge"}:
        return "invitation_id", str(sample_id)
    return ("speaker_id" if kind.startswith("call-sheet") else "registration_id"), str(sample_id)


def fetch(viewer: Viewer, wish: Wish) -> MailPreview | Failure:
    """Asked once for each wish, until the next one."""
    held = st.session_state.get(_HELD)
    if held and held[0] == wish and not (isinstance(held[1], Failure) and held[1].is_passing):
        found: MailPreview | Failure = held[1]
        return found
    outcome = api().preview(viewer.token, wish.event_id, wish.body())
    st.session_state[_HELD] = (wish, outcome)
    return outcome


def draw(viewer: Viewer, wish: Wish, *, may_send: bool, say: Callable[[Failure], None] = lambda _: None) -> None:
    """`say` is told what is wrong with the text, so that it stands at its field."""
    markup.draw(title("How it will look"))
    outcome = fetch(viewer, wish)
    if isinstance(outcome, Failure):
        _draw_failure(outcome)
        say(outcome)
        return
    _draw_mail(outcome)
    if may_send:
        _draw_sending(viewer, wish)


def _draw_failure(failure: Failure) -> None:
    if failure.fields:
        markup.notice("warning", "It cannot be shown yet", "Correct what is marked; the preview follows.")
    else:
        markup.notice("warning", "There is no preview", failure.title if failure.is_passing else failure.detail)


def _draw_mail(mail: MailPreview) -> None:
    offered = [way for way in _WAYS if way != "calendar" or mail.calendar]
    way = st.segmented_control(
        "Show it", offered, default="html", required=True, key="preview_way", format_func=_WAYS.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    _draw_envelope(mail)
    if way == "text":
        st.code(mail.text, language=None, wrap_lines=True, height=_HEIGHT)
    elif way == "headers":
        _draw_headers(mail)
    elif way == "calendar" and mail.calendar:
        st.code(mail.calendar, language=None, wrap_lines=True, height=_HEIGHT)
    else:
        words = f"The mail “{mail.subject}” as its reader sees it"
        st.iframe(framed(mail.html, words), height=_HEIGHT, alt=words)


def framed(mail: str, words: str) -> str:
    """A page of ours that holds the mail where it can do nothing."""
    return _FRAME.format(title=escape(words), mail=escape(mail))


def _draw_envelope(mail: MailPreview) -> None:
    markup.draw(
        markup.markup(
            '<div class="pl-envelope"><b><bdi>{subject}</bdi></b><span>to <bdi>{to}</bdi> · {language}</span></div>',
            subject=mail.subject,
            to=mail.to,
            language=language_name(mail.language, language="en"),
        )
    )


def _draw_headers(mail: MailPreview) -> None:
    rows = (
        markup.markup("<div><dt>{name}</dt><dd>{value}</dd></div>", name=name, value=value)
        for name, value in mail.headers.items()
    )
    markup.draw(markup.markup('<dl class="pl-facts">{rows}</dl>', rows=markup.join(rows)))


def _draw_sending(viewer: Viewer, wish: Wish) -> None:
    if st.button("Send it to me", key="send_preview", icon=":material/outgoing_mail:"):
        st.session_state[_SENT] = (wish, api().send_preview(viewer.token, wish.event_id, wish.body()))
    told = st.session_state.get(_SENT)
    if not told or told[0] != wish:
        note(f"As a test, to {viewer.me.address} only.")
    elif told[1] is None:
        markup.notice("good", "A test mail is on its way", f"To {viewer.me.address}, and to nobody else.")
    else:
        markup.notice("problem", told[1].title, told[1].detail)
