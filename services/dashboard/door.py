"""What stands instead of a page: signed out, or nothing to show yet."""

import streamlit as st

from services.dashboard import markup
from services.dashboard.cookies import sign_out_proof
from services.dashboard.failures import Cause, Failure
from services.dashboard.markup import Markup
from services.dashboard.sign_in import SIGN_IN, SIGN_OUT
from services.dashboard.viewer import Viewer

# Seconds between looks for an API that did not answer.
_RETRY = 3
_ARMED = "_retry_armed"


def draw(failure: Failure) -> None:
    """Signed out with the way back in; or why there is nothing, trying again by itself."""
    if failure.cause is Cause.SIGNED_OUT:
        _draw_signed_out()
        return
    markup.notice("problem", "No data yet", f"{failure.title}. This page tries again every {_RETRY} seconds.")
    st.session_state[_ARMED] = True
    _retry()


def draw_sign_out(viewer: Viewer) -> None:
    """Who is signed in, and a form, since only an answer to a form can take the cookie away."""
    markup.draw(
        markup.markup(
            '<form class="pl-who" method="post" action="{action}">'
            "<span><small>Signed in as</small><b>{name}</b></span>"
            '<input type="hidden" name="proof" value="{proof}"><button type="submit">Sign out</button></form>',
            action=SIGN_OUT,
            name=viewer.me.name,
            proof=sign_out_proof(viewer.token),
        )
    )


def draw_sign_out_everywhere(viewer: Viewer) -> None:
    markup.draw(
        markup.markup(
            '<form class="pl-form" method="post" action="{action}"><input type="hidden" name="proof" value="{proof}">'
            '<input type="hidden" name="everywhere" value="yes">'
            '<button class="pl-button" type="submit">Sign out everywhere</button></form>',
            action=SIGN_OUT,
            proof=sign_out_proof(viewer.token),
        )
    )


def _draw_signed_out() -> None:
    markup.draw(
        Markup(
            '<main class="pl-door"><h1>Signed out</h1><p>Your session has ended. Sign in to go on where you were.</p>'
            f'<a class="pl-button" href="{SIGN_IN}" target="_self">Sign in</a></main>'
        )
    )


@st.fragment(run_every=_RETRY)
def _retry() -> None:
    # The page's own run draws this too; only the runs that the timer asks for start the page again.
    if st.session_state.pop(_ARMED, False):
        return
    st.rerun()
