"""No more reminders: a page with one button, and the one click of mail programs (RFC 8058)."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import links, suppressions
from shared.digests import address_digest
from shared.links import Purpose
from shared.models import Registration, Suppression
from tests.api.pages.reading import Reading
from tests.factories import make_event, register

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link_of(registration: Registration) -> str:
    return f"/unsubscribe/{links.sign(Purpose.UNSUBSCRIBE, registration.id)}"


def test_opening_the_link_changes_nothing(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "ada@example.org")

    page = Reading(client, link_of(ada))

    assert page.status == 200
    assert page.attribute("form", "method") == "post"
    assert "What your registrations need still arrives" in page.text
    assert "ada" not in page.text.lower()
    assert not suppressions.is_suppressed(session, "ada@example.org")


def test_one_click_is_enough(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "Ada@example.org")

    for _ in range(2):
        answer = client.post(link_of(ada), data=ONE_CLICK, follow_redirects=False)
        assert answer.status_code == 200

    [suppression] = session.scalars(select(Suppression))
    assert (suppression.digest, suppression.reason) == (address_digest("ada@example.org"), "unsubscribed")
    assert suppressions.is_suppressed(session, "ADA@example.org")


def test_one_click_as_multipart_is_taken_too(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "ada@example.org")

    assert client.post(link_of(ada), files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert suppressions.is_suppressed(session, "ada@example.org")


def test_good_and_unknown_links_get_the_same_answer(client: TestClient, session: Session) -> None:
    ada = register(session, make_event(session), "ada@example.org")

    good = client.post(link_of(ada), data=ONE_CLICK)
    bad = client.post("/unsubscribe/nonsense", data=ONE_CLICK)
    wrong_purpose = client.post(f"/unsubscribe/{links.sign(Purpose.MY, ada.id)}", data=ONE_CLICK)

    assert {good.status_code, bad.status_code, wrong_purpose.status_code} == {200}
    token = link_of(ada).rpartition("/")[2]
    assert good.text.replace(token, "nonsense") == bad.text
    assert len(list(session.scalars(select(Suppression)))) == 1


def test_the_page_is_private(client: TestClient, session: Session) -> None:
    headers = Reading(client, "/unsubscribe/nonsense").response.headers

    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
