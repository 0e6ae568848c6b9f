"""API tokens: made for scripts, shown once, revoked."""

from datetime import UTC, datetime, time, timedelta

import streamlit as st

from services.dashboard import asking, formatting, markup, said
from services.dashboard.announcement.intake import draw_failure
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup
from services.dashboard.viewer import Viewer
from shared import clock
from shared.schemas.sessions import TokenAnswer
from shared.settings import get_settings

_MADE = "_token_made"
_SCOPES = {"read": "may read", "write": "may read and change"}
_USUAL_DAYS = 90


def draw(looking: Viewer) -> None:
    with st.container(border=True, key="card_tokens"):
        markup.draw(
            Markup(
                '<h2 class="pl-card-title">API tokens</h2><p class="pl-empty">For scripts: one may do what '
                "you may, or only read.</p>"
            )
        )
        _draw_made()
        found = api().tokens(looking.token)
        if isinstance(found, Failure):
            markup.notice("problem", found.title, "Load the page again in a moment.")
            return
        _draw_list(looking, found)
        _draw_making(looking)


def _draw_made() -> None:
    made: str | None = st.session_state.pop(_MADE, None)
    if made is None:
        return
    markup.notice("good", "The token is made", "Copy it now: it is not shown again.")
    st.code(made, language=None, wrap_lines=True)
    example = f'curl -H "Authorization: Bearer $TOKEN" {get_settings().site_url}/api/v1/me'
    st.code(example, language=None, wrap_lines=True)


def _draw_list(looking: Viewer, found: list[TokenAnswer]) -> None:
    if not found:
        return
    head = markup.join(
        markup.markup('<th scope="col">{name}</th>', name=name)
        for name in ("Name", "Scope", "Made", "Used last", "Until")
    )
    rows = markup.join(_row(token) for token in found)
    markup.draw(
        markup.markup(
            '<table class="pl-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>', head=head, rows=rows
        )
    )
    by_id = {str(token.id): token for token in found}
    with st.container(key="token_bar", horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Token", list(by_id), key="token", format_func=lambda key: by_id[key].label)
        if st.button("Revoke …", key="revoke", icon=":material/key_off:"):
            asking.ask("revoke", chosen)
    if asking.is_open("revoke", chosen):
        _ask_whether_to_revoke(looking, by_id[chosen])


def _row(token: TokenAnswer) -> Markup:
    until = formatting.moment_in(token.expires_at, "UTC") if token.expires_at else "revoked"
    is_over = token.expires_at is not None and token.expires_at <= clock.now()
    return markup.markup(
        '<tr><th scope="row"><bdi>{label}</bdi></th><td data-name="Scope">{scope}</td><td data-name="Made">{made}</td>'
        '<td data-name="Used last">{used}</td><td data-name="Until">{until}</td></tr>',
        label=token.label,
        scope=_SCOPES.get(token.scope, token.scope),
        made=formatting.moment_in(token.created_at, "UTC"),
        used=formatting.moment_in(token.last_used_at, "UTC") if token.last_used_at else "never",
        until=f"{until}{' (over)' if is_over else ''}",
    )


@st.dialog("Revoke this token?", icon=":material/key_off:", on_dismiss=asking.put_away)
def _ask_whether_to_revoke(looking: Viewer, token: TokenAnswer) -> None:
    st.text(token.label)
    st.write("Whatever uses it is refused from now on.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_token", on_click=asking.put_away):
            st.rerun()
        if st.button("Revoke", key="really_revoke", type="primary"):
            failed = api().revoke_token(looking.token, str(token.id))
            asking.put_away()
            if failed:
                said.fail(failed)
            said.say("good", "The token is revoked")


def _draw_making(looking: Viewer) -> None:
    with st.expander("Make a token", icon=":material/add:"), st.form("new_token", border=False):
        left, middle, right = st.columns(3)
        label = left.text_input("What it is for", max_chars=200, key="token_label")
        scope = middle.selectbox("Scope", list(_SCOPES), format_func=_SCOPES.__getitem__, key="token_scope")
        usual = (clock.now() + timedelta(days=_USUAL_DAYS)).date()
        until = right.date_input(
            "Until (UTC); empty: until it is revoked", usual, format="YYYY-MM-DD", key="token_until"
        )
        if st.form_submit_button("Make it", type="primary", icon=":material/key:"):
            ends = datetime.combine(until, time(23, 59), UTC) if until else None
            outcome = api().create_token(looking.token, label=label, scope=scope, expires_at=ends)
            if isinstance(outcome, Failure):
                draw_failure(outcome)
            else:
                st.session_state[_MADE] = outcome.token
                st.rerun()
