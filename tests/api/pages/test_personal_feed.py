"""The personal feed: told to the mailbox alone, with everything of one address and nothing of others, and revocable."""

import re
from datetime import timedelta
from typing import Any

import pytest
import vobject
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events, links, personal_feeds, registrations
from shared.links import Purpose
from shared.models import Message, MessageKind, PersonalFeed, Registration
from shared.schemas.events import EventContent
from tests.api.pages.reading import Reading
from tests.factories import deliver_everything, in_days, make_event, register
from tests.mailbox import Mailbox, body

ADA = "ada@example.org"


def my(registration: Registration) -> str:
    return f"/my/{links.sign(Purpose.MY, registration.id)}"


def feed_path(session: Session) -> str:
    """As the last mail has it."""
    query = select(Message).where(Message.kind == MessageKind.PERSONAL_FEED).order_by(Message.id.desc()).limit(1)
    return str(session.scalars(query).one().facts["feed_url"]).removeprefix("http://testserver")


def asked(client: TestClient, session: Session, registration: Registration) -> str:
    answer = client.post(f"{my(registration)}/feed", follow_redirects=False)
    assert answer.status_code == 303
    session.expire_all()
    return feed_path(session)


def entries(answer: Response) -> dict[str, Any]:
    return {one.summary.value: one for one in vobject.readOne(answer.text).contents.get("vevent", [])}


def test_it_has_every_event_of_the_address_with_its_own_way_in(client: TestClient, session: Session) -> None:
    rivers, trees = (make_event(session, title=title, starts_at_local=in_days(9)) for title in ("Rivers", "Trees"))
    full = make_event(session, title="Full", places=1)
    first, second = register(session, rivers, ADA), register(session, trees, "ADA@example.org")
    register(session, full, "bob@example.org")
    register(session, full, ADA)
    make_event(session, title="Nothing to do with her")

    answer = client.get(asked(client, session, first))

    found = entries(answer)
    assert set(found) == {"Rivers", "Trees"}
    for title, registration in (("Rivers", first), ("Trees", second)):
        join_url = links.url(Purpose.JOIN, registration.id)
        assert found[title].location.value == join_url
        assert join_url in found[title].description.value
        assert found[title].uid.value == f"reg-{registration.id}@plenary.localhost"
    assert links.url(Purpose.MY, first.id) not in answer.text.replace("\r\n ", "")
    assert ADA not in answer.text.lower()
    assert "METHOD" not in answer.text


def test_the_link_arrives_and_works(client: TestClient, session: Session, mailbox: Mailbox) -> None:
    ada = register(session, make_event(session, title="Rivers"), ADA, language="es")
    deliver_everything(session)
    mailbox.empty()
    client.post(f"{my(ada)}/feed")
    deliver_everything(session)

    [link] = re.findall(r"http://testserver(/feeds/\S+)", body(mailbox.only_mail_to(ADA)))

    assert set(entries(client.get(link))) == {"Rivers"}


def test_only_the_mailbox_is_told_the_link(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), ADA)

    path = asked(client, session, ada)

    page = Reading(client, f"{my(ada)}?feed=sent")
    assert page.find("#feed .saved") == "A mail with the link is on its way to you."
    assert path not in page.response.text
    message = session.scalars(select(Message).where(Message.kind == MessageKind.PERSONAL_FEED)).one()
    assert message.registration_id == ada.id


def test_a_scanner_that_opens_links_asks_for_nothing_and_stops_nothing(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), ADA)
    path = asked(client, session, ada)

    assert [client.get(f"{my(ada)}/{what}").status_code for what in ("feed", "feed/revoke")] == [405, 405]

    assert client.get(path).status_code == 200


def test_asking_often_sends_one_mail_an_hour_and_always_the_same_link(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), ADA)
    with clock.travel_to(clock.now().replace(minute=5)):
        paths = {asked(client, session, ada) for _ in range(3)}
    with clock.travel_to(clock.now() + timedelta(hours=2)):
        paths.add(asked(client, session, ada))

    assert len(paths) == 1
    kinds = list(session.scalars(select(Message.kind)))
    assert kinds.count(MessageKind.PERSONAL_FEED) == 2


def test_what_is_revoked_is_gone_and_the_next_link_is_another(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), ADA)
    path = asked(client, session, ada)
    assert Reading(client, my(ada)).all("#feed button") == ["Send me the link", "Yes, stop it"]

    for _ in range(2):
        assert client.post(f"{my(ada)}/feed/revoke", follow_redirects=False).status_code == 303

    assert client.get(path).status_code == 404
    assert session.scalars(select(PersonalFeed)).all() == []
    assert Reading(client, my(ada)).all("#feed button") == ["Send me the link"]
    another = asked(client, session, ada)
    assert another != path
    assert (client.get(path).status_code, client.get(another).status_code) == (404, 200)


def test_nobody_keeps_or_lists_it_on_the_way(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), ADA)
    path = asked(client, session, ada)

    whole, head = client.get(path), client.head(path)

    assert whole.headers["Cache-Control"] == "private, max-age=900"
    assert whole.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert whole.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (head.status_code, head.headers["ETag"]) == (200, whole.headers["ETag"])
    assert client.get(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert client.get(path).content == whole.content


@pytest.mark.parametrize("change", ["moved", "cancelled by her", "cancelled by them"])
def test_it_follows_whatever_happens(client: TestClient, session: Session, change: str) -> None:
    event = make_event(session, title="Rivers", starts_at_local=in_days(9))
    ada = register(session, event, ADA)
    deliver_everything(session)
    path = asked(client, session, ada)
    before = client.get(path)
    with clock.travel_to(clock.now() + timedelta(seconds=2)):
        if change == "moved":
            events.edit(session, event.id, EventContent(starts_at_local=in_days(10)), version=None)
        elif change == "cancelled by her":
            registrations.cancel(session, ada.id)
        else:
            events.cancel(session, event.id, "Flooded.")
        session.commit()

        for condition in ("ETag", "Last-Modified"):
            name = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[condition]
            assert client.get(path, headers={name: before.headers[condition]}).status_code == 200
        after = entries(client.get(path))

    if change == "moved":
        assert after["Rivers"].dtstart.value != entries(before)["Rivers"].dtstart.value
        assert int(after["Rivers"].sequence.value) == 1
    elif change == "cancelled by her":
        assert after == {}
    else:
        assert after["Cancelled: Rivers"].status.value == "CANCELLED"
        assert "conference" not in after["Cancelled: Rivers"].contents


def test_a_link_that_nobody_signed_opens_nothing(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), ADA)
    path = asked(client, session, ada)
    feed = session.scalars(select(PersonalFeed)).one()

    forged = re.sub(r"~.", "~-", path)
    of_a_registration = f"/feeds/{links.sign(Purpose.FEED, ada.id)}.ics"
    of_another_purpose = f"/feeds/{links.sign(Purpose.MY, feed.id)}.ics"

    for wrong in (forged, of_a_registration, of_another_purpose, "/feeds/x.ics", "/feeds/.ics"):
        assert client.get(wrong).status_code == 404
    assert personal_feeds.url(feed.id).endswith(path)


def test_who_has_no_place_is_offered_none(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    register(session, event, "bob@example.org")
    ada = register(session, event, ADA)

    assert Reading(client, my(ada)).all("#feed") == []
