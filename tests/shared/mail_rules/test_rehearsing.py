"""The rehearsal lists what will be sent, and sends nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared import clock, events
from shared.mail.composing import Composer
from shared.mail.mime import Mail
from shared.mail_rules import readers, rehearsing
from shared.models import Event, Invitation, Message, Registration
from shared.schemas.mail import RehearsedMail
from tests.factories import (
    applicant,
    apply_many,
    deliver_everything,
    find_registration,
    in_days,
    make_event,
    register,
)
from tests.mailbox import Mailbox
from tests.shared.mail_rules.making import add_rule, after, serve, without_rules

ADA, BOB = "ada@example.org", "bob@example.org"


def rehearsed(session: Session, event: Event, kind: str) -> list[RehearsedMail]:
    session.expire_all()
    return [mail for mail in rehearsing.rehearse(session, event).mails if mail.kind == kind]


def planned(session: Session, event: Event) -> list[RehearsedMail]:
    session.expire_all()
    return [mail for mail in rehearsing.rehearse(session, event).mails if mail.rule_id is not None]


def test_each_language_and_clock_is_a_line_with_its_own_time_and_subject(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(200, hour=15), time_zone="Europe/Madrid", title="Trees")
    apply_many(
        session,
        event,
        [
            applicant("1@example.org", language="en", time_zone="Europe/Madrid"),
            applicant("2@example.org", language="en"),
            applicant("3@example.org", language="es", time_zone="America/Bogota"),
        ],
    )
    deliver_everything(session)

    a_day_before = [mail for mail in rehearsed(session, event, "reminder") if mail.recipients][:2]

    assert event.starts_at is not None
    assert [mail.at for mail in a_day_before] == [event.starts_at - timedelta(days=1)] * 2
    assert [(mail.language, mail.recipients) for mail in a_day_before] == [("en", 2), ("es", 1)]
    english, spanish = a_day_before
    assert english.at_local.endswith(", 15:00 (Madrid, UTC+2)")
    assert spanish.at_local.endswith(", 08:00 (Bogota, UTC-5)")
    assert english.subject.startswith("Starts tomorrow: Trees (")
    assert spanish.subject.startswith("Empieza mañana: Trees (")
    assert spanish.sample_id == find_registration(session, event, "3@example.org").id


def test_the_subject_is_the_one_that_will_be_sent(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    register(session, event, ADA)
    deliver_everything(session)
    subjects = [mail.subject for mail in rehearsed(session, event, "reminder")]
    assert event.starts_at is not None
    for before in (24, 1):
        with clock.travel_to(event.starts_at - timedelta(hours=before)):
            deliver_everything(session)
    assert mailbox.subjects_to(ADA)[1:] == subjects


def test_a_rehearsal_changes_nothing(session: Session) -> None:
    event = make_event(session)
    add_rule(session, event, kind="follow-up", anchor="end")
    register(session, event, ADA)
    session.commit()

    def rows() -> list[int | None]:
        return [session.scalar(select(func.count()).select_from(table)) for table in (Message, Registration)]

    before = rows()
    rehearsing.rehearse(session, event)
    assert not session.new
    assert not session.dirty
    session.commit()
    assert rows() == before


def test_a_draft_without_anybody_is_rehearsed_with_a_made_up_person(session: Session) -> None:
    draft = make_event(session, published=False, text_language="fr", title="Des arbres")
    first, _ = rehearsed(session, draft, "reminder")
    assert (first.recipients, first.language, first.sample_id) == (0, "fr", None)
    assert first.subject.startswith("Début demain : Des arbres")


def test_the_subject_names_nobody_who_is_registered(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    event = make_event(session)
    register(session, event, ADA, name="Ada Lovelace")
    readers_of_subjects: set[str] = set()

    def noting(composer: Composer, message: Message, **facts: Any) -> Mail:
        mail = compose(composer, message, **facts)
        readers_of_subjects.add(mail.to_name or "")
        return mail

    compose = Composer.compose
    monkeypatch.setattr(Composer, "compose", noting)
    rehearsing.rehearse(session, event)
    assert readers_of_subjects == {"Alex Example"}


def test_both_follow_ups_of_an_event_without_anybody_are_shown(session: Session) -> None:
    draft = without_rules(session, make_event(session, published=False))
    add_rule(session, draft, kind="follow-up", anchor="end")
    assert [(mail.attendance, mail.recipients) for mail in planned(session, draft)] == [("attended", 0), ("missed", 0)]


def test_a_draft_without_a_date_says_so(session: Session) -> None:
    draft = make_event(session, published=False, starts_at_local=None)
    first, _ = rehearsed(session, draft, "reminder")
    assert (first.at, first.at_local) == (None, "When the date is settled")


def test_what_would_be_skipped_on_publishing_is_not_rehearsed(session: Session) -> None:
    draft = make_event(session, published=False, starts_at_local=in_days(0.5, hour=(clock.now().hour + 12) % 24))
    assert draft.starts_at is not None
    with after(draft.starts_at, hours=-5):
        assert len(rehearsed(session, draft, "reminder")) == 1


def test_before_the_start_both_follow_ups_are_shown_and_afterwards_who_gets_which(session: Session) -> None:
    event = without_rules(
        session, make_event(session, starts_at_local=in_days(5), room_url="https://rooms.example.org")
    )
    rule = add_rule(session, event, kind="follow-up", anchor="end", minutes_before=-60)
    apply_many(session, event, [applicant(ADA), applicant(BOB)])

    def lines() -> list[tuple[str | None, int]]:
        return [(mail.attendance, mail.recipients) for mail in planned(session, event)]

    assert lines() == [("attended", 2), ("missed", 0)]
    find_registration(session, event, ADA).joined_at = event.starts_at
    session.commit()
    with after(event.ends_at, minutes=1):
        assert lines() == [("attended", 1), ("missed", 1)]
    assert rule.served_for is None


def test_paused_rules_are_shown_as_such_and_those_that_are_done_are_not(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    paused = add_rule(session, event, minutes_before=30, is_paused=True)
    with after(event.starts_at, hours=-2):
        serve(session)
        lines = planned(session, event)
    assert [(mail.rule_id == paused.id, mail.is_paused) for mail in lines] == [(False, False), (True, True)]


def test_what_waits_in_the_outbox_comes_first(session: Session) -> None:
    event = make_event(session)
    register(session, event, ADA)
    first, *_ = rehearsing.rehearse(session, event).mails
    assert (first.kind, first.recipients, first.rule_id) == ("confirmation", 1, None)
    assert first.at is not None


def test_invitations_that_wait_for_their_day_are_in_it(session: Session) -> None:
    event = make_event(session)
    session.add(Invitation(event_id=event.id, address=BOB, language="es"))
    session.commit()
    [line] = rehearsed(session, event, "invitation")
    assert (line.recipients, line.language, line.at, line.at_local) == (1, "es", None, "As the daily limit allows")


def test_what_answers_somebody_comes_last_and_follows_the_settings(session: Session) -> None:
    event = make_event(session, places=3, offer_hours=12, verifies_addresses=True)
    answers = [mail for mail in rehearsing.rehearse(session, event).mails if mail.at is None]
    assert [mail.kind for mail in answers] == [
        "verification", "confirmation", "waiting-list", "offer", "link-again", "registration-cancelled", "change",
        "cancellation",
    ]  # fmt: skip
    assert all(mail.at_local.startswith("When ") for mail in answers)
    assert not [mail.subject for mail in answers if "Could not" in mail.subject]


@pytest.mark.parametrize("call_off", [events.cancel, events.postpone])
def test_an_event_that_is_called_off_plans_nothing(session: Session, call_off: object) -> None:
    event = make_event(session)
    call_off(session, event.id, None)  # type: ignore[operator]
    assert rehearsing.rehearse(session, event).mails == []


def test_many_zones_become_a_few_lines_and_nobody_is_left_out(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "_MOST_ZONES", 2)
    event = without_rules(session, make_event(session, time_zone="Europe/Madrid"))
    add_rule(session, event, minutes_before=60)
    zones = ["Asia/Tokyo"] * 3 + ["Asia/Kolkata"] * 2 + ["America/Lima", "Africa/Lagos", "Europe/Madrid"]
    people = [applicant(f"p{number}@example.org", time_zone=zone) for number, zone in enumerate(zones)]
    apply_many(session, event, people)
    lines = planned(session, event)
    assert [(mail.recipients, mail.at_local.rpartition("(")[2]) for mail in lines] == [
        (3, "Tokyo, UTC+9)"),
        (2, "Kolkata, UTC+5:30)"),
        (3, lines[-1].at_local.rpartition("(")[2]),
    ]
    assert "Madrid" in lines[-1].at_local


def test_a_mail_that_cannot_be_written_spoils_only_its_own_line(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(session)

    def broken(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr("shared.mail.composing.words_for", broken)
    first, *_ = rehearsed(session, event, "reminder")
    assert first.subject == "Could not be written: ValueError"
