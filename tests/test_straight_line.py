"""The whole line in one test: announcement → event → registration → mail and calendar → reminder → numbers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import vobject
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock
from shared.models import Organiser, Role
from tests.factories import PASSWORD, deliver_everything, make_calendar, make_organiser
from tests.mailbox import Mailbox, body, calendar_text

ANNOUNCEMENT = (Path(__file__).parents[1] / "examples" / "river-swimming.md").read_text()
THREE_IN_MADRID = datetime(2027, 7, 15, 13, 0, tzinfo=UTC)


class Desk:
    """An organiser at work, over HTTP."""

    def __init__(self, client: TestClient, organiser: Organiser) -> None:
        self.client, self.credentials = client, {"address": organiser.address, "password": PASSWORD}

    def ask(self, method: str, path: str, **more: Any) -> Any:
        token = self.client.post("/api/v1/sessions", json=self.credentials).json()["token"]
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)


def test_from_an_announcement_to_numbers_on_the_screen(session: Session, client: TestClient, mailbox: Mailbox) -> None:
    calendar = make_calendar(session, title="Riverside calendar", time_zone="Europe/Madrid")
    desk = Desk(client, make_organiser(session, calendar, Role.OWNER))

    with clock.travel_to(THREE_IN_MADRID - timedelta(days=30)):
        draft = paste_the_announcement(desk)
        choose_what_is_meant_and_publish(desk, draft)
        assert draft["title"] in client.get("/").text

        register_from_chicago(client, draft)
        deliver_everything(session)
        assert_the_calendar_has_it_at_the_right_instant(mailbox)

    # A day before the start, and an hour before, the reminders go out by themselves, once each.
    for before, mails in ((timedelta(hours=24), 2), (timedelta(hours=1), 3)):
        with clock.travel_to(THREE_IN_MADRID - before + timedelta(seconds=30)):
            deliver_everything(session)
            deliver_everything(session)
            assert len(mailbox.subjects_to("ada@example.org")) == mails
            assert_the_organiser_sees_it(desk, draft, mails=mails)


def paste_the_announcement(desk: Desk) -> dict[str, Any]:
    imported = desk.ask("POST", "/events/import", content=ANNOUNCEMENT, headers={"Content-Type": "text/markdown"})
    assert imported.status_code == 201, imported.text
    draft: dict[str, Any] = imported.json()["event"]
    assert (draft["title"], draft["calendar"]["slug"]) == ("Swimming in the city again", "riverside-calendar")
    assert [item["minutes"] for item in draft["programme"]] == [5, 20, 15]
    return draft


def choose_what_is_meant_and_publish(desk: Desk, draft: dict[str, Any]) -> None:
    """ "CET" in July can be read in two ways, so it cannot be published before one is chosen."""
    path = f"/events/{draft['id']}"
    refused = desk.ask("POST", f"{path}/publish")
    assert refused.status_code == 409
    [doubt] = [doubt for doubt in refused.json()["doubts"] if doubt["readings"]]
    meant = next(reading for reading in doubt["readings"] if reading["suggested"])
    assert meant["key"] in refused.json()["detail"]

    version = {"If-Match": f'"{draft["version"]}"'}
    desk.ask("PATCH", path, headers=version, json={"reading": meant["key"], "places": 2})
    published = desk.ask("POST", f"{path}/publish").json()
    assert (published["state"], published["starts_at"]) == ("published", "2027-07-15T13:00:00Z")


def register_from_chicago(client: TestClient, draft: dict[str, Any]) -> None:
    ada = {"name": "Ada", "address": "ada@example.org", "time_zone": "America/Chicago", "consent": True}
    answer = client.post(f"/api/v1/events/{draft['id']}/registrations", json=ada)
    assert (answer.status_code, answer.json()["status"]) == (201, "confirmed")


def assert_the_calendar_has_it_at_the_right_instant(mailbox: Mailbox) -> None:
    confirmation = mailbox.only_mail_to("ada@example.org")
    entry = vobject.readOne(calendar_text(confirmation)).vevent
    assert entry.dtstart.value.astimezone(UTC) == THREE_IN_MADRID
    assert entry.dtend.value - entry.dtstart.value == timedelta(minutes=40)
    assert "15:00–15:40 (Madrid, UTC+2)" in body(confirmation)
    assert "08:00–08:40 (Chicago, UTC-5)" in body(confirmation)


def assert_the_organiser_sees_it(desk: Desk, draft: dict[str, Any], *, mails: int) -> None:
    stats = desk.ask("GET", f"/events/{draft['id']}/stats").json()
    assert (stats["totals"]["confirmed"], stats["totals"]["left"]) == (1, 1)
    assert stats["mail"]["sent"] == mails
    assert stats["feed"][0]["first_name"] == "Ada"
