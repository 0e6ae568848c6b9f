"""An event's page: everything the announcement had, on two clocks, in every state."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as database_events
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, events
from shared.database import get_engine
from shared.schemas.events import EventContent
from tests.api.pages.reading import Reading
from tests.factories import make_calendar, make_event, register

SUMMER: dict[str, Any] = {"starts_at_local": datetime(2031, 7, 23, 15), "time_zone": "Europe/Madrid", "minutes": 90}
PROGRAMME: list[dict[str, Any]] = [
    {"title": "Welcome", "kind": "welcome", "minutes": 5},
    {
        "title": "Shade before trees",
        "kind": "talk",
        "minutes": 20,
        "people": [{"name": "Lina Haddad", "role": "Engineer", "organisation": "City of Tyre", "city": "Tyre"}],
    },
    {"title": "Questions", "kind": "questions"},
    {"title": "Closing", "kind": "closing", "minutes": 5},
]


@contextmanager
def asked_of_the_database() -> Iterator[list[str]]:
    """Every statement that is sent meanwhile."""
    asked: list[str] = []

    def note(*call: Any) -> None:
        asked.append(call[2])

    database_events.listen(get_engine(), "before_cursor_execute", note)
    yield asked
    database_events.remove(get_engine(), "before_cursor_execute", note)


def test_the_page_tells_everything_the_announcement_had(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session, title="Harbour calendar", organisation="Network of Harbours")
    event = make_event(
        session, calendar, **SUMMER, title="Cool streets", form="Webinar", introduction="Streets are **hot**.",
        contents=["Heat maps", "Costs"], audiences=["Planners"], hosts=["Institute for Summers"],
        languages=["en", "es"],
        people=[{"name": "Nadia Ferrer", "part": "moderator", "role": "Head of Space", "city": "Valencia"}],
        programme=PROGRAMME, is_free=True, is_open_to_all=True, location="Town hall", places=40,
        registration_url="https://forms.example.org/x",
    )  # fmt: skip

    page = Reading(client, f"/events/{event.slug}")

    assert page.status == 200
    assert page.find("h1") == "Cool streets"
    assert page.find(".hero .kicker") == "Harbour calendar · Webinar"
    assert page.find(".hero .there") == "Wednesday 23 July 2031 15:00–16:30 Madrid (UTC+2)"
    assert page.find(".prose strong") == "hot"
    assert page.all(".points li") == ["Heat maps", "Costs", "Planners"]
    assert page.find(".cast") == "Moderation Nadia Ferrer, Head of Space, Valencia"
    assert page.all(".programme time") == ["15:00", "15:05", "15:25"]
    assert page.find(".programme .people li") == "Lina Haddad, Engineer, City of Tyre, Tyre"
    assert page.facts["Where"] == "Town hall"
    assert page.facts["Spoken"] == "English, Spanish"
    assert (page.facts["Price"], page.facts["Open to"]) == ("Free of charge", "Everyone")
    assert page.facts["Places"] == "40 of 40 left"
    assert page.facts["Hosted by"] == "Institute for Summers"
    assert page.facts["Also announced at"] == "https://forms.example.org/x"
    assert page.attribute(".hero .actions a:last-child", "href") == f"/events/{event.slug}.ics"


def test_a_reader_elsewhere_sees_their_own_time_beside_it(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER, programme=PROGRAMME)

    page = Reading(client, f"/events/{event.slug}?zone=America/Chicago")

    assert page.find(".hero .there") == "Wednesday 23 July 2031 15:00–16:30 Madrid (UTC+2)"
    assert page.find(".hero .here [data-slot]") == "Wed 23 Jul, 08:00–09:30, Chicago (UTC-5)"
    assert page.all(".programme .here [data-slot]") == ["08:00", "08:05", "08:25"]


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Pacific/Auckland", "Thu 24 Jul, 01:00–02:30, Auckland (UTC+12) · the next day"),
        ("Pacific/Pago_Pago", "Wed 23 Jul, 02:00–03:30, Pago Pago (UTC-11)"),
        ("new york", "Wed 23 Jul, 09:00–10:30, New York (UTC-4)"),
        ("UTC", "Wed 23 Jul, 13:00–14:30, UTC"),
    ],
)
def test_a_date_that_differs_is_marked(client: TestClient, session: Session, zone: str, shown: str) -> None:
    event = make_event(session, **SUMMER)

    assert Reading(client, f"/events/{event.slug}?zone={zone}").find(".hero .here [data-slot]") == shown


@pytest.mark.parametrize("zone", ["", "Europe/Paris", "europe/madrid"])
def test_nothing_is_said_twice_where_the_clocks_agree(client: TestClient, session: Session, zone: str) -> None:
    event = make_event(session, **SUMMER)

    page = Reading(client, f"/events/{event.slug}?zone={zone}")

    assert page.attribute(".hero .here", "hidden") is not None
    assert page.find(".hero .here [data-slot]") == ""


def test_a_place_nobody_knows_is_said_to_be_unknown(client: TestClient, session: Session) -> None:
    event = make_event(session)

    page = Reading(client, f"/events/{event.slug}?zone=<Gondor>")

    assert page.status == 200
    assert "We know no such place" in page.find("#zone-problem")
    assert page.attribute("#zone", "value") == "<Gondor>"


def test_several_days_show_where_each_begins_and_ends(client: TestClient, session: Session) -> None:
    programme = [
        {"title": "Opening", "minutes": 30},
        {"title": "Assembly", "day": 2, "starts_at_clock": "09:30", "minutes": 60},
    ]
    days = {**SUMMER, "starts_at_local": datetime(2031, 7, 23, 9), "minutes": 60 * 31}
    event = make_event(session, **days, programme=programme)

    page = Reading(client, f"/events/{event.slug}")

    assert page.find(".hero .there") == "Wednesday 23 July 2031 09:00 – Thursday 24 July 2031, 16:00 Madrid (UTC+2)"
    assert page.all(".day-title") == ["Day 1: Wednesday 23 July", "Day 2: Thursday 24 July"]
    assert page.all(".programme time") == ["09:00", "09:30"]


def test_a_draft_is_not_there(client: TestClient, session: Session) -> None:
    event = make_event(session, published=False)

    assert Reading(client, f"/events/{event.slug}").status == 404
    assert client.get(f"/events/{event.slug}.ics").status_code == 404


def test_the_id_leads_to_the_readable_address(client: TestClient, session: Session) -> None:
    event = make_event(session)

    response = client.get(f"/events/{event.id}?lang=es", follow_redirects=False)

    assert (response.status_code, response.headers["location"]) == (308, f"/events/{event.slug}?lang=es")


def test_a_full_event_offers_the_waiting_list(client: TestClient, session: Session) -> None:
    event = make_event(session, places=1)
    register(session, event, "ada@example.org")

    page = Reading(client, f"/events/{event.slug}")

    assert page.find("#register h2") == "Join the waiting list"
    assert page.find("#register form button") == "Join the waiting list"
    assert page.facts["Places"] == "Full; there is a waiting list"


def test_a_cancelled_event_says_so_and_why(client: TestClient, session: Session) -> None:
    event = make_event(session)
    events.cancel(session, event.id, "The hall is flooded.")
    session.commit()

    page = Reading(client, f"/events/{event.slug}")

    assert page.find(".banner.cancelled") == "This event is cancelled. The hall is flooded."
    assert "nobody can register" in page.find("#register")
    assert page.html.select("form[method=post]") == []
    assert page.structured["eventStatus"] == "https://schema.org/EventCancelled"


def test_a_postponed_event_takes_its_date_back(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER)
    events.postpone(session, event.id, None)
    session.commit()

    page = Reading(client, f"/events/{event.slug}")

    assert page.find(".hero .there") == "A new date will be announced"
    assert page.find(".banner.postponed s") == "Wednesday 23 July 2031, 15:00–16:30, Madrid (UTC+2)"
    assert page.html.select("form[method=post]") == []


def test_an_event_that_is_over_takes_nobody_any_more(client: TestClient, session: Session) -> None:
    event = make_event(session)
    assert event.ends_at is not None

    with clock.travel_to(event.ends_at + timedelta(minutes=1)):
        page = Reading(client, f"/events/{event.slug}")

    assert "This event is over." in page.find(".banner.over")
    assert page.html.select("form[method=post]") == []


def test_past_the_deadline_the_page_says_whom_to_ask(client: TestClient, session: Session) -> None:
    event = make_event(session, registration_closes_at=clock.now() - timedelta(hours=1))

    page = Reading(client, f"/events/{event.slug}")

    assert "Registration has closed. Ask the hosts" in page.find("#register")


def test_the_deadline_is_shown_with_its_zone(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER, registration_closes_at=datetime(2031, 7, 22, 10, tzinfo=UTC))

    assert Reading(client, f"/events/{event.slug}").facts["Register until"] == (
        "Tuesday 22 July 2031, 12:00, Madrid (UTC+2)"
    )


HOSTILE = "<script>alert(1)</script>"


def test_what_people_wrote_is_never_run(client: TestClient, session: Session) -> None:
    introduction = (
        f"{HOSTILE} ![a tracker](https://spy.example/x.png) [a link](https://example.org) [bad](javascript:alert(1))"
        "\n\n<img src=x onerror=alert(1)>\n\n# Loud"
    )
    event = make_event(
        session, make_calendar(session, title=f"C {HOSTILE}"), title=f"T {HOSTILE}", form=HOSTILE, location=HOSTILE,
        introduction=introduction, contents=[HOSTILE], audiences=[HOSTILE], hosts=[HOSTILE], price_text=HOSTILE,
        people=[{"name": HOSTILE, "part": "moderator", "role": HOSTILE}],
        programme=[{"title": HOSTILE, "minutes": 5, "people": [{"name": HOSTILE}]}],
    )  # fmt: skip

    page = Reading(client, f"/events/{event.slug}")

    scripts = page.html.select("script")
    assert [(one.get("type"), str(one.get("src") or "").split("?")[0]) for one in scripts] == [
        (None, "/static/clocks.js"),
        (None, "/static/proof.js"),
        ("application/ld+json", ""),
    ]
    assert page.html.select("img, [onerror], [style]") == []
    assert "a tracker" in page.find(".prose")
    assert [(link["href"], link["rel"]) for link in page.html.select(".prose a")] == [
        ("https://example.org", ["noopener", "nofollow"])
    ]
    assert page.find(".prose h3") == "Loud"
    assert page.structured["name"] == f"T {HOSTILE}"


def test_search_engines_get_the_start_with_its_offset(client: TestClient, session: Session) -> None:
    calendar = make_calendar(session, organisation="Network of Harbours")
    event = make_event(session, calendar, **SUMMER, title="Cool streets", is_free=True, programme=PROGRAMME)

    facts = Reading(client, f"/events/{event.slug}").structured

    assert (facts["@type"], facts["name"]) == ("Event", "Cool streets")
    assert facts["startDate"] == "2031-07-23T15:00:00+02:00"
    assert facts["endDate"] == "2031-07-23T16:30:00+02:00"
    assert facts["location"] == {"@type": "VirtualLocation", "url": f"http://testserver/events/{event.slug}"}
    assert facts["organizer"]["name"] == "Network of Harbours"
    assert facts["performer"][0]["name"] == "Lina Haddad"
    assert facts["offers"]["availability"] == "https://schema.org/InStock"


def test_link_previews_and_other_languages_are_named(client: TestClient, session: Session) -> None:
    event = make_event(session, **SUMMER, title="Cool streets", introduction="Streets are **hot**.")
    address = f"http://testserver/events/{event.slug}"

    page = Reading(client, f"/events/{event.slug}?lang=es&zone=UTC")

    assert page.attribute("link[rel=canonical]", "href") == f"{address}?lang=es"
    alternates = {link["hreflang"]: link["href"] for link in page.html.select("link[rel=alternate][hreflang]")}
    assert alternates == {code: f"{address}?lang={code}" for code in ("en", "es", "fr")} | {"x-default": address}
    assert page.attribute("meta[property='og:title']", "content") == "Cool streets"
    assert page.attribute("meta[name=description]", "content") == (
        "miércoles 23 de julio de 2031, 15:00–16:30, Madrid (UTC+2). Streets are hot."
    )


def test_a_text_in_another_script_carries_its_language_and_direction(client: TestClient, session: Session) -> None:
    event = make_event(session, title="المدن والمياه", text_language="ar", introduction="كيف تحافظ المدن على مياهها؟")

    page = Reading(client, f"/events/{event.slug}")

    assert (page.attribute("html", "lang"), page.attribute("html", "dir")) == ("en", "ltr")
    assert (page.attribute("h1 bdi", "lang"), page.attribute("h1 bdi", "dir")) == ("ar", "rtl")
    assert (page.attribute(".prose", "lang"), page.attribute(".prose", "dir")) == ("ar", "rtl")


def test_an_edit_is_on_the_page_at_once(client: TestClient, session: Session) -> None:
    event = make_event(session, title="Before")
    Reading(client, f"/events/{event.slug}")

    events.edit(session, event.id, EventContent(title="After"), version=None)
    session.commit()

    assert Reading(client, f"/events/{event.slug}").find("h1") == "After"


def test_a_page_costs_few_queries_however_long_the_programme(client: TestClient, session: Session) -> None:
    people = [{"name": f"Person {number}"} for number in range(3)]
    event = make_event(session, programme=[{"title": f"Talk {n}", "minutes": 5, "people": people} for n in range(30)])

    with asked_of_the_database() as asked:
        Reading(client, f"/events/{event.slug}")

    assert len(asked) <= 8


def test_a_page_seen_before_costs_two_queries_and_is_never_stale(client: TestClient, session: Session) -> None:
    event = make_event(session, places=5)
    before = Reading(client, f"/events/{event.slug}")
    with asked_of_the_database() as asked:
        again = Reading(client, f"/events/{event.slug}")

    register(session, event, "ada@example.org")
    after = Reading(client, f"/events/{event.slug}")

    assert again.text == before.text
    assert len(asked) == 2
    assert (before.facts["Places"], after.facts["Places"]) == ("5 of 5 left", "4 of 5 left")


def test_a_browser_that_has_the_page_is_told_so(client: TestClient, session: Session) -> None:
    event = make_event(session)
    first = client.get(f"/events/{event.slug}")
    having_it = {"If-None-Match": first.headers["ETag"]}

    assert client.get(f"/events/{event.slug}", headers=having_it).status_code == 304
    assert client.get(f"/events/{event.slug}?lang=es", headers=having_it).status_code == 200
    assert event.ends_at is not None
    with clock.travel_to(event.ends_at):
        assert client.get(f"/events/{event.slug}", headers=having_it).status_code == 200
