"""Who works on a calendar, how they get in, and who did what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import calendars, clock, links, organisers, password_links, team
from shared.database import new_session
from shared.errors import NotAllowed, NotFound
from shared.mail.bare import compose
from shared.mail.recipients import recipient_of
from shared.models import Calendar, Message, MessageKind, Organiser, Role, TokenKind
from shared.settings import get_settings
from tests.factories import PASSWORD, make_calendar, make_event, make_organiser, token_for

ANOTHER = "another long enough one"
NEW = {"address": "noor@example.org", "name": "Noor", "role": "editor"}


@pytest.fixture
def calendar(session: Session) -> Calendar:
    return make_calendar(session)


@pytest.fixture
def owner(session: Session, calendar: Calendar) -> Organiser:
    return make_organiser(session, calendar, Role.OWNER)


def path_of(calendar: Calendar, rest: str = "") -> str:
    return f"/api/v1/calendars/{calendar.slug}/members{rest}"


def link_of(session: Session, address: str) -> str:
    """The token of the link that was mailed last, as the mail has it."""
    newest = select(Message).where(Message.address == address).order_by(Message.id.desc()).limit(1)
    message = session.scalars(newest).one()
    assert message.kind == MessageKind.WELCOME
    mail = compose(message, recipient_of(message), "<x@plenary.localhost>")
    [line] = [line for line in mail.plain.split() if "/dashboard/auth/password/" in line]
    return line.rpartition("/")[2]


def sign_in(client: TestClient, address: str, password: str) -> Any:
    return client.post("/api/v1/sessions", json={"address": address, "password": password})


def test_somebody_new_is_invited_chooses_a_password_and_has_the_role(
    session: Session, client: TestClient, calendar: Calendar, owner: Organiser
) -> None:
    added = client.post(path_of(calendar), json=NEW, headers=token_for(session, owner))
    assert added.status_code == 201
    assert (added.json()["role"], added.json()["has_signed_in"]) == ("editor", False)

    chosen = client.post("/api/v1/passwords", json={"token": link_of(session, NEW["address"]), "password": PASSWORD})

    assert chosen.status_code == 201
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {chosen.json()['token']}"}).json()
    assert [(one["slug"], one["role"]) for one in me["calendars"]] == [(calendar.slug, "editor")]
    assert sign_in(client, NEW["address"], PASSWORD).status_code == 201


@pytest.mark.parametrize("url", ["https://events.example.org", "https://events.example.org/dashboard"])
def test_the_link_leads_to_the_dashboard_wherever_it_is(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("PLENARY_DASHBOARD_URL", url)
    get_settings.cache_clear()

    link = links.password_url(UUID(int=5), "00" * 8, clock.now())

    assert link.startswith("https://events.example.org/dashboard/auth/password/")
    assert links.read_password(link.rpartition("/")[2])[0] == UUID(int=5)
    monkeypatch.undo()
    get_settings.cache_clear()


def test_who_is_there_already_gets_the_role_and_no_mail(
    session: Session, client: TestClient, calendar: Calendar, owner: Organiser
) -> None:
    other = make_organiser(session)
    body = NEW | {"address": other.address.upper()}

    assert client.post(path_of(calendar), json=body, headers=token_for(session, owner)).status_code == 201
    again = client.post(path_of(calendar), json=body, headers=token_for(session, owner))

    assert again.status_code == 409
    assert session.scalars(select(Message)).all() == []


def test_a_link_works_once_and_dies_with_age_and_with_the_password(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    password_links.send(session, organiser)
    session.commit()
    token = link_of(session, organiser.address)

    with clock.travel_to(clock.now() + password_links.VALID_FOR + timedelta(minutes=1)), pytest.raises(NotFound):
        password_links.choose(session, token, ANOTHER)
    session.rollback()
    assert client.post("/api/v1/passwords", json={"token": token, "password": ANOTHER}).status_code == 201
    assert client.post("/api/v1/passwords", json={"token": token, "password": PASSWORD}).status_code == 404
    for forged in (token[:-2], "a", "~", token.replace("~", "x")):
        assert client.post("/api/v1/passwords", json={"token": forged, "password": PASSWORD}).status_code == 404


def test_of_two_who_use_a_link_in_one_instant_one_has_chosen(session: Session) -> None:
    organiser = make_organiser(session)
    password_links.send(session, organiser)
    session.commit()
    token = link_of(session, organiser.address)

    def choose(password: str) -> bool:
        with new_session() as own:
            try:
                password_links.choose(own, token, password)
            except NotFound:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(choose, [PASSWORD, ANOTHER])) == [False, True]


def test_choosing_a_password_ends_every_session(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    token = sign_in(client, organiser.address, PASSWORD).json()["token"]
    mine = {"Authorization": f"Bearer {token}"}
    wrong = client.post("/api/v1/me/password", json={"password": "x", "new_password": ANOTHER}, headers=mine)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "password")

    changed = client.post("/api/v1/me/password", json={"password": PASSWORD, "new_password": ANOTHER}, headers=mine)

    assert changed.status_code == 204
    assert client.get("/api/v1/me", headers=mine).status_code == 401
    assert sign_in(client, organiser.address, PASSWORD).status_code == 401
    assert sign_in(client, organiser.address, ANOTHER).status_code == 201


def test_nobody_learns_who_is_an_organiser(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    asked = [organiser.address, "nobody@example.org", "not an address"]

    answers = [client.post("/api/v1/password-links", json={"address": address}) for address in asked]

    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"null")}
    assert [message.address for message in session.scalars(select(Message))] == [organiser.address]


def test_without_a_password_nobody_signs_in(session: Session, client: TestClient) -> None:
    organisers.add(session, address="quiet@example.org", name="Quiet", password=None)
    session.commit()

    assert sign_in(client, "quiet@example.org", "None").status_code == 401


def test_a_calendar_never_loses_its_last_owner(
    session: Session, client: TestClient, calendar: Calendar, owner: Organiser
) -> None:
    headers, own = token_for(session, owner), path_of(calendar, f"/{owner.id}")

    for answer in (client.delete(own, headers=headers), client.patch(own, json={"role": "viewer"}, headers=headers)):
        assert answer.status_code == 409
        assert "Make somebody else an owner first" in answer.json()["detail"]
    make_organiser(session, calendar, Role.OWNER)
    assert client.delete(own, headers=headers).status_code == 204
    assert client.get(path_of(calendar), headers=headers).status_code == 404


def test_two_owners_who_lower_each_other_leave_one(session: Session, calendar: Calendar, owner: Organiser) -> None:
    other = make_organiser(session, calendar, Role.OWNER)

    def lower(organiser: Organiser) -> bool:
        with new_session() as own:
            try:
                by = own.get_one(Organiser, other.id if organiser is owner else owner.id)
                team.change_role(own, own.get_one(Calendar, calendar.id), organiser.id, Role.VIEWER, by=by)
            except NotAllowed:
                return False
            own.commit()
            return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(lower, [owner, other])) == [False, True]


def test_who_was_lowered_meanwhile_adds_and_removes_nobody(
    session: Session, calendar: Calendar, owner: Organiser
) -> None:
    """The request came from an owner; by the time the calendar is held, it does not."""
    other, target = make_organiser(session, calendar, Role.OWNER), make_organiser(session, calendar, Role.EDITOR)
    assert calendars.role_of(session, owner, calendar.id) == Role.OWNER
    with new_session() as theirs:
        by = theirs.get_one(Organiser, other.id)
        team.change_role(theirs, theirs.get_one(Calendar, calendar.id), owner.id, Role.VIEWER, by=by)
        theirs.commit()

    with pytest.raises(NotAllowed):
        team.remove(session, calendar, target.id, by=owner)
    with pytest.raises(NotAllowed):
        team.add(session, calendar, address="a@example.org", name="A", role=Role.EDITOR, by=owner)


def test_two_calendars_gain_one_new_colleague_at_once(session: Session, owner: Organiser, calendar: Calendar) -> None:
    other = make_calendar(session)
    calendars.grant(session, owner, other, Role.OWNER)
    session.commit()
    together = Barrier(2)

    def add(calendar_id: UUID) -> UUID:
        with new_session() as own:
            by, where = own.get_one(Organiser, owner.id), own.get_one(Calendar, calendar_id)
            together.wait(10)
            added = team.add(own, where, address="new@example.org", name="New", role=Role.EDITOR, by=by)
            own.commit()
            return added.organiser.id

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(add, [calendar.id, other.id])
    assert first == second
    assert len(session.scalars(select(Message)).all()) == 1, "one mail is enough"


def test_two_calendars_of_one_title_made_at_once_have_addresses_of_their_own(session: Session) -> None:
    together = Barrier(2)

    def make(_: int) -> str:
        with new_session() as own:
            own.execute(select(1))
            together.wait(10)
            slug = calendars.create(own, title="Rivers").slug
            own.commit()
            return slug

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(make, range(2))) == ["rivers", "rivers-2"]


def test_an_invitation_speaks_the_language_of_the_calendar_and_leaves_room_for_a_forgotten_password(
    session: Session, client: TestClient, calendar: Calendar, owner: Organiser
) -> None:
    calendar.language = "es"
    session.commit()
    client.post(path_of(calendar), json=NEW, headers=token_for(session, owner))
    client.post("/api/v1/password-links", json={"address": NEW["address"]})

    invited, asked = session.scalars(select(Message).order_by(Message.id)).all()
    mail = compose(invited, recipient_of(invited), "<x@plenary.localhost>")
    assert mail.language == "es"
    assert (invited.facts["calendar"], "calendar" in asked.facts) == (calendar.title, False)


def test_a_link_says_whose_it_is_until_it_is_used(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    token = password_links.url(organiser).rpartition("/")[2]

    found = client.post("/api/v1/password-links/look", json={"token": token})
    client.post("/api/v1/passwords", json={"token": token, "password": ANOTHER})

    assert found.json() == {"address": organiser.address, "name": organiser.name}
    assert client.post("/api/v1/password-links/look", json={"token": token}).status_code == 404


def test_addresses_of_colleagues_are_for_owners(session: Session, client: TestClient, calendar: Calendar) -> None:
    viewer = make_organiser(session, calendar, Role.VIEWER)
    owner = make_organiser(session, calendar, Role.OWNER, name="Ana")

    as_viewer = client.get(path_of(calendar), headers=token_for(session, viewer)).json()["members"]
    as_owner = client.get(path_of(calendar), headers=token_for(session, owner)).json()["members"]

    assert [(one["name"], one["address"], one["is_you"]) for one in as_viewer] == [
        ("Ana", None, False),
        ("Olga Organiser", None, True),
    ]
    assert [one["address"] for one in as_owner] == [owner.address, viewer.address]


def test_a_viewer_may_leave_and_may_send_nobody_away(
    session: Session, client: TestClient, calendar: Calendar, owner: Organiser
) -> None:
    viewer = make_organiser(session, calendar, Role.VIEWER)
    headers = token_for(session, viewer)

    assert client.delete(path_of(calendar, f"/{owner.id}"), headers=headers).status_code == 403
    assert client.delete(path_of(calendar, f"/{viewer.id}"), headers=headers).status_code == 204


def test_signing_out_everywhere_ends_sessions_and_leaves_tokens(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    tokens = [sign_in(client, organiser.address, PASSWORD).json()["token"] for _ in range(2)]
    first, second = ({"Authorization": f"Bearer {token}"} for token in tokens)
    script = token_for(session, organiser)
    listed = client.get("/api/v1/sessions", headers=first).json()
    assert [one["is_this_one"] for one in listed] == [False, True]

    assert client.delete("/api/v1/sessions/all", headers=first).status_code == 204

    assert [client.get("/api/v1/me", headers=one).status_code for one in (first, second, script)] == [401, 401, 200]


def test_a_token_says_when_it_was_used_last_to_the_hour(session: Session, client: TestClient) -> None:
    organiser = make_organiser(session)
    signed_in = {"Authorization": f"Bearer {sign_in(client, organiser.address, PASSWORD).json()['token']}"}
    made = client.post("/api/v1/tokens", json={"label": "board", "scope": "read"}, headers=signed_in).json()
    script = {"Authorization": f"Bearer {made['token']}"}

    def last_used() -> str | None:
        [token] = client.get("/api/v1/tokens", headers=signed_in).json()
        used: str | None = token["last_used_at"]
        return used

    assert (made["last_used_at"], last_used()) == (None, None)
    start = clock.now()
    seen = []
    for minutes in (0, 59, 61):
        with clock.travel_to(start + timedelta(minutes=minutes)):
            assert client.get("/api/v1/me", headers=script).status_code == 200
        seen.append(last_used())
    assert seen[0] == seen[1] != seen[2]


def test_nobody_waits_for_another_request_of_the_same_token(session: Session) -> None:
    organiser = make_organiser(session)
    token, _ = organisers.issue_token(session, organiser, kind=TokenKind.API, label="board")
    session.commit()
    with new_session() as slow, new_session() as quick:
        organisers.note_use(slow, organisers.who(slow, token)[1])
        quick.execute(text("SET LOCAL lock_timeout = '2s'"))
        organisers.note_use(quick, organisers.who(quick, token)[1])
        quick.commit()


def test_the_audit_log_is_narrowed_and_names_events(
    session: Session, client: TestClient, calendar: Calendar, owner: Organiser
) -> None:
    headers, event = token_for(session, owner), make_event(session, calendar, title="Cities and water")
    client.post(path_of(calendar), json=NEW, headers=headers)
    client.patch(f"/api/v1/events/{event.id}", json={"places": 9}, headers=headers | {"If-Match": "*"})

    def read(**query: str) -> list[tuple[str, str | None]]:
        answer = client.get("/api/v1/audit", params={"calendar": calendar.slug} | query, headers=headers)
        assert answer.status_code == 200, answer.text
        return [(entry["action"], entry["event"]) for entry in answer.json()["entries"]]

    assert read() == [("event.edited", "Cities and water"), ("member.added", None)]
    assert read(action="member.") == [("member.added", None)]
    assert read(action="entries.sent-again") == []
    assert read(event=str(event.id)) == [("event.edited", "Cities and water")]
    assert read(organiser=str(make_organiser(session).id)) == []
    assert read(until=(clock.now() - timedelta(days=1)).isoformat()) == []
    assert len(read(since=(clock.now() - timedelta(days=1)).isoformat())) == 2


def test_whoever_makes_a_calendar_owns_it(session: Session, client: TestClient, owner: Organiser) -> None:
    made = client.post("/api/v1/calendars", json={"title": "Rivers"}, headers=token_for(session, owner))

    assert (made.status_code, made.json()["slug"], made.json()["role"]) == (201, "rivers", "owner")
    stranger = token_for(session, make_organiser(session))
    assert client.post("/api/v1/calendars", json={"title": "Rivers"}, headers=stranger).status_code == 403
    unknown = client.post(
        "/api/v1/calendars", json={"title": "Rivers", "time_zone": "Mordor"}, headers=token_for(session, owner)
    )
    assert unknown.status_code == 422
