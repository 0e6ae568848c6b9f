"""Mails are seen to be read by what people do on the pages behind them: never by a page that was opened."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, links
from shared.links import Purpose
from shared.models import Message, Registration
from tests.api.pages.reading import Reading
from tests.factories import deliver_everything, make_event, register

DATA = {"name": "Ada", "language": "en"}


@pytest.fixture
def ada(session: Session) -> Registration:
    found = register(session, make_event(session), "ada@example.org")
    deliver_everything(session)
    found.undelivered_at = clock.now()
    session.commit()
    return found


@pytest.fixture
def message(session: Session, ada: Registration) -> Message:
    return session.scalars(select(Message)).one()


def own(purpose: Purpose, ada: Registration, message: Message) -> str:
    return links.url(purpose, ada.id, message.id).removeprefix("http://testserver")


@pytest.mark.parametrize("purpose", [Purpose.MY, Purpose.JOIN, Purpose.UNSUBSCRIBE])
def test_opening_a_page_tells_nothing(
    client: TestClient, session: Session, ada: Registration, message: Message, purpose: Purpose
) -> None:
    for method in ("GET", "HEAD"):
        client.request(method, own(purpose, ada, message))
    client.get(f"/opened/{links.sign_mail(message.id)}")
    session.refresh(message)
    assert message.opened_at is None


@pytest.mark.parametrize("purpose", [Purpose.MY, Purpose.JOIN, Purpose.UNSUBSCRIBE])
def test_a_form_that_comes_back_does(
    client: TestClient, session: Session, ada: Registration, message: Message, purpose: Purpose
) -> None:
    page = Reading(client, own(purpose, ada, message))
    [action, *_] = [str(form["action"]) for form in page.html.select("main form[method=post]")]

    client.post(action, data=DATA, follow_redirects=False)

    session.refresh(message)
    session.refresh(ada)
    assert message.opened_at is not None
    assert ada.undelivered_at is None


def test_every_form_and_language_keeps_to_the_mail_and_nothing_public_does(
    client: TestClient, ada: Registration, message: Message
) -> None:
    page = Reading(client, own(Purpose.MY, ada, message))
    mark = f"m={links.sign_mail(message.id)}"

    assert all(mark in str(form["action"]) for form in page.html.select("form[method=post]"))
    assert all(mark in str(link["href"]) for link in page.html.select(".languages a"))
    public = [str(link["href"]) for link in page.html.select("a[href]") if "/my/" not in str(link["href"])]
    assert public
    assert all(mark not in address for address in public)
    redirect = client.post(own(Purpose.MY, ada, message), data=DATA, follow_redirects=False)
    assert mark in redirect.headers["location"]


def test_the_script_is_on_the_page_only_where_a_mail_led_there(
    client: TestClient, ada: Registration, message: Message
) -> None:
    token = links.sign_mail(message.id)
    page = Reading(client, own(Purpose.MY, ada, message))
    assert page.attribute("script[data-opened]", "data-opened") == f"/opened/{token}"

    for path in (f"/my/{links.sign(Purpose.MY, ada.id)}", f"/events/{ada.event.slug}?m={token}", f"/?m={token}"):
        assert Reading(client, path).html.select("script[data-opened]") == []
    forged = f"/my/{links.sign(Purpose.MY, ada.id)}?m=%22%3E%3Cscript%3E"
    assert Reading(client, forged).html.select("script[data-opened]") == []


def test_what_the_script_sends_counts_the_first_time(
    client: TestClient, session: Session, ada: Registration, message: Message
) -> None:
    answers = [client.post(f"/opened/{links.sign_mail(message.id)}") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[0].headers["Cache-Control"] == "no-store"
    session.refresh(message)
    session.refresh(ada)
    assert message.opened_at is not None
    assert ada.undelivered_at is None


@pytest.mark.parametrize("token", ["x", "A" * 32, "%00", "é" * 32, "A" * 5000])
def test_a_token_that_nobody_signed_gets_the_same_answer(
    client: TestClient, session: Session, ada: Registration, message: Message, token: str
) -> None:
    good = client.post(f"/opened/{links.sign_mail(links.read_mail(links.sign_mail(ada.id)) or ada.id)}")
    bad: Any = client.post(f"/opened/{token}")
    assert (bad.status_code, bad.content) == (good.status_code, good.content)
    session.refresh(message)
    assert message.opened_at is None


def test_a_mail_program_that_unsubscribes_is_a_person_who_pressed(
    client: TestClient, session: Session, ada: Registration, message: Message
) -> None:
    """RFC 8058: only on the reader's word, and without a redirect."""
    answer = client.post(
        own(Purpose.UNSUBSCRIBE, ada, message), data={"List-Unsubscribe": "One-Click"}, follow_redirects=False
    )
    assert answer.status_code == 200
    session.refresh(message)
    assert message.opened_at is not None
