"""The members of a calendar: a table, and for owners what can be done about each."""

from collections.abc import Sequence

import streamlit as st

from services.dashboard import asking, markup, said, viewer
from services.dashboard.api_client import api
from services.dashboard.failures import Failure
from services.dashboard.markup import Markup
from services.dashboard.team.words import MEANINGS, ROLES
from services.dashboard.viewer import Viewer
from shared.schemas.sessions import CalendarRole
from shared.schemas.team import MemberAnswer


def draw(looking: Viewer, calendar: CalendarRole, found: Sequence[MemberAnswer]) -> None:
    with st.container(border=True, key="card_members"):
        markup.draw(table(found, sees_addresses=calendar.role == "owner"))
        if not found:
            markup.draw(Markup('<p class="pl-empty">Only operators of this installation work on it so far.</p>'))
        markup.draw(_meanings())
        _draw_changes(looking, calendar, found)


def table(found: Sequence[MemberAnswer], *, sees_addresses: bool) -> Markup:
    names = ["Name", *(["E-mail address"] if sees_addresses else []), "Role", "Access"]
    return markup.markup(
        '<table class="pl-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
        head=markup.join(markup.markup('<th scope="col">{name}</th>', name=name) for name in names),
        rows=markup.join(_row(member, sees_addresses=sees_addresses) for member in found),
    )


def _row(member: MemberAnswer, *, sees_addresses: bool) -> Markup:
    you = Markup(' <span class="pl-badge pl-good">you</span>') if member.is_you else Markup()
    address = markup.markup('<td data-name="E-mail address">{address}</td>', address=member.address or "–")
    return markup.markup(
        '<tr><th scope="row"><bdi>{name}</bdi>{you}</th>{address}<td data-name="Role">{role}</td>'
        '<td data-name="Access">{access}</td></tr>',
        name=member.name,
        you=you,
        address=address if sees_addresses else Markup(),
        role=ROLES[member.role],
        access="✓ can sign in" if member.has_signed_in else "◷ has not chosen a password yet",
    )


def _meanings() -> Markup:
    entries = (
        markup.markup("<li><b>{role}</b> {meaning}</li>", role=ROLES[role], meaning=meaning)
        for role, meaning in MEANINGS.items()
    )
    return markup.markup('<ul class="pl-roles">{entries}</ul>', entries=markup.join(entries))


def _draw_changes(looking: Viewer, calendar: CalendarRole, found: Sequence[MemberAnswer]) -> None:
    by_id = {str(one.organiser_id): one for one in found if calendar.role == "owner" or one.is_you}
    if not by_id:
        return
    with st.container(key="member_bar", horizontal=True, vertical_alignment="bottom"):
        chosen = by_id[
            st.selectbox("Who", list(by_id), key="member", format_func=lambda key: _name(by_id[key]))
            if len(by_id) > 1
            else next(iter(by_id))
        ]
        if calendar.role == "owner":
            _draw_role(looking, calendar, chosen)
            if not chosen.has_signed_in and st.button("Send the link again", icon=":material/forward_to_inbox:"):
                _send_link(looking, calendar, chosen)
        leaves = "Leave this calendar …" if chosen.is_you else "Remove …"
        if st.button(leaves, key="remove_member", icon=":material/person_remove:"):
            asking.ask("remove_member", chosen.organiser_id)
    if asking.is_open("remove_member", chosen.organiser_id):
        _ask_whether_to_remove(looking, calendar, chosen)


def _name(member: MemberAnswer) -> str:
    return f"{member.name} (you)" if member.is_you else member.name


def _draw_role(looking: Viewer, calendar: CalendarRole, chosen: MemberAnswer) -> None:
    role = st.selectbox(
        "Role",
        list(ROLES),
        index=list(ROLES).index(chosen.role),
        key=f"role_{chosen.organiser_id}_{chosen.role}",
        format_func=ROLES.__getitem__,
    )
    if st.button("Change role", disabled=role == chosen.role, icon=":material/badge:", type="primary"):
        outcome = api().change_role(looking.token, calendar.slug, str(chosen.organiser_id), role)
        if isinstance(outcome, Failure):
            said.fail(outcome)
        _look_again()
        said.say("good", f"{chosen.name} is {ROLES[role].lower()} now")


def _send_link(looking: Viewer, calendar: CalendarRole, chosen: MemberAnswer) -> None:
    failed = api().send_password_link(looking.token, calendar.slug, str(chosen.organiser_id))
    if failed:
        said.fail(failed)
    said.say("good", "The link is on its way", "It leaves once an hour at most, and works for a week.")


@st.dialog("Take this role away?", icon=":material/person_remove:", on_dismiss=asking.put_away)
def _ask_whether_to_remove(looking: Viewer, calendar: CalendarRole, chosen: MemberAnswer) -> None:
    st.text(f"{chosen.name}\n{calendar.title}")
    st.write("They see nothing of this calendar any more, from now on. What they did stays, and so do other calendars.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep it", key="keep_member", on_click=asking.put_away):
            st.rerun()
        if st.button("Take it away", key="really_remove_member", type="primary"):
            failed = api().remove_member(looking.token, calendar.slug, str(chosen.organiser_id))
            asking.put_away()
            if failed:
                said.fail(failed)
            _look_again()
            said.say("good", f"{chosen.name} does not work on this calendar any more")


def _look_again() -> None:
    """What one may do oneself may be something else now."""
    viewer.forget()
