"""Whether a page may stay on screen, and what stands instead of it: signed out, no access, nothing to show yet."""

import streamlit as st

from services.dashboard import markup
from services.dashboard.cookies import sign_out_proof
from services.dashboard.failures import Cause, Failure
from services.dashboard.markup import Markup
from services.dashboard.sign_in import SIGN_IN, SIGN_OUT
from services.dashboard.viewer import Viewer, doubt, forget, identify

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


def keep_watch(viewer: Viewer) -> None:
    """Call at each refresh of a page drawn for this organiser.

    Once the session has ended or the roles are others, the whole page runs again: that ends the timers and shows the
    way back in, or what the organiser may see now.
    """
    _leave_unless(viewer, identify())


def draw_no_data(failure: Failure, viewer: Viewer) -> None:
    """Instead of what a refresh would draw about an event."""
    if failure.cause in {Cause.SIGNED_OUT, Cause.FORBIDDEN, Cause.NOT_FOUND}:
        # The session may have ended, or the role is gone; or the call went out with the session of another viewer,
        # whose cache we share.
        _leave_unless(viewer, doubt(viewer))
    if failure.cause is Cause.SIGNED_OUT:
        return
    if failure.cause is Cause.FORBIDDEN:
        markup.notice("warning", "You have no access to this event", "Choose one of your own events instead.")
    elif failure.cause is Cause.NOT_FOUND:
        markup.notice("warning", "Event not found", "It may have been removed. Choose another event.")
    elif failure.is_passing:
        markup.notice("problem", "No data yet", f"{failure.title}. This page tries again by itself.")
    else:
        markup.notice("warning", failure.title, failure.detail)


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


def _leave_unless(viewer: Viewer, now: Viewer | Failure) -> None:
    if isinstance(now, Failure):
        if now.cause is Cause.SIGNED_OUT:
            forget()
            st.rerun()
    elif now.scope != viewer.scope:
        st.rerun()


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
