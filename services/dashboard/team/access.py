"""One's own access: name, password, where one is signed in."""

import streamlit as st

from services.dashboard import door, formatting, markup, said, viewer
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared.schemas.team import OwnSession


def draw(looking: Viewer) -> None:
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True, key="card_my_name"):
        _draw_name(looking)
        _draw_password(looking)
    with right, st.container(border=True, key="card_my_sessions"):
        _draw_sessions(looking)


def _draw_name(looking: Viewer) -> None:
    markup.draw(
        markup.markup('<h2 class="pl-card-title">You</h2><p class="pl-empty">{address}</p>', address=looking.me.address)
    )
    with st.form("my_name", border=False):
        name = st.text_input("Name, as others see it", looking.me.name, max_chars=200, key="my_name_field")
        if st.form_submit_button("Save name", icon=":material/save:"):
            outcome = api().rename_me(looking.token, name)
            if isinstance(outcome, Failure):
                draw_failure(outcome)
            else:
                viewer.forget()
                said.say("good", "Your name is saved")


def _draw_password(looking: Viewer) -> None:
    with st.expander("Change your password", icon=":material/password:"), st.form("my_password", border=False):
        st.caption("Every session ends with it, this one too: you sign in again with the new one.")
        old = st.text_input("Password now", type="password", autocomplete="current-password", key="old_password")
        new = st.text_input(
            "New password, 12 characters or more", type="password", autocomplete="new-password", key="new_password"
        )
        if st.form_submit_button("Change password", icon=":material/key:"):
            failed = api().change_password(looking.token, password=old or " ", new_password=new or " ")
            if failed:
                draw_failure(failed)
            else:
                viewer.forget()
                st.rerun()


def _draw_sessions(looking: Viewer) -> None:
    markup.draw(Markup('<h2 class="pl-card-title">Where you are signed in</h2>'))
    found = api().sessions(looking.token)
    if isinstance(found, Failure):
        markup.notice("problem", found.title, "Load the page again in a moment.")
        return
    rows = markup.join(_row(session) for session in found)
    markup.draw(
        markup.markup('<ul class="pl-list">{rows}</ul>', rows=rows)
        if found
        else Markup('<p class="pl-empty">Nowhere by password: you came with a token.</p>')
    )
    door.draw_sign_out_everywhere(looking)


def _row(session: OwnSession) -> Markup:
    here = Markup(' <span class="pl-badge pl-good">this one</span>') if session.is_this_one else Markup()
    until = f"until {formatting.moment_in(session.expires_at, 'UTC')}" if session.expires_at else ""
    return markup.markup(
        "<li><b>Since {begun}{here}</b><span>{until}</span></li>",
        begun=formatting.moment_in(session.begun_at, "UTC"),
        here=here,
        until=until,
    )
