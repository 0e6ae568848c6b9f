"""The whole line in one test: announcement → event → registration → mail and calendar → reminder → numbers."""

from datetime import UTC, datetime, timedelta

import vobject
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock
from shared.models import Role
from tests.factories import PASSWORD, deliver_everything, make_calendar, make_organiser
from tests.mailbox import Mailbox, body, calendar_text

ANNOUNCEMENT = """\
RIVERSIDE
CALENDAR

## **Webinar: "Swimming in the city again"**

15 Jul. 2027

15 Jul. 2027

### **Introduction**

Rivers that were closed for a century are **open to swimmers**. Two cities tell how they got there.

## Contents

- Water quality in real time
- Who pays for the ladders

## Who should attend

- Local government officials
- Lifeguards

## Draft programme

Moderation by Marta Soler, Coordinator of the Riverside Network

- Welcome (5 min.)
- Dr. Anke Vries, Head of water, City of Utrecht, Utrecht - (20min)
- Questions & Answers (15 min.)

## Specifications

The webinar is open to anyone and completely free. It will take place on the **15th July, at 3.00 pm (CET)**,
and will be held in English.
"""
THREE_IN_MADRID = datetime(2027, 7, 15, 13, 0, tzinfo=UTC)


def test_from_an_announcement_to_numbers_on_the_screen(session: Session, client: TestClient, mailbox: Mailbox) -> None:
    calendar = make_calendar(session, title="Riverside calendar", time_zone="Europe/Madrid")
    organiser = make_organiser(session, calendar, Role.OWNER)
    with clock.travel_to(THREE_IN_MADRID - timedelta(days=30)):
        # An organiser signs in and pastes the announcement.
        token = client.post("/api/v1/sessions", json={"address": organiser.address, "password": PASSWORD}).json()[
            "token"
        ]
        signed = {"Authorization": f"Bearer {token}"}
        imported = client.post(
            "/api/v1/events/import", content=ANNOUNCEMENT, headers=signed | {"Content-Type": "text/markdown"}
        )
        assert imported.status_code == 201, imported.text
        draft = imported.json()["event"]
        assert draft["title"] == "Swimming in the city again"
        assert draft["calendar"]["slug"] == calendar.slug
        assert [item["minutes"] for item in draft["programme"]] == [5, 20, 15]

        # "CET" in July can be read in two ways, so it cannot be published before one is chosen.
        refused = client.post(f"/api/v1/events/{draft['id']}/publish", headers=signed)
        assert refused.status_code == 409
        [doubt] = [doubt for doubt in refused.json()["doubts"] if doubt["readings"]]
        meant = next(reading for reading in doubt["readings"] if reading["suggested"])
        assert meant["key"] in refused.json()["detail"]
        matching = signed | {"If-Match": f'"{draft["version"]}"'}
        chosen = client.patch(
            f"/api/v1/events/{draft['id']}", headers=matching, json={"reading": meant["key"], "places": 2}
        )
        assert chosen.status_code == 200, chosen.text
        published = client.post(f"/api/v1/events/{draft['id']}/publish", headers=signed)
        assert published.json()["state"] == "published"
        assert published.json()["starts_at"] == "2027-07-15T13:00:00Z"
        assert draft["title"] in client.get("/").text

        # Someone in Chicago registers, and has the mail with the calendar entry.
        body_of_ada = {"name": "Ada", "address": "ada@example.org", "time_zone": "America/Chicago", "consent": True}
        answer = client.post(f"/api/v1/events/{draft['id']}/registrations", json=body_of_ada)
        assert (answer.status_code, answer.json()["status"]) == (201, "confirmed")
        deliver_everything(session)
        confirmation = mailbox.only_mail_to("ada@example.org")
        entry = vobject.readOne(calendar_text(confirmation)).vevent
        assert entry.dtstart.value.astimezone(UTC) == THREE_IN_MADRID
        assert entry.dtend.value - entry.dtstart.value == timedelta(minutes=40)
        assert "15:00" in body(confirmation)
        assert "Chicago" in body(confirmation)

    # A day before the start, and an hour before, the reminders go out by themselves, once each.
    for before, mails in ((timedelta(hours=24), 2), (timedelta(hours=1), 3)):
        with clock.travel_to(THREE_IN_MADRID - before + timedelta(seconds=30)):
            deliver_everything(session)
            deliver_everything(session)
            assert len(mailbox.subjects_to("ada@example.org")) == mails

            # The organiser sees it all in one snapshot.
            token = client.post("/api/v1/sessions", json={"address": organiser.address, "password": PASSWORD}).json()[
                "token"
            ]
            stats = client.get(
                f"/api/v1/events/{draft['id']}/stats", headers={"Authorization": f"Bearer {token}"}
            ).json()
            assert stats["totals"]["confirmed"] == 1
            assert stats["totals"]["left"] == 1
            assert stats["mail"]["sent"] == mails
            assert stats["feed"][0]["first_name"] == "Ada"
