"""The reader's language: from the address bar, else the browser, else English; on every page, problems included."""

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from tests.api.pages.reading import Reading
from tests.factories import make_event

COMING = {"en": "Coming events", "es": "Próximos eventos", "fr": "Prochains événements"}


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_the_address_bar_decides(client: TestClient, session: Session, language: str) -> None:
    page = Reading(client, f"/?lang={language}", headers={"Accept-Language": "es"})

    assert page.find("h1") == COMING[language]
    assert page.attribute("html", "lang") == language
    assert page.response.headers["Content-Language"] == language
    assert page.attribute(".languages a[aria-current]", "lang") == language


@pytest.mark.parametrize(
    ("wish", "language"),
    [("fr-CA,fr;q=0.9,en;q=0.5", "fr"), ("de,es;q=0.4", "es"), ("de", "en"), ("", "en"), ("\x80;q=z,,;", "en")],
)
def test_else_the_browser_does(client: TestClient, session: Session, wish: str, language: str) -> None:
    page = Reading(client, "/?lang=xx", headers={"Accept-Language": wish.encode("latin-1")})

    assert page.find("h1") == COMING[language]
    assert page.response.headers["Vary"] == "Accept-Language"


def test_a_whole_page_is_in_one_language(client: TestClient, session: Session) -> None:
    event = make_event(session, places=3, languages=["en", "de"], is_free=True)

    page = Reading(client, f"/events/{event.slug}?lang=fr")

    assert page.facts["Langues parlées"] == "anglais, allemand"
    assert page.facts["Prix"] == "Gratuit"
    assert page.facts["Places"] == "Il en reste 3 sur 3"
    assert page.attribute("#country option[value=DE]", "value") == "DE"
    assert page.find("#country option[value=DE]") == "Allemagne"
    assert page.find("#language option[value=es]") == "Español"


def test_the_language_links_stay_on_the_page(client: TestClient, session: Session) -> None:
    event = make_event(session)

    page = Reading(client, f"/events/{event.slug}?zone=UTC")

    assert [link["href"] for link in page.html.select(".languages a")] == [
        f"/events/{event.slug}?zone=UTC&lang={code}" for code in ("en", "es", "fr")
    ]


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "There is no such page"), ("es", "Esta página no existe"), ("fr", "Cette page n’existe pas")],
)
def test_problems_are_told_in_the_language_of_the_reader(client: TestClient, language: str, title: str) -> None:
    page = Reading(client, "/nothing/here", headers={"Accept-Language": language})

    assert (page.status, page.find("h1")) == (404, title)
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_page_used_the_wrong_way_leads_back(client: TestClient) -> None:
    answer = client.put("/events/x?lang=es")

    assert answer.status_code == 405
    assert "Esta página no se puede usar así" in answer.text
    assert 'href="/?lang=fr"' in answer.text


@pytest.mark.parametrize("path", ["/", "/events/{slug}", "/calendars/{calendar}", "/events/{slug}/registered"])
def test_head_is_answered_like_get_without_a_body(client: TestClient, session: Session, path: str) -> None:
    event = make_event(session)

    assert client.head(path.format(slug=event.slug, calendar=event.calendar.slug)).status_code == 200


def test_no_page_sets_a_cookie_or_asks_for_anything_from_elsewhere(client: TestClient, session: Session) -> None:
    event = make_event(session)
    for path in ("/", f"/events/{event.slug}", f"/calendars/{event.calendar.slug}", "/nothing"):
        page = Reading(client, path)

        assert "set-cookie" not in page.response.headers
        assert page.html.select("[style], style, iframe, script:not([src]):not([type])") == []
        loaded = [
            tag.get("src") or tag.get("href") for tag in page.html.select("script[src], link[rel=stylesheet], img")
        ]
        assert all(str(address).startswith("/static/") for address in loaded)
        for address in loaded:
            assert client.get(str(address)).status_code == 200
