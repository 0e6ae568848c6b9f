"""Asking for one's link again: the same answer for everybody, and not too often."""

import pytest
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared.models import Event, LinkRequest
from tests.api.pages.reading import Reading
from tests.api.visitors import ELSEWHERE, UNIVERSITY, visiting
from tests.factories import deliver_everything, make_event, register
from tests.mailbox import Mailbox, body


def ask(client: TestClient, event: Event, address: str) -> Response:
    return client.post(f"/events/{event.slug}/link", data={"address": address}, follow_redirects=False)


def test_the_event_page_leads_to_it(client: TestClient, session: Session) -> None:
    event = make_event(session)

    page = Reading(client, f"/events/{event.slug}?lang=en")

    assert page.attribute(f"a[href^='/events/{event.slug}/link']", "href") == f"/events/{event.slug}/link?lang=en"
    assert Reading(client, f"/events/{event.slug}/link").find("h1") == "Send me my link again"


def test_the_link_comes_by_mail(client: TestClient, session: Session, mailbox: Mailbox) -> None:
    event = make_event(session)
    register(session, event, "ada@example.org")
    deliver_everything(session)
    mailbox.empty()

    answer = ask(client, event, "Ada@Example.org")
    deliver_everything(session)

    assert answer.headers["location"] == f"/events/{event.slug}/link?sent=yes"
    assert "/my/" in body(mailbox.only_mail_to("ada@example.org"))
    assert Reading(client, answer.headers["location"]).find("h1") == "Look into your mailbox"


def test_the_answer_tells_nothing_and_neither_does_what_is_stored(client: TestClient, session: Session) -> None:
    event = make_event(session)
    register(session, event, "ada@example.org")

    known, unknown = ask(client, event, "ada@example.org"), ask(client, event, "eve@example.org")

    assert (known.status_code, dict(known.headers)) == (unknown.status_code, dict(unknown.headers))
    assert known.content == unknown.content
    assert len(session.scalars(select(LinkRequest)).all()) == 2


@pytest.mark.parametrize("address", ["", "ada", "ada@", "a" * 10_000 + "@example.org"])
def test_what_cannot_be_an_address_comes_back(client: TestClient, session: Session, address: str) -> None:
    event = make_event(session)

    page = Reading(client, f"/events/{event.slug}/link", method="POST", data={"address": address})

    assert page.status == 422
    assert page.attribute("#address", "value") == address
    assert page.attribute("#address", "aria-invalid") == "true"
    assert session.scalars(select(LinkRequest)).all() == []


def test_one_address_can_be_asked_for_a_few_times_an_hour_from_one_place(session: Session) -> None:
    event = make_event(session)

    with visiting(UNIVERSITY) as somebody, visiting(ELSEWHERE) as ada:
        answers = [ask(somebody, event, "ada@example.org").status_code for _ in range(6)]

        assert answers == [303] * 5 + [429]
        assert ask(somebody, event, "bob@example.org").status_code == 303
        assert ask(ada, event, "ada@example.org").status_code == 303
