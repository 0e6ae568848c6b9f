"""One's own invitation: the form is filled in, "no" is a button, and nothing happens by opening the page."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events, invitations, links, registrations, suppressions
from shared.addresses import recognise
from shared.links import Purpose
from shared.models import Event, Invitation, Message, Registration
from shared.schemas.questions import QuestionFacts
from shared.settings import get_settings
from tests.api.pages.reading import Reading
from tests.api.visitors import visiting, within_one_window
from tests.factories import find_registration, make_event, register

ADA = "Ada@example.org"
CONSENT = {"consent": "yes", "language": "en"}


def invited(session: Session, event: Event, who: str = f"Ada Lovelace <{ADA}>", **facts: Any) -> Invitation:
    invitations.invite(session, event, recognise(who), language=facts.get("language"), by=None)
    session.commit()
    return session.scalars(select(Invitation).order_by(Invitation.id.desc()).limit(1)).one()


def path_of(invitation: Invitation) -> str:
    return f"/invited/{links.sign(Purpose.INVITED, invitation.id)}"


def status(session: Session, invitation: Invitation) -> str:
    session.rollback()
    session.refresh(invitation)
    return invitation.status


def registered(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Registration)) or 0


def send(client: TestClient, invitation: Invitation, **fields: str) -> Any:
    typed = {"name": "Ada Lovelace", "address": ADA} | CONSENT | fields
    return client.post(path_of(invitation), data=typed, follow_redirects=False)


def test_the_form_is_filled_in_and_opening_it_changes_nothing(client: TestClient, session: Session) -> None:
    event = make_event(session, title="Rain gardens")
    invitation = invited(session, event)
    before = session.scalar(select(func.count()).select_from(Message))

    for _ in range(2):
        page = Reading(client, path_of(invitation))

    assert page.status == 200
    assert page.find("h1") == "Rain gardens"
    assert page.find("#answer h2") == "You are invited, Ada Lovelace"
    assert page.attribute("#name", "value") == "Ada Lovelace"
    assert page.attribute("#address", "value") == ADA
    assert page.attribute(".registration form", "action") == path_of(invitation)
    assert client.head(path_of(invitation)).status_code == 200
    assert status(session, invitation) == "pending"
    assert session.scalar(select(func.count()).select_from(Message)) == before


def test_the_page_is_private(client: TestClient, session: Session) -> None:
    page = Reading(client, path_of(invited(session, make_event(session))))
    assert page.response.headers["Cache-Control"] == "private, no-store"
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert page.attribute("meta[name=robots]", "content") == "noindex, nofollow"
    assert page.html.select("link[rel=canonical], script[type='application/ld+json']") == []


def test_it_is_in_the_language_they_were_written_to_in_unless_they_choose(client: TestClient, session: Session) -> None:
    invitation = invited(session, make_event(session), language="es")
    assert Reading(client, path_of(invitation)).attribute("html", "lang") == "es"
    assert Reading(client, path_of(invitation)).attribute("#language option[selected]", "value") == "es"
    chosen = Reading(client, path_of(invitation) + "?lang=fr")
    assert chosen.attribute("html", "lang") == "fr"
    assert chosen.attribute(".registration form", "action") == path_of(invitation) + "?lang=fr"


def test_registering_by_the_link_accepts(client: TestClient, session: Session) -> None:
    event = make_event(session)
    invitation = invited(session, event)

    answer = send(client, invitation)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/events/{event.slug}/registered?outcome=confirmed"
    ada = find_registration(session, event, ADA)
    assert (ada.status, ada.source, ada.name) == ("confirmed", "page", "Ada Lovelace")
    assert ada.consented_at is not None
    assert status(session, invitation) == "accepted"
    assert invitation.registration_id == ada.id


def test_whoever_keeps_the_address_need_not_prove_it_nor_wait_nor_work(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = get_settings()
    monkeypatch.setattr(settings, "form_minimum_time", 3.0)
    monkeypatch.setattr(settings, "limit_without_proof", 1)
    event = make_event(session, verifies_addresses=True)
    for number in range(3):
        invitation = invited(session, event, f"p{number}@example.org")
        assert send(client, invitation, address=f"P{number}@example.org").status_code == 303
        assert status(session, invitation) == "accepted"
    assert set(session.scalars(select(Registration.status))) == {"confirmed"}


def test_with_another_address_one_is_like_anybody_else_but_the_invitation_is_answered(
    client: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(session, verifies_addresses=True)
    invitation = invited(session, event)

    answer = send(client, invitation, address="ada@elsewhere.org")

    assert answer.headers["location"].endswith("outcome=pending")
    other = find_registration(session, event, "ada@elsewhere.org")
    assert (other.status, status(session, invitation)) == ("pending", "pending")
    registrations.confirm(session, other.id)
    session.commit()
    assert status(session, invitation) == "accepted"
    page = Reading(client, path_of(invitation))
    assert page.find("#answer h2") == "You are registered"
    # The link went to one address, and what is registered with the other is not its business.
    assert "/my/" not in page.response.text
    monkeypatch.setattr(get_settings(), "form_minimum_time", 3.0)
    assert send(client, invitation, address="bob@elsewhere.org").status_code == 422


def test_the_limits_hold_for_the_invited_too(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "limit_per_address", 1)
    invitation = invited(session, make_event(session))
    with within_one_window(), visiting() as client:
        answers = [send(client, invitation).status_code for _ in range(5)]
    assert answers[0] == 303
    assert 429 in answers


def test_who_is_registered_finds_the_way_to_the_registration(client: TestClient, session: Session) -> None:
    event = make_event(session)
    invitation = invited(session, event)
    ada = register(session, event, "ada@example.org")

    page = Reading(client, path_of(invitation))

    assert page.find("#answer h2") == "You are registered"
    assert page.attribute("#answer a", "href") == f"/my/{links.sign(Purpose.MY, ada.id)}"
    assert page.html.select("#register form") == []


def test_no_is_a_button_that_may_be_pressed_twice_and_taken_back(client: TestClient, session: Session) -> None:
    invitation = invited(session, make_event(session))
    path = path_of(invitation)

    for _ in range(2):
        answer = client.post(f"{path}/decline", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}#answer")
    assert status(session, invitation) == "declined"
    page = Reading(client, path)
    assert page.find("#answer h2") == "You cannot come"
    # Registering is the clearest way to think again.
    assert page.attribute("#address", "value") == ADA

    for _ in range(2):
        client.post(f"{path}/reconsider", follow_redirects=False)
    assert status(session, invitation) == "pending"


def test_who_declined_and_registers_after_all_has_accepted(client: TestClient, session: Session) -> None:
    invitation = invited(session, make_event(session))
    client.post(f"{path_of(invitation)}/decline")
    send(client, invitation)
    assert status(session, invitation) == "accepted"


@pytest.mark.parametrize("button", ["decline", "reconsider"])
def test_opening_the_address_of_a_button_does_nothing(client: TestClient, session: Session, button: str) -> None:
    invitation = invited(session, make_event(session))
    answer = client.get(f"{path_of(invitation)}/{button}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, path_of(invitation))
    assert status(session, invitation) == "pending"


def test_mistakes_come_back_to_the_same_page(client: TestClient, session: Session) -> None:
    needs = QuestionFacts.model_validate({"key": "needs", "kind": "short-text", "label": "Needs?", "is_required": True})
    invitation = invited(session, make_event(session, questions=[needs]), language="es")
    typed = {"name": "", "address": ADA, "city": "Bilbao", "answers.needs": ""}

    page = Reading(client, path_of(invitation), method="POST", data=typed)

    assert page.status == 422
    assert page.attribute("html", "lang") == "es"
    assert {str(link["href"]) for link in page.html.select(".summary a")} == {"#name", "#consent", "#answers.needs"}
    assert page.attribute(".registration form", "action") == path_of(invitation)
    assert page.attribute("#city", "value") == "Bilbao"
    assert page.response.headers["Cache-Control"] == "private, no-store"
    assert status(session, invitation) == "pending"


def test_a_program_that_fills_in_what_nobody_sees_is_thanked(client: TestClient, session: Session) -> None:
    invitation = invited(session, make_event(session))
    assert send(client, invitation, message="Buy now").status_code == 303
    assert (registered(session), status(session, invitation)) == (0, "pending")


def test_what_takes_nobody_any_more_says_so(client: TestClient, session: Session) -> None:
    event = make_event(session)
    invitation = invited(session, event)
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at + timedelta(minutes=1)):
        over = Reading(client, path_of(invitation))
        assert send(client, invitation).status_code == 409
    events.cancel(session, event.id, "The hall burnt down")
    session.commit()
    cancelled = Reading(client, path_of(invitation))

    assert "This event is over." in over.text
    assert "The hall burnt down" in cancelled.text
    for page in (over, cancelled):
        assert page.status == 200
        assert page.html.select("#register form, #answer form") == []
    assert (send(client, invitation).status_code, registered(session)) == (409, 0)


def test_a_full_event_offers_the_waiting_list(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    register(session, event, "bob@example.org")
    invitation = invited(session, event)
    assert Reading(client, path_of(invitation)).find("#answer a.button") == "Join the waiting list"
    assert send(client, invitation).headers["location"].endswith("outcome=waitlisted")
    assert status(session, invitation) == "accepted"


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_nobody_signed_or_was_withdrawn_is_not_there(client: TestClient, session: Session, method: str) -> None:
    event = make_event(session)
    invitation, ada = invited(session, event), register(session, event, "bob@example.org")
    wrong_purpose = f"/invited/{links.sign(Purpose.MY, ada.id)}"
    invitations.withdraw(session, invitation.id)
    session.commit()
    for path in ("/invited/nonsense", wrong_purpose, path_of(invitation)):
        for button in ("", "/decline", "/reconsider"):
            request: dict[str, Any] = {"data": CONSENT} if method == "post" else {}
            assert client.request(method, path + button, **request).status_code == 404


def test_one_click_stops_mail_to_the_invited(client: TestClient, session: Session) -> None:
    invitation = invited(session, make_event(session))
    path = f"/unsubscribe/{links.sign(Purpose.UNSUBSCRIBE, invitation.id)}"

    assert client.get(path).status_code == 200
    assert not suppressions.is_suppressed(session, ADA)
    for _ in range(2):
        assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200

    assert suppressions.is_suppressed(session, ADA)


def test_names_cannot_write_markup(client: TestClient, session: Session) -> None:
    event = make_event(session)
    invitation = invited(session, event)
    invitation.name = "<script>alert(1)</script>"
    session.commit()
    page = Reading(client, path_of(invitation))
    assert "<script>alert(1)" not in page.response.text
    assert page.find("#answer h2") == "You are invited, <script>alert(1)</script>"


def test_the_invited_take_their_data_along_or_have_it_deleted(client: TestClient, session: Session) -> None:
    invitation = invited(session, make_event(session))
    path = path_of(invitation)

    data = client.get(f"{path}/data.json").json()
    assert data["address"] == ADA.lower()
    assert client.get(f"{path}/erase").status_code in {404, 405}
    erased, again = Reading(client, f"{path}/erase", method="POST"), Reading(client, f"{path}/erase", method="POST")

    assert "one invitation" in erased.text
    assert again.find("h1") == "Nothing is kept of you here"
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    assert client.get(path).status_code == 404


def test_the_public_page_is_as_it_was(client: TestClient, session: Session) -> None:
    event = make_event(session)
    invited(session, event)
    page = Reading(client, f"/events/{event.slug}")
    assert page.html.select("#answer") == []
    assert page.attribute(".registration form", "action") == f"/events/{event.slug}/register"
    assert page.attribute("#address", "value") == ""
