"""Mails before they go: exactly what would be sent, for anybody, with nothing written; or sent to whoever asks."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, get_args
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from shared import clock, suppressions
from shared.database import new_session
from shared.mail.composing import Composer
from shared.mail.mime import build
from shared.models import (
    Event,
    Invitation,
    Message,
    MessageKind,
    Model,
    ReminderRule,
    Role,
    Speaker,
    Suppression,
)
from shared.schemas.mail import PreviewKind
from shared.schemas.mail_texts import MailTextKind
from tests.factories import deliver_everything, make_calendar, make_event, make_organiser, register, token_for
from tests.mailbox import Mailbox, body, calendar_text

SPEAKERS = [{"title": "Roofs", "minutes": 12, "people": [{"name": "Amina Benali"}]}]


@pytest.fixture
def webinar(session: Session) -> Event:
    calendar = make_calendar(session)
    return make_event(session, calendar, title="Cities and water", programme=SPEAKERS)


@pytest.fixture
def editor(session: Session, webinar: Event) -> dict[str, str]:
    return token_for(session, make_organiser(session, webinar.calendar, Role.EDITOR, address="olga@example.org"))


def asked(client: TestClient, event: Event, headers: dict[str, str], *, send: bool = False, **wish: Any) -> Any:
    path = f"/api/v1/events/{event.id}/preview{'/send' if send else ''}"
    return client.post(path, headers=headers, json={"kind": "reminder"} | wish)


def everything(session: Session) -> dict[str, list[Any]]:
    """Every row there is, but for when a token was used."""
    session.rollback()
    return {
        table.name: sorted(map(str, session.execute(text(f'SELECT * FROM "{table.name}"'))))
        for table in Model.metadata.sorted_tables
    }


@pytest.mark.parametrize("language", [None, "es"])
def test_every_kind_is_shown_for_a_made_up_reader_and_nothing_is_written(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str], language: str | None
) -> None:
    # That the token is in use is noted once an hour, whatever it is used for.
    client.get("/api/v1/me", headers=editor)
    before = everything(session)

    answers = {kind: asked(client, webinar, editor, kind=kind, language=language) for kind in get_args(PreviewKind)}

    assert {kind: answer.status_code for kind, answer in answers.items()} == dict.fromkeys(answers, 200)
    for kind, answer in answers.items():
        shown = answer.json()
        assert shown["kind"] == kind
        assert shown["language"] == (language or "en")
        assert shown["subject"]
        assert "<html" in shown["html"]
        assert shown["headers"]["Message-ID"].startswith(f"<{kind}.")
    assert everything(session) == before


def test_every_kind_that_takes_a_text_can_be_previewed() -> None:
    assert set(get_args(MailTextKind)) <= set(get_args(PreviewKind))
    # These are about no event.
    assert {*get_args(PreviewKind), "canary", "welcome"} == set(MessageKind)


def test_a_preview_is_what_is_sent(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    ada = register(session, webinar, "ada@example.org", language="es", time_zone="America/New_York")
    deliver_everything(session)

    shown = asked(client, webinar, editor, kind="confirmation", registration_id=str(ada.id)).json()

    sent = mailbox.only_mail_to("ada@example.org")
    without_links = body(sent).replace("\r\n", "\n")
    assert shown["subject"] == sent["Subject"]
    assert shown["to"] == "ada@example.org"
    assert shown["text"].split("http")[0] == without_links.split("http")[0]
    assert set(shown["headers"]) == set(sent.keys()) - {"Return-Path", "Delivered-To"}
    calendar = calendar_text(sent)
    assert calendar is not None
    assert _lasting(shown["calendar"]) == _lasting(calendar)


def _lasting(calendar: str) -> list[str]:
    return [line for line in calendar.replace("\r\n", "\n").split("\n") if not line.startswith("DTSTAMP")]


def test_a_text_is_tried_before_it_is_saved(client: TestClient, webinar: Event, editor: dict[str, str]) -> None:
    words = {"subject": "Soon, {{ name }}", "introduction": "**Dear** {{ name }}"}

    shown = asked(client, webinar, editor, text=words).json()

    assert shown["subject"].startswith("Soon, Ada Lovelace: Cities and water (")
    assert "Dear Ada Lovelace" in shown["text"]
    assert "<strong>Dear</strong> <bdi>Ada Lovelace</bdi>" in shown["html"]


def test_an_emptied_text_shows_ours_again(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str]
) -> None:
    webinar.mail_texts = {"reminder": {"en": {"subject": "Of the event", "introduction": None}}}
    rule = webinar.reminder_rules[0]
    session.commit()

    def subject(**wish: Any) -> str:
        return str(asked(client, webinar, editor, **wish).json()["subject"])

    assert subject().startswith("Of the event")
    assert not subject(text={}).startswith("Of the event")
    assert subject(rule_id=str(rule.id), text={}).startswith("Of the event")
    assert subject(rule_id=str(rule.id), text={"subject": "Of the rule"}).startswith("Of the rule")


def test_a_text_that_cannot_be_sent_is_refused_with_its_line(
    client: TestClient, webinar: Event, editor: dict[str, str]
) -> None:
    answer = asked(client, webinar, editor, text={"introduction": "Hello\n{{ nmae }}"})

    assert answer.status_code == 422
    [problem] = answer.json()["errors"]
    assert problem["field"] == "text.introduction"
    assert problem["message"].startswith("line 2: there is no name “nmae”; there are name, ")


def test_an_event_keeps_texts_that_can_be_sent_only(client: TestClient, webinar: Event, editor: dict[str, str]) -> None:
    def put(introduction: str) -> Any:
        texts = {"reminder": {"en": {"introduction": introduction}}}
        headers = editor | {"If-Match": "*"}
        return client.patch(f"/api/v1/events/{webinar.id}", headers=headers, json={"mail_texts": texts})

    assert put("{% for x in (1..9) %}{% endfor %}").status_code == 422
    assert put("Dear {{ name }}").status_code == 200
    assert "Dear Ada Lovelace" in asked(client, webinar, editor).json()["text"]


def test_the_invited_and_speakers_can_be_shown_what_they_will_get(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str]
) -> None:
    bob = Invitation(event_id=webinar.id, address="bob@example.org", name="Bob", language="fr")
    amina = Speaker(event_id=webinar.id, address="amina@example.org", name="Amina", language=None, time_zone=None)
    session.add_all([bob, amina])
    session.flush()
    webinar.programme[0].people[0].speaker_id = amina.id
    session.commit()

    invited = asked(client, webinar, editor, kind="invitation", invitation_id=str(bob.id)).json()
    speaking = asked(client, webinar, editor, kind="call-sheet", speaker_id=str(amina.id)).json()

    assert (invited["to"], invited["language"]) == ("bob@example.org", "fr")
    assert "/invited/" in invited["text"]
    assert speaking["to"] == "amina@example.org"
    assert "Roofs" in speaking["text"]


def test_what_does_not_belong_together_is_refused(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str]
) -> None:
    elsewhere = make_event(session, webinar.calendar)
    stranger = register(session, elsewhere, "eve@example.org")
    other_rule = elsewhere.reminder_rules[0]
    own = register(session, webinar, "ada@example.org")

    def status(**wish: Any) -> int:
        return int(asked(client, webinar, editor, **wish).status_code)

    assert status(registration_id=str(stranger.id)) == 404
    assert status(registration_id=str(uuid4())) == 404
    assert status(rule_id=str(other_rule.id)) == 404
    assert status(kind="invitation", registration_id=str(own.id)) == 422
    assert status(kind="queue-warning", registration_id=str(own.id)) == 422
    assert status(kind="notice", rule_id=str(webinar.reminder_rules[0].id)) == 422
    assert status(kind="canary") == 422
    assert status(kind="reminder", registration_id=str(own.id)) == 200


def test_viewers_see_nobodys_mail(session: Session, client: TestClient, webinar: Event) -> None:
    viewer = token_for(session, make_organiser(session, webinar.calendar, Role.VIEWER))

    assert asked(client, webinar, viewer).status_code == 403
    assert asked(client, webinar, viewer, send=True).status_code == 403


def test_a_mail_that_was_sent_is_shown_as_it_would_be_said_again(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str]
) -> None:
    ada = register(session, webinar, "ada@example.org")
    before = {"title": "Cities, water and other things"}
    row = Message(
        event_id=webinar.id, registration_id=ada.id, kind="change", occasion="revision-1", priority=10, sequence=4,
        facts={"before": before}, due_at=clock.now(), status="sent",
    )  # fmt: skip
    session.add(row)
    session.commit()

    shown = asked(client, webinar, editor, kind="change", registration_id=str(ada.id)).json()

    assert f"Before: {before['title']}" in shown["text"]
    assert "SEQUENCE:4" in shown["calendar"]


def test_a_test_goes_to_whoever_asks_and_acts_for_nobody(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    ada = register(session, webinar, "ada@example.org", language="es")
    deliver_everything(session)
    mailbox.empty()
    wish = {"registration_id": str(ada.id), "text": {"subject": "Pronto", "introduction": "Hola {{ name }}"}}

    answer = asked(client, webinar, editor, send=True, **wish)
    deliver_everything(session)

    assert (answer.status_code, answer.json()) == (202, {"address": "olga@example.org"})
    assert mailbox.mails("ada@example.org") == []
    mail = mailbox.only_mail_to("olga@example.org")
    assert "Pronto: Cities and water" in mail["Subject"]
    assert mail["Subject"] != asked(client, webinar, editor, **wish).json()["subject"]
    assert "Hola Ada" in body(mail)
    assert calendar_text(mail) is None
    assert mail["List-Unsubscribe"] is None
    assert mail["Message-ID"].startswith("<test.")


def test_a_confirmation_is_tested_without_its_entry(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    asked(client, webinar, editor, send=True, kind="confirmation")
    deliver_everything(session)

    mail = mailbox.only_mail_to("olga@example.org")
    assert mail["Subject"].startswith("Test: You are registered: Cities and water")
    assert calendar_text(mail) is None


def test_tests_are_sent_once_a_minute_whoever_is_quick(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str]
) -> None:
    refused = asked(client, webinar, editor, send=True, text={"introduction": "{{ nmae }}"})
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: asked(client, webinar, editor, send=True), range(4)))

    assert refused.status_code == 422
    assert sorted(answer.status_code for answer in answers) == [202, 429, 429, 429]
    assert all(answer.headers["retry-after"].isdecimal() for answer in answers if answer.status_code == 429)
    assert len(session.scalars(select(Message)).all()) == 1


def test_a_test_survives_that_its_reader_goes(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    ada, rule = register(session, webinar, "ada@example.org"), webinar.reminder_rules[0]
    wish = {"registration_id": str(ada.id), "rule_id": str(rule.id), "text": {"introduction": "Hello {{ name }}"}}
    asked(client, webinar, editor, send=True, **wish)

    session.query(Message).filter_by(registration_id=ada.id).delete()
    session.delete(ada)
    session.query(ReminderRule).delete()
    session.commit()
    deliver_everything(session)

    assert "Hello Ada Lovelace" in body(mailbox.only_mail_to("olga@example.org"))


def test_a_suppressed_organiser_still_gets_the_test_they_asked_for(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str], mailbox: Mailbox
) -> None:
    suppressions.suppress(session, "olga@example.org", suppressions.UNSUBSCRIBED)
    session.commit()
    assert session.scalar(select(Suppression)) is not None

    asked(client, webinar, editor, send=True)
    deliver_everything(session)

    assert len(mailbox.mails("olga@example.org")) == 1


def test_a_preview_says_what_the_composer_says(
    session: Session, client: TestClient, webinar: Event, editor: dict[str, str]
) -> None:
    moment = clock.now() + timedelta(days=1)
    ada = register(session, webinar, "ada@example.org")
    with new_session() as other:
        row = Message(
            id=uuid4(), event_id=webinar.id, registration_id=ada.id, kind="reminder", occasion="preview", sequence=0,
            facts={}, created_at=moment, due_at=moment,
        )  # fmt: skip
        row.event, row.registration = other.get_one(Event, webinar.id), other.get_one(type(ada), ada.id)
        with clock.travel_to(moment):
            mail = Composer(other).compose(row)
            shown = asked(client, webinar, editor, registration_id=str(ada.id)).json()
        other.rollback()

    assert shown["subject"] == mail.subject
    assert [_without_mail(shown[form]) for form in ("html", "text")] == [
        _without_mail(mail.html),
        _without_mail(mail.plain),
    ]
    # The clock runs on between the two.
    without_date = {name: _without_mail(value) for name, value in shown["headers"].items() if name != "Date"}
    built = {name: _without_mail(str(value)) for name, value in build(mail).items() if name != "Date"}
    assert without_date == built


def _without_mail(text: str) -> str:
    """The two are two messages, which their links say."""
    return re.sub(r"\?m=[\w-]+", "", text)
