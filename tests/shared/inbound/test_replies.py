"""Answers of calendars: noted, acted upon, once, in whatever order and shape they come."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.worker.inbound.reading import read_inbound
from shared import clock, events, participation, registrations, suppressions
from shared.database import new_session
from shared.inbound import replies
from shared.models import Event, InboundMail, Message, MessageKind, MessageStatus, Registration, RegistrationStatus
from shared.places import lock_places
from tests.factories import deliver_everything, find_registration, make_calendar, make_event, register
from tests.mailbox import Mailbox
from tests.shared.inbound import answers
from tests.shared.inbound.answers import ANSWERS, google, rsvp
from tests.shared.inbound.arriving import arrive, keep, read_everything, reads_replies
from tests.shared.inbound.reports import ADA

__all__ = ["reads_replies"]
pytestmark = pytest.mark.usefixtures("reads_replies")
BOB = "bob@example.org"


@pytest.fixture
def event(session: Session) -> Event:
    return make_event(session, places=1, declining_frees_place=True)


@pytest.fixture
def ada(session: Session, mailbox: Mailbox, event: Event) -> Registration:
    found = register(session, event, ADA)
    deliver_everything(session)
    return found


def kinds(session: Session, registration: Registration) -> list[str]:
    query = select(Message.kind).where(Message.registration_id == registration.id).order_by(Message.id)
    return list(session.scalars(query.where(Message.status != MessageStatus.WITHDRAWN)))


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("status", ["ACCEPTED", "TENTATIVE"])
def test_an_answer_is_noted_whatever_program_wrote_it(
    session: Session, ada: Registration, answer: Callable[..., bytes], status: str
) -> None:
    kept = arrive(session, answer(ada.id, status), rsvp())

    assert (kept.kind, kept.status, kept.registration_id) == ("reply", "done", ada.id)
    assert (ada.participation, ada.participation_sequence) == (status.lower(), 0)
    assert ada.participation_at is not None
    assert ada.participation_at.isoformat() == "2026-11-25T10:00:00+00:00"
    assert ada.status == RegistrationStatus.CONFIRMED


def test_an_alias_is_noted_rather_than_refused(session: Session, ada: Registration) -> None:
    arrive(session, answers.outlook_com(ada.id), rsvp())

    assert ada.participation_address == "ada.lovelace@outlook.example.com"
    assert ada.address == ADA


def test_who_declines_gives_the_place_to_whoever_waits_and_hears_how_to_take_it_back(
    session: Session, mailbox: Mailbox, event: Event, ada: Registration
) -> None:
    bob = register(session, event, BOB)
    deliver_everything(session)

    kept = arrive(session, google(ada.id, "DECLINED"), rsvp())

    assert kept.outcome == "They declined, and the place is free again."
    assert (ada.status, ada.participation) == (RegistrationStatus.CANCELLED, "declined")
    session.refresh(bob)
    assert bob.status == RegistrationStatus.CONFIRMED
    assert kinds(session, ada) == [MessageKind.CONFIRMATION, MessageKind.DECLINED], "and no CANCEL"
    news = session.scalars(select(Message).where(Message.kind == MessageKind.DECLINED)).one()
    assert news.facts == {"is_freed": True}


def test_a_place_is_kept_where_the_event_does_not_free_it(session: Session, mailbox: Mailbox) -> None:
    event = make_event(session, declining_frees_place=False)
    ada = register(session, event, ADA)

    kept = arrive(session, google(ada.id, "DECLINED"), rsvp())

    assert kept.outcome == "They declined. They keep the place."
    assert (ada.status, ada.participation) == (RegistrationStatus.CONFIRMED, "declined")
    news = session.scalars(select(Message).where(Message.kind == MessageKind.DECLINED)).one()
    assert news.facts == {"is_freed": False}
    assert participation.counts(session, event).model_dump() == {"accepted": 0, "tentative": 0, "declined": 1}


def test_who_declines_and_accepts_and_declines_again_hears_of_the_last_only(session: Session, mailbox: Mailbox) -> None:
    ada = register(session, make_event(session), ADA)
    for hour, status in (("10", "DECLINED"), ("11", "ACCEPTED"), ("12", "DECLINED")):
        arrive(session, google(ada.id, status, stamp=f"20261125T{hour}0000Z"), rsvp())

    assert ada.participation == "declined"
    assert kinds(session, ada).count(MessageKind.DECLINED) == 1


def test_one_answer_in_two_mails_is_told_of_once(session: Session, mailbox: Mailbox) -> None:
    ada = register(session, make_event(session), ADA)
    for _ in range(2):
        arrive(session, google(ada.id, "DECLINED"), rsvp())

    assert kinds(session, ada).count(MessageKind.DECLINED) == 1


def test_who_accepts_after_all_has_the_place_again(session: Session, event: Event, ada: Registration) -> None:
    arrive(session, google(ada.id, "DECLINED", stamp="20261125T100000Z"), rsvp())
    kept = arrive(session, google(ada.id, "ACCEPTED", stamp="20261125T110000Z"), rsvp())

    assert kept.outcome == "They accepted after all, and have a place again."
    assert (ada.status, ada.participation) == (RegistrationStatus.CONFIRMED, "accepted")


def test_who_accepts_after_all_when_the_place_is_gone_waits_and_hears_of_it(
    session: Session, event: Event, ada: Registration
) -> None:
    register(session, event, BOB)
    arrive(session, google(ada.id, "DECLINED", stamp="20261125T100000Z"), rsvp())
    arrive(session, google(ada.id, "ACCEPTED", stamp="20261125T110000Z"), rsvp())

    assert ada.status == RegistrationStatus.WAITLISTED
    assert kinds(session, ada)[-1] == MessageKind.WAITING_LIST


def test_who_accepts_after_all_when_nobody_can_register_any_more_is_told(
    session: Session, event: Event, ada: Registration
) -> None:
    arrive(session, google(ada.id, "DECLINED", stamp="20261125T100000Z"), rsvp())
    events.cancel(session, event.id, "The speaker is ill.")
    kept = arrive(session, google(ada.id, "ACCEPTED", stamp="20261125T110000Z"), rsvp())

    assert ada.status == RegistrationStatus.CANCELLED
    assert "too late" in (kept.outcome or "")
    assert kinds(session, ada)[-1] == MessageKind.LINK_AGAIN


def test_an_answer_to_an_entry_that_was_cancelled_by_hand_changes_nothing(session: Session, ada: Registration) -> None:
    arrive(session, google(ada.id, "ACCEPTED"), rsvp())
    registrations.cancel(session, ada.id)
    kept = arrive(session, google(ada.id, "ACCEPTED", stamp="20261125T110000Z"), rsvp())

    assert kept.status == "ignored"
    assert ada.status == RegistrationStatus.CANCELLED


@pytest.mark.parametrize("first", [0, 1], ids=["in order", "out of order"])
def test_the_later_answer_counts_in_whatever_order_they_arrive(session: Session, mailbox: Mailbox, first: int) -> None:
    ada = register(session, make_event(session), ADA)
    mails = [
        google(ada.id, "TENTATIVE", stamp="20261125T100000Z"),
        google(ada.id, "ACCEPTED", stamp="20261125T100001Z"),
    ]
    for mail in (mails[first], mails[1 - first]):
        arrive(session, mail, rsvp())

    assert ada.participation == "accepted"


def test_an_answer_to_an_older_entry_is_ignored(session: Session, ada: Registration) -> None:
    ada.sequence = 2
    assert arrive(session, google(ada.id, "DECLINED", sequence=1), rsvp()).status == "ignored"
    assert ada.participation is None
    assert arrive(session, google(ada.id, "ACCEPTED", sequence=2), rsvp()).status == "done"


def test_a_clock_that_runs_ahead_does_not_shut_out_later_answers(session: Session, ada: Registration) -> None:
    arrive(session, google(ada.id, "TENTATIVE", stamp="20991231T235959Z"), rsvp())
    with clock.travel_to(clock.now() + timedelta(hours=1)):
        later = (clock.now() - timedelta(minutes=30)).strftime("%Y%m%dT%H%M%SZ")
        arrive(session, google(ada.id, "ACCEPTED", stamp=later), rsvp())

    assert ada.participation == "accepted"


def test_the_same_mail_twice_is_one_answer(session: Session, ada: Registration) -> None:
    mail = google(ada.id, "DECLINED")
    for _ in range(2):
        arrive(session, mail, rsvp())

    assert len(session.scalars(select(InboundMail)).all()) == 1


def test_an_answer_shows_that_mail_arrives(session: Session, ada: Registration) -> None:
    ada.undelivered_at = clock.now()
    suppressions.suppress(session, ADA, suppressions.BOUNCED)
    arrive(session, google(ada.id), rsvp())

    assert ada.undelivered_at is None
    assert not suppressions.is_suppressed(session, ADA)


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ("Precedence: bulk\n", ADA),
        ("Precedence: list\n", ADA),
        ("List-Id: <somewhere.example.org>\n", ADA),
        ("", ""),
    ],
    ids=["bulk", "list", "through a list", "from nobody"],
)
def test_nobody_loses_a_place_by_a_mail_that_must_not_be_answered(
    session: Session, ada: Registration, headers: str, sender: str
) -> None:
    arrive(session, google(ada.id, "DECLINED", headers=headers), rsvp(), sender=sender)

    assert (ada.status, ada.participation) == (RegistrationStatus.CONFIRMED, "declined")
    assert MessageKind.DECLINED not in kinds(session, ada)


def test_an_automatic_reply_is_not_answered(session: Session, ada: Registration) -> None:
    automatic = google(ada.id, "DECLINED").replace(b"auto-generated", b"auto-replied (vacation)")
    arrive(session, automatic, rsvp())

    assert MessageKind.DECLINED not in kinds(session, ada)


def test_programs_that_answer_each_other_come_to_an_end(session: Session, mailbox: Mailbox, event: Event) -> None:
    """A calendar that accepts and declines whatever it is sent."""
    ada = register(session, event, ADA)
    for number in range(30):
        status = ("DECLINED", "ACCEPTED")[number % 2]
        minute = f"{number:02}"
        arrive(session, google(ada.id, status, sequence=ada.sequence, stamp=f"20261125T10{minute}00Z"), rsvp())

    done = session.scalars(select(InboundMail).where(InboundMail.status == "done")).all()
    assert len(done) == replies.MOST_IN_A_DAY


def test_a_proposal_of_another_time_goes_to_the_contact_of_the_calendar(session: Session, mailbox: Mailbox) -> None:
    calendar = make_calendar(session)
    calendar.contact_address = "host@example.org"
    ada = register(session, make_event(session, calendar), ADA)
    for _ in range(2):
        kept = arrive(session, answers.proposal(ada.id).replace(b"answer-", b"again-"), rsvp())
        assert (kept.kind, kept.status) == ("counter", "done")

    told = session.scalars(select(Message).where(Message.kind == MessageKind.COUNTER_PROPOSAL)).one()
    assert told.address == "host@example.org"
    assert told.facts == {
        "registration_id": str(ada.id),
        "name": "Ada",
        "starts_at": "2026-12-03T17:00:00+01:00",
        "ends_at": "2026-12-03T18:00:00+01:00",
    }
    assert ada.participation is None


def test_two_readers_side_by_side_read_each_mail_once(session: Session, event: Event, ada: Registration) -> None:
    """Both have claimed it; the second waits for the event, and finds it done."""
    session.commit()
    keep(google(ada.id, "DECLINED"), rsvp(), sender=ADA)
    mail_id = str(session.scalars(select(InboundMail.id)).one())
    with new_session() as busy, ThreadPoolExecutor(4) as pool:
        lock_places(busy, event.id)
        readers = [pool.submit(read_inbound, [mail_id]) for _ in range(2)]
        busy.rollback()
        for reader in readers:
            reader.result()

    session.expire_all()
    assert kinds(session, ada).count(MessageKind.DECLINED) == 1
    assert find_registration(session, event, ADA).sequence == 1


def test_mail_that_somebody_wrote_is_kept_and_changes_nothing(session: Session, ada: Registration) -> None:
    mail = f"From: {ADA}\r\nTo: {rsvp()}\r\nSubject: Hello\r\n\r\nI will be late.\r\n".encode()
    kept = arrive(session, mail, rsvp())

    assert (kept.kind, kept.status) == ("other", "ignored")
    assert kept.octets == mail


def test_our_own_invitation_that_comes_back_is_no_answer(session: Session, mailbox: Mailbox, ada: Registration) -> None:
    [invitation] = mailbox.mails(ADA)
    assert arrive(session, bytes(invitation), rsvp()).status == "ignored"
    assert ada.participation is None


def test_read_mail_is_not_read_again(session: Session, ada: Registration) -> None:
    kept = arrive(session, google(ada.id, "TENTATIVE"), rsvp())
    ada.participation = None
    session.commit()
    assert read_inbound([str(kept.id)]) == 0
    read_everything(session)
    assert ada.participation is None
