"""The straight line through the deployed product, from an announcement to mail and numbers; and accidents on it."""

import json
import re
from datetime import date
from typing import Any

import pytest

from tests.compose.product import Product, eventually
from tests.mailbox import body, calendar_text

pytestmark = [pytest.mark.compose, pytest.mark.timeout(300)]

ADDRESS = "olga@example.org"
# Summer, so that the zone named below is not in force: a doubt to be settled before publishing.
YEAR = date.today().year + 1
ANNOUNCEMENT = f"""\
# Webinar: Bridges that carry more than traffic

14 July {YEAR}

## Introduction

Old bridges are asked to carry trams, cables and markets. Three engineers show how they decide.

## Who should attend

- Engineers
- Local government officials

## Programme

Moderator: Teresa Lund, Editor, Bridge Review

- Welcome (5 min)
- Ilya Brandt, Chief engineer, City of Porto, Porto - (20 min)
- Questions and answers (20 min)

## Practical information

The webinar takes place on 14 July {YEAR} at 3.00 pm (CET). It is free and held in English.
"""


@pytest.fixture(scope="module")
def token(product: Product) -> str:
    """An operator, added as the README says, signed in as the dashboard does it."""
    added = json.loads(product.plenary("organiser", "add", ADDRESS, "--name", "Olga", "--operator", "--json"))
    product.plenary("calendar", "add", "Bridges", "--time-zone", "Europe/Lisbon")
    answer = product.ask("POST", "/api/v1/sessions", json={"address": ADDRESS, "password": added["password"]})
    assert answer.status_code == 201, answer.text
    signed_in: str = answer.json()["token"]
    return signed_in


@pytest.fixture(scope="module")
def event(product: Product, token: str) -> dict[str, Any]:
    """The announcement as a published event."""
    drafted = product.ask(
        "POST",
        "/api/v1/events/import",
        token=token,
        data=ANNOUNCEMENT.encode(),
        headers={"Content-Type": "text/markdown; charset=utf-8"},
    )
    assert drafted.status_code == 201, drafted.text
    draft, remarks = drafted.json()["event"], drafted.json()["remarks"]
    [reading, *_] = [reading["key"] for remark in remarks for reading in remark["readings"]]
    settled = product.ask(
        "PATCH",
        f"/api/v1/events/{draft['id']}",
        token=token,
        json={"reading": reading},
        headers={"If-Match": f'"{draft["version"]}"'},
    )
    assert settled.status_code == 200, settled.text
    published = product.ask("POST", f"/api/v1/events/{draft['id']}/publish", token=token)
    assert published.status_code == 200, published.text
    found: dict[str, Any] = published.json()
    return found


def register(product: Product, event: dict[str, Any], address: str) -> None:
    applicant = {"name": "Ada", "address": address, "city": "Porto", "country": "PT", "consent": True}
    answer = product.ask("POST", f"/api/v1/events/{event['id']}/registrations", json=applicant)
    assert answer.status_code == 201, answer.text


def stats(product: Product, event: dict[str, Any], token: str) -> dict[str, Any]:
    found: dict[str, Any] = product.ask("GET", f"/api/v1/events/{event['id']}/stats", token=token).json()
    return found


def test_from_an_announcement_to_a_mail_and_numbers(product: Product, event: dict[str, Any], token: str) -> None:
    assert "Bridges that carry more than traffic" in product.ask("GET", f"/events/{event['slug']}").text

    register(product, event, "first@example.net")

    eventually(lambda: len(product.mails_to("first@example.net")) == 1, "a mail")
    [mail] = product.mails_to("first@example.net")
    entry = calendar_text(mail)
    assert entry is not None
    assert "METHOD:REQUEST" in entry
    [link, *_] = re.findall(rf"{product.url}/my/[^\s>)]+", body(mail))
    assert product.ask("GET", link.removeprefix(product.url)).status_code == 200
    eventually(lambda: stats(product, event, token)["mail"]["sent"] == 1, "counted as sent")
    assert stats(product, event, token)["totals"]["confirmed"] == 1
    assert stats(product, event, token)["mail"]["worker_is_alive"]


def test_emptied_redis_and_killed_workers_lose_no_mail(product: Product, event: dict[str, Any]) -> None:
    product.compose("kill", "--signal", "KILL", "worker")
    register(product, event, "second@example.net")
    eventually(lambda: product.redis("LLEN", "rq:queue:mail").strip() == "1", "a job for it")
    product.redis("FLUSHALL")
    product.compose("up", "--detach", "--no-build", "--wait", "worker")

    eventually(lambda: len(product.mails_to("second@example.net")) == 1, "a mail")
    eventually(lambda: product.redis("LLEN", "rq:queue:mail").strip() == "0", "all jobs done")
    assert len(product.mails_to("second@example.net")) == 1


def test_a_restart_keeps_everything(product: Product, event: dict[str, Any], token: str) -> None:
    register(product, event, "third@example.net")
    before = stats(product, event, token)["totals"]
    product.compose("restart")
    eventually(lambda: product.unwell() == [], "healthy again")

    assert stats(product, event, token)["totals"] == before
    register(product, event, "fourth@example.net")
    eventually(lambda: len(product.mails_to("fourth@example.net")) == 1, "a mail")


def test_another_up_keeps_the_secrets_and_the_session(product: Product, event: dict[str, Any], token: str) -> None:
    before = product.secrets()
    product.compose("down")
    product.up()

    assert product.secrets() == before
    assert stats(product, event, token)["totals"]["confirmed"] >= 1


def test_a_backup_brings_an_event_back(product: Product, event: dict[str, Any]) -> None:
    """As docs/operations.md says: into an empty database of the same server."""
    read = f"SELECT title FROM event WHERE id = '{event['id']}'"
    product.run_in("postgres", "createdb", "--username=plenary", "restored")
    product.run_in(
        "postgres", "sh", "-c", "pg_dump -U plenary -Fc plenary | pg_restore -U plenary -d restored --exit-on-error"
    )

    restored = product.run_in("postgres", "psql", "-U", "plenary", "-d", "restored", "-Atc", read)
    assert restored.strip() == event["title"]
