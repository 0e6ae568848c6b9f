"""A person is erased everywhere, once and for all; places go on, numbers stay, and others are left alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.delivery import deliver
from services.worker.dispatcher import Dispatcher
from shared import audit, clock, invitations, registrations, stats, suppressions
from shared.addresses import recognise
from shared.database import new_session
from shared.mail.smtp import MailServer
from shared.models import (
    AuditEntry,
    Erasure,
    Event,
    IdempotencyKey,
    InboundMail,
    Invitation,
    Message,
    Model,
    PersonalFeed,
    Registration,
    Role,
)
from shared.privacy.erasing import erase
from shared.schemas.registrations import RegistrationCorrection
from tests.factories import (
    deliver_everything,
    find_registration,
    in_days,
    make_calendar,
    make_event,
    make_organiser,
    register,
)
from tests.leftovers import leftovers
from tests.mailbox import Mailbox
from tests.shared.privacy.numbers import numbers
from tests.shared.privacy.somebody import ADDRESS, WORDS, come, correspond, leave_traces
from tests.worker.test_dispatcher import work_off

BOB, CYD = "bob@example.org", "cyd@example.org"
# Every table in which somebody who registers can leave a trace.
TABLES = {
    "registration", "message", "event_tally", "link_request", "idempotency_key", "audit_entry", "invitation", "speaker",
    "inbound_mail", "personal_feed",
}  # fmt: skip


def everybody(session: Session) -> list[str]:
    session.expire_all()
    return sorted(session.scalars(select(Registration.address)))


def test_nothing_is_left_in_any_table_in_redis_or_in_the_logs(
    session: Session, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    calendar = make_calendar(session)
    organiser = make_organiser(session, calendar, Role.OWNER)
    registration = leave_traces(session, make_event(session, calendar), organiser)
    correspond(session, registration.event, registration)
    come(session, make_event(session))
    assert {one.partition(".")[0] for one in leftovers(session, WORDS)} == TABLES
    Dispatcher().look()
    work_off()
    come(session, make_event(session))
    Dispatcher().look()

    registration_title = registration.event.title

    report = erase(session, ADDRESS.upper(), by=None)
    session.commit()
    work_off()

    assert leftovers(session, WORDS) == []
    assert report.removed.keys() == {
        "registration", "message", "event_tally", "idempotency_key", "audit_entry", "invitation", "speaker",
        "inbound_mail", "personal_feed", "participation",
    }  # fmt: skip
    assert (report.removed["registration"], report.places_given_back) == (3, 3)
    assert (report.removed["inbound_mail"], report.removed["participation"]) == (4, 1)
    assert report.kept == [
        f"The programme of “{registration_title}” goes on naming this person.",
        "The wish not to get reminders stays, under a code from which nobody can read the address.",
    ]
    assert suppressions.is_suppressed(session, ADDRESS)
    output = "".join(capfd.readouterr()).lower()
    assert "mail.turn_ended" in output
    assert [word for word in WORDS if word.lower() in output] == []


def test_no_other_column_holds_an_address(session: Session) -> None:
    """Whoever adds one sees to it that it is exported and erased, and says so here."""
    columns = {f"{table.name}.{column.name}" for table in Model.metadata.sorted_tables for column in table.columns}
    moments = {"registration.readdressed_at"}
    named = {column for column in columns - moments if "address" in column and not column.startswith("event.")}
    assert named == {
        "calendar.contact_address", "invitation.address", "link_request.address", "message.address",
        "organiser.address", "personal_feed.address", "registration.address", "registration.participation_address",
        "speaker.address",
    }  # fmt: skip


def test_the_erased_are_proved_by_counts_and_told_to_each_calendar_without_their_address(session: Session) -> None:
    calendar = make_calendar(session)
    olga = make_organiser(session, calendar, Role.OWNER)
    come(session, make_event(session, calendar))
    come(session, make_event(session, calendar))

    report = erase(session, ADDRESS, by=olga, calendar=calendar)
    session.commit()

    [erasure] = session.scalars(select(Erasure))
    assert (erasure.id, erasure.facts, erasure.calendar_id) == (report.reference, report.removed, calendar.id)
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.erased"))
    assert (entry.organiser_id, entry.calendar_id) == (olga.id, calendar.id)
    assert entry.facts == {"reference": str(report.reference), "registrations": 2}


def test_a_second_time_finds_nothing_and_says_so(session: Session) -> None:
    come(session, make_event(session))
    erase(session, ADDRESS, by=None)
    session.commit()

    again = erase(session, ADDRESS, by=None)
    session.commit()

    assert (again.reference, again.removed, again.places_given_back, again.kept) == (None, {}, 0, [])
    assert len(session.scalars(select(Erasure)).all()) == 1


def test_the_place_of_somebody_erased_goes_to_who_waits(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, places=1)
    come(session, event)
    bob = register(session, event, BOB)
    deliver_everything(session)

    erase(session, ADDRESS, by=None)
    deliver_everything(session)

    assert (bob.status, event.places.confirmed, event.places.waitlisted) == ("confirmed", 1, 0)
    assert len(mailbox.subjects_to(BOB)) == 2
    assert len(mailbox.mails(ADDRESS)) == 1


def test_others_keep_what_is_theirs(session: Session) -> None:
    calendar = make_calendar(session)
    organiser = make_organiser(session, calendar, Role.OWNER)
    event = make_event(session, calendar)
    leave_traces(session, event, organiser)
    longer = f"x{ADDRESS}".lower()
    register(session, event, longer, city="Xyzzyville")
    answer = {"rows": [f"{longer} is there", f"{ADDRESS}.uk is there"]}
    session.add(IdempotencyKey(organiser_id=organiser.id, key="import-2", fingerprint=b"y", answer=answer))
    session.commit()

    erase(session, ADDRESS, by=None)
    session.commit()

    assert everybody(session) == [longer]
    assert session.scalars(select(IdempotencyKey.key)).all() == ["import-2"]
    assert "event_tally.value: xyzzyville" in leftovers(session, ["xyzzyville"])
    assert stats.snapshot(session, event).totals.cities == 1


def test_one_calendar_erases_nobody_elsewhere(session: Session) -> None:
    here, elsewhere = make_calendar(session), make_calendar(session)
    come(session, make_event(session, here))
    there = come(session, make_event(session, elsewhere))

    report = erase(session, ADDRESS, by=None, calendar=here)
    session.commit()

    assert report.removed["registration"] == 1
    assert session.scalars(select(Registration.id)).all() == [there.id]


def test_a_calendar_that_does_not_know_somebody_learns_nothing(session: Session) -> None:
    come(session, make_event(session))
    suppressions.suppress(session, ADDRESS, suppressions.UNSUBSCRIBED)

    report = erase(session, ADDRESS, by=None, calendar=make_calendar(session))

    assert (report.reference, report.removed, report.kept) == (None, {}, [])


def test_numbers_of_what_is_over_stay(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, starts_at_local=in_days(5))
    come(session, event)
    register(session, event, BOB, city="Porto")
    assert event.starts_at is not None
    assert event.ends_at is not None
    deliver_everything(session)
    with clock.travel_to(event.starts_at - timedelta(minutes=30)):
        deliver_everything(session)
    with clock.travel_to(event.ends_at + timedelta(days=3)):
        before = numbers(stats.snapshot(session, event))
        report = erase(session, ADDRESS, by=None)
        session.commit()
        session.expire_all()

        assert numbers(stats.snapshot(session, event)) == before
    assert report.places_given_back == 0
    assert leftovers(session, WORDS) == []


def test_a_city_that_was_corrected_away_goes_too(session: Session) -> None:
    event = make_event(session)
    registration = come(session, event)
    registrations.correct(session, registration.id, RegistrationCorrection(city="Faro"))
    register(session, event, BOB, city="Porto")

    erase(session, ADDRESS, by=None)
    session.commit()

    assert leftovers(session, [*WORDS, "faro"]) == []
    assert leftovers(session, ["porto"]) != []


def test_an_erased_person_may_come_again(session: Session) -> None:
    event = make_event(session)
    come(session, event)
    erase(session, ADDRESS, by=None)
    session.commit()

    come(session, event)

    assert find_registration(session, event, ADDRESS).status == "confirmed"


def test_a_mail_on_the_wire_in_that_moment_harms_nobody_elses(
    session: Session, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = make_event(session)
    come(session, event)
    register(session, event, BOB)
    send = MailServer.send

    def erase_meanwhile(server: MailServer, message: Any, **way: Any) -> Any:
        with new_session() as other:
            erase(other, ADDRESS, by=None)
            other.commit()
        return send(server, message, **way)

    monkeypatch.setattr(MailServer, "send", erase_meanwhile)
    deliver(session.scalars(select(Message.id).order_by(Message.id)).all())

    assert len(mailbox.subjects_to(BOB)) == 1
    session.expire_all()
    assert session.scalars(select(Message.status)).all() == ["sent"]
    assert leftovers(session, WORDS) == []


def test_what_an_organiser_is_elsewhere_stays_and_is_said(session: Session) -> None:
    make_organiser(session, address=ADDRESS)
    make_calendar(session, title="River calendar").contact_address = ADDRESS
    come(session, make_event(session))

    report = erase(session, ADDRESS, by=None)

    assert report.kept == [
        "An organiser signs in with this address; the account stays until it is removed.",
        "Answers to the mails of “River calendar” go to this address, which stands in them.",
    ]


def test_lists_that_were_exported_are_not_reached_and_that_is_said(session: Session) -> None:
    event = make_event(session)
    come(session, event)
    audit.record(session, "registrations.exported", by=None, event=event)
    audit.record(session, "registrations.exported", by=None, event=make_event(session))

    report = erase(session, ADDRESS, by=None)

    assert report.kept == ["Lists of these events were exported once: see the audit log for who has the files."]


def test_who_was_erased_while_waiting_or_after_cancelling_leaves_the_order_as_it_was(session: Session) -> None:
    event = make_event(session, places=1)
    register(session, event, BOB)
    come(session, event)
    cyd = register(session, event, CYD)
    registrations.cancel(session, find_registration(session, event, ADDRESS).id)
    come(session, event)

    report = erase(session, ADDRESS, by=None)
    session.commit()
    registrations.cancel(session, find_registration(session, event, BOB).id)
    session.commit()

    assert (report.removed["registration"], report.places_given_back) == (2, 0)
    assert (cyd.status, event.places.waitlisted) == ("confirmed", 0)


def invited(session: Session, event: Event, *addresses: str) -> None:
    invitations.invite(session, event, recognise(" ".join(addresses)), language=None, by=None)
    session.commit()


def test_who_was_only_invited_is_erased_and_hears_nothing_more(session: Session, mailbox: Mailbox) -> None:
    calendar = make_calendar(session)
    olga = make_organiser(session, calendar, Role.OWNER)
    event = make_event(session, calendar, invitations_per_day=1)
    invited(session, event, ADDRESS, BOB)
    invitations.send_waiting(session)
    session.commit()

    report = erase(session, ADDRESS, by=olga, calendar=calendar)
    session.commit()

    assert report.removed == {"invitation": 1, "message": 1}
    assert leftovers(session, WORDS) == []
    assert session.scalars(select(Invitation.address)).all() == [BOB]
    [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.erased"))
    assert (entry.calendar_id, entry.facts["registrations"]) == (calendar.id, 0)
    assert report.reference is not None


def test_one_calendar_reaches_no_correspondence_of_others(session: Session) -> None:
    here, elsewhere = make_calendar(session), make_calendar(session)
    there = come(session, make_event(session, elsewhere))
    correspond(session, there.event, there)
    before = leftovers(session, WORDS)
    mine = come(session, make_event(session, here))

    report = erase(session, ADDRESS, by=None, calendar=here)
    session.commit()

    assert report.removed.keys() == {"registration", "message", "event_tally"}
    assert leftovers(session, WORDS) == before
    assert session.get(Registration, mine.id) is None
    assert len(session.scalars(select(PersonalFeed)).all()) == 1


def test_mail_about_somebody_with_a_longer_address_stays(session: Session) -> None:
    longer = InboundMail(
        sender=f"x{ADDRESS}", recipient="rsvp@plenary.localhost", digest=b"1", octets=f"To: {ADDRESS}.uk".encode()
    )
    session.add(longer)
    session.commit()
    assert erase(session, ADDRESS, by=None).removed == {}
    assert session.scalars(select(InboundMail.id)).all() == [longer.id]


def test_an_address_that_would_be_a_pattern_is_none(session: Session) -> None:
    event = make_event(session)
    invited(session, event, "a_b@example.org", "axb@example.org")
    session.add(InboundMail(sender="axb@example.org", recipient="r@p.localhost", digest=b"1", octets=b""))
    session.commit()
    assert erase(session, "a_b@example.org", by=None).removed == {"invitation": 1}
    assert erase(session, "%@example.org", by=None).removed == {}
    assert session.scalars(select(InboundMail.sender)).all() == ["axb@example.org"]
