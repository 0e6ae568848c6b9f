"""What came back about a person: visible to who works on the event, without a word of the mail itself."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.models import Message, Role
from tests.factories import deliver_everything, make_calendar, make_event, make_organiser, register, token_for
from tests.mailbox import Mailbox
from tests.shared.inbound import reports
from tests.shared.inbound.answers import google, rsvp
from tests.shared.inbound.arriving import arrive, reads_replies, sender_of
from tests.shared.inbound.reports import ADA

__all__ = ["reads_replies"]
pytestmark = pytest.mark.usefixtures("reads_replies")


def test_what_came_back_is_listed_latest_first_and_names_nobody(
    session: Session, client: TestClient, mailbox: Mailbox
) -> None:
    calendar = make_calendar(session)
    event = make_event(session, calendar)
    ada, bob = (register(session, event, address) for address in (ADA, "bob@example.org"))
    deliver_everything(session)
    [message] = [one for one in session.scalars(select(Message)) if one.registration_id == ada.id]
    arrive(session, google(ada.id), rsvp())
    arrive(session, google(bob.id), rsvp())
    arrive(session, reports.postfix(sender_of(message)), sender_of(message), sender="")
    viewer = token_for(session, make_organiser(session, calendar, Role.VIEWER))
    path = f"/api/v1/registrations/{ada.id}/inbound"

    answer = client.get(path, headers=viewer)

    shown = [(one["kind"], one["status"], one["outcome"], one["message_id"]) for one in answer.json()["mails"]]
    assert shown == [
        ("bounce", "done", "The confirmation came back: it will never arrive.", str(message.id)),
        ("reply", "done", "They accepted.", None),
    ]
    assert "@" not in answer.text
    first = client.get(path, headers=viewer, params={"limit": 1}).json()
    rest = client.get(path, headers=viewer, params={"after": first["next"]}).json()
    assert [one["kind"] for one in (*first["mails"], *rest["mails"])] == ["bounce", "reply"]
    assert rest["next"] is None
