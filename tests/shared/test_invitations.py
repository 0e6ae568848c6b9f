"""Inviting: who is asked, when their mail leaves, and what they answer."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.worker.dispatcher import Dispatcher, send_invitations
from shared import clock, events, invitations, outbox, reachability, registrations, suppressions
from shared.addresses import recognise
from shared.admission import Application, register_many
from shared.database import get_engine, new_session
from shared.errors import InvalidInput, NotFound, RegistrationClosed, StateConflict
from shared.invitations import inviting
from shared.invitations.daily_limit import last_moment
from shared.models import AuditEntry, Event, Invitation, Message, MessageKind, MessageStatus, RegistrationSource
from shared.schemas.events import EventContent
from shared.schemas.invitations import InvitationReport
from shared.settings import get_settings
from tests.factories import applicant, find_registration, in_days, make_event, make_organiser, register

DAY = timedelta(days=1)
ADA, BOB, CYD = "ada@example.org", "bob@example.org", "cyd@example.org"


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    """Everything that the database is asked."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sql_event.listen(get_engine(), "before_cursor_execute", note)
    yield seen
    sql_event.remove(get_engine(), "before_cursor_execute", note)


def ask(session: Session, event: Event, text: str, **wishes: Any) -> InvitationReport:
    report = invitations.invite(session, event, recognise(text), **{"language": None, "by": None} | wishes)
    session.commit()
    return report


def many(count: int) -> str:
    return "\n".join(f"p{number}@example.org" for number in range(count))


def send(session: Session) -> int:
    """Everything that may leave now."""
    session.commit()
    sent = 0
    while count := invitations.send_waiting(session):
        sent += count
        session.commit()
    return sent


def of(session: Session, event: Event, address: str) -> Invitation:
    session.expire_all()
    return session.scalars(
        select(Invitation).where(Invitation.event_id == event.id, func.lower(Invitation.address) == address.lower())
    ).one()


def mails(session: Session, kind: MessageKind, status: MessageStatus = MessageStatus.PENDING) -> list[Message]:
    session.expire_all()
    query = select(Message).where(Message.kind == kind, Message.status == status)
    return list(session.scalars(query.order_by(Message.id)))


def test_a_paste_is_sorted_into_new_known_and_unusable(session: Session) -> None:
    event = make_event(session)
    register(session, event, "Reg@example.org")
    ask(session, event, "inv@example.org")
    suppressions.suppress(session, "Sup@example.org", suppressions.UNSUBSCRIBED)

    report = ask(
        session,
        event,
        "Ada Lovelace <ada@example.org>; ADA@example.org, reg@example.org\n"
        "INV@example.org sup@example.org bob@localhost",
    )

    outcomes = {one.address: (one.outcome, one.name) for one in report.addresses}
    assert outcomes == {
        "bob@localhost": ("unusable", None),
        "sup@example.org": ("suppressed", None),
        "ADA@example.org": ("repeated", None),
        "reg@example.org": ("registered", None),
        "INV@example.org": ("invited", None),
        "ada@example.org": ("new", "Ada Lovelace"),
    }
    assert "period" in (report.addresses[0].reason or "")
    assert (report.new, report.invited, report.registered, report.suppressed) == (1, 1, 1, 1)
    assert (report.repeated, report.unusable, report.is_trial) == (1, 1, False)
    ada = of(session, event, ADA)
    assert (ada.name, ada.status, ada.language, ada.posted_at) == ("Ada Lovelace", "pending", "en", None)
    added = session.scalars(select(AuditEntry.facts).where(AuditEntry.action == "invitations.added")).all()
    assert added == [{"new": 1}, {"new": 1}]


def test_a_trial_keeps_nothing_and_says_the_same(session: Session) -> None:
    event = make_event(session)

    trial = ask(session, event, many(3), is_trial=True)
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    assert session.scalars(select(AuditEntry)).all() == []
    real = ask(session, event, many(3))

    assert (trial.new, trial.addresses) == (real.new, real.addresses)
    assert trial.is_trial
    assert trial.leaves_by is not None
    assert real.leaves_by is not None
    assert abs(trial.leaves_by - real.leaves_by) < timedelta(minutes=1)


def test_of_many_the_first_are_shown_those_with_a_problem_before_the_others(session: Session) -> None:
    report = ask(session, make_event(session), many(600) + "\nbob@localhost")
    assert (report.new, report.unusable, len(report.addresses)) == (600, 1, 500)
    assert report.addresses[0].outcome == "unusable"


def test_too_many_at_once_are_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inviting, "MOST_AT_ONCE", 3)
    event = make_event(session)
    assert ask(session, event, many(3) + "\n" + many(3)).new == 3
    with pytest.raises(InvalidInput, match="Divide the list"):
        ask(session, event, many(4))


def test_two_who_invite_the_same_people_at_once_invite_them_once(session: Session) -> None:
    event = make_event(session)
    reports: list[InvitationReport] = []

    def press() -> None:
        with new_session() as own:
            found = own.get_one(Event, event.id)
            reports.append(invitations.invite(own, found, recognise(many(300)), language=None, by=None))
            own.commit()

    presses = [Thread(target=press) for _ in range(3)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()

    assert sum(report.new for report in reports) == 300
    assert sum(report.new + report.invited for report in reports) == 900
    assert session.scalar(select(func.count()).select_from(Invitation)) == 300


@pytest.mark.parametrize("end", ["cancelled", "begun", "closed"])
def test_nobody_is_invited_to_what_takes_nobody_any_more(session: Session, end: str) -> None:
    event = make_event(session)
    if end == "cancelled":
        events.cancel(session, event.id, None)
    elif end == "begun":
        event.starts_at = clock.now() - timedelta(minutes=1)
    else:
        event.registration_closes_at = clock.now() - timedelta(minutes=1)
    session.commit()
    with pytest.raises(RegistrationClosed):
        ask(session, event, ADA)


def test_each_gets_one_mail_which_is_of_no_use_after_the_start(session: Session) -> None:
    event = make_event(session)
    ask(session, event, f"{ADA} {BOB}", language="fr")

    assert send(session) == 2
    assert send(session) == 0

    first, second = mails(session, MessageKind.INVITATION)
    assert (first.occasion, first.invitation_id) == ("first", of(session, event, ADA).id)
    assert (first.event_id, first.registration_id, first.priority) == (event.id, None, 30)
    assert first.expires_at == event.starts_at == second.expires_at
    assert of(session, event, ADA).posted_at is not None
    assert of(session, event, ADA).language == "fr"


def test_the_dispatcher_sends_them(session: Session) -> None:
    event = make_event(session)
    ask(session, event, ADA)
    assert send_invitations()
    assert not send_invitations()
    assert len(mails(session, MessageKind.INVITATION)) == 1
    assert Dispatcher().look()


def test_a_mail_ends_with_registration_where_that_is_before_the_start(session: Session) -> None:
    closes_at = clock.now() + timedelta(days=2)
    event = make_event(session, registration_closes_at=closes_at)
    ask(session, event, ADA)
    send(session)
    assert [one.expires_at for one in mails(session, MessageKind.INVITATION)] == [closes_at]


def test_in_any_24_hours_no_more_leave_than_allowed(session: Session) -> None:
    event = make_event(session, invitations_per_day=4)
    report = ask(session, event, many(10))
    start = clock.now()
    assert send(session) == 4
    with clock.travel_to(start + timedelta(hours=23)):
        assert send(session) == 0
    with clock.travel_to(start + timedelta(hours=25)):
        assert send(session) == 4
        ask(session, event, "late@example.org")
        assert send(session) == 0
    with clock.travel_to(start + timedelta(hours=48)):
        assert send(session) == 0
    with clock.travel_to(start + timedelta(hours=50)):
        assert send(session) == 3
    assert report.leaves_by is not None
    assert abs(report.leaves_by - (start + 2 * DAY)) < timedelta(minutes=1)


def test_the_limit_is_that_of_the_settings_unless_the_event_has_its_own(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "invitations_per_day", 2)
    usual, own = make_event(session), make_event(session, invitations_per_day=3)
    ask(session, usual, many(5))
    ask(session, own, many(5))
    send(session)
    sent = Counter(one.event_id for one in mails(session, MessageKind.INVITATION))
    assert sent == {usual.id: 2, own.id: 3}


def test_when_the_last_leaves_is_foretold() -> None:
    now = clock.now()
    earlier = [now - timedelta(hours=20), now - timedelta(hours=4)]
    foretold = [last_moment(earlier, count, most=3, now=now) for count in range(1, 6)]
    assert foretold == [
        now,
        now + timedelta(hours=4),
        now + timedelta(hours=20),
        now + timedelta(hours=24),
        now + timedelta(hours=28),
    ]
    assert last_moment([], 100_000, most=500, now=now) == now + 199 * DAY


def test_several_dispatchers_keep_to_the_limit_together(session: Session) -> None:
    event = make_event(session, invitations_per_day=50)
    ask(session, event, many(200))

    def look() -> None:
        for _ in range(3):
            send_invitations()

    looks = [Thread(target=look) for _ in range(4)]
    for one in looks:
        one.start()
    for one in looks:
        one.join()

    found = mails(session, MessageKind.INVITATION)
    assert len(found) == len({one.invitation_id for one in found}) == 50


def test_a_draft_waits_until_it_is_published_and_registration_is_open(session: Session) -> None:
    event = make_event(session, published=False, registration_opens_at=clock.now() + DAY)
    report = ask(session, event, ADA)
    assert report.leaves_by is not None
    assert report.leaves_by >= clock.now() + timedelta(hours=23)
    assert send(session) == 0
    events.publish(session, event.id)
    assert send(session) == 0
    with clock.travel_to(clock.now() + DAY + timedelta(minutes=1)):
        assert send(session) == 1


@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_what_is_called_off_invites_nobody_any_more(session: Session, state: str) -> None:
    event = make_event(session, invitations_per_day=1)
    ask(session, event, f"{ADA}\n{BOB}")
    send(session)

    (events.cancel if state == "cancelled" else events.postpone)(session, event.id, None)
    with clock.travel_to(clock.now() + 2 * DAY):
        assert send(session) == 0

    assert mails(session, MessageKind.INVITATION) == []
    assert len(mails(session, MessageKind.INVITATION, MessageStatus.WITHDRAWN)) == 1


def test_a_postponed_event_that_returns_invites_those_whose_mail_had_not_left(session: Session) -> None:
    event = make_event(session)
    ask(session, event, f"{ADA}\n{BOB}")
    send(session)
    ada = mails(session, MessageKind.INVITATION)[0]
    outbox.claim(session, [ada.id], until=clock.now() + DAY)
    outbox.mark_sent(session, ada, reply="250 Ok")
    events.postpone(session, event.id, None)
    events.edit(session, event.id, EventContent(starts_at_local=in_days(30)), version=None)
    events.publish(session, event.id)

    assert send(session) == 1

    [again] = mails(session, MessageKind.INVITATION)
    assert (again.invitation_id, again.occasion) == (of(session, event, BOB).id, "again-1")


def test_registering_by_any_path_accepts(session: Session) -> None:
    event = make_event(session)
    ask(session, event, f"{ADA} {BOB} {CYD}")
    send(session)

    ada = register(session, event, "ADA@example.org")
    by_organiser = Application(applicant(BOB), RegistrationSource.ORGANISER, "en")
    register_many(session, event.id, [by_organiser])
    session.commit()

    found = of(session, event, ADA)
    assert (found.status, found.registration_id) == ("accepted", ada.id)
    assert found.answered_at is not None
    assert of(session, event, BOB).registration_id == find_registration(session, event, BOB).id
    assert (of(session, event, CYD).status, of(session, event, CYD).registration_id) == ("pending", None)
    # Nobody is asked to come who is coming.
    assert [one.invitation_id for one in mails(session, MessageKind.INVITATION)] == [of(session, event, CYD).id]


def test_only_the_event_it_was_for_is_accepted(session: Session) -> None:
    one, other = make_event(session), make_event(session)
    ask(session, one, ADA)
    ask(session, other, ADA)
    register(session, other, ADA)
    assert (of(session, one, ADA).status, of(session, other, ADA).status) == ("pending", "accepted")


def test_an_address_that_was_not_verified_has_not_accepted_yet(session: Session) -> None:
    event = make_event(session, verifies_addresses=True)
    ask(session, event, f"{ADA} {BOB}")
    ada = register(session, event, ADA)
    bob = of(session, event, BOB)
    with_another = Application(applicant("bobby@example.org"), RegistrationSource.PAGE, "en", invitation_id=bob.id)
    register_many(session, event.id, [with_another])
    session.commit()
    assert (of(session, event, ADA).status, of(session, event, BOB).status) == ("pending", "pending")

    registrations.confirm(session, ada.id)
    registrations.confirm(session, find_registration(session, event, "bobby@example.org").id)
    session.commit()

    assert (of(session, event, ADA).status, of(session, event, BOB).status) == ("accepted", "accepted")


def test_by_the_link_and_with_another_address_it_is_accepted_too(session: Session) -> None:
    event = make_event(session, verifies_addresses=True)
    ask(session, event, ADA)
    invitation = of(session, event, ADA)
    kept = Application(
        applicant(ADA), RegistrationSource.PAGE, "en", invitation_id=invitation.id, is_verified=True, must_verify=True
    )
    [outcome] = register_many(session, event.id, [kept])
    session.commit()
    assert outcome.status == "confirmed"
    assert of(session, event, ADA).status == "accepted"


def test_somebody_who_is_registered_already_accepts_by_the_link(session: Session) -> None:
    event = make_event(session)
    bob = register(session, event, BOB)
    ask(session, event, ADA)
    again = Application(applicant(BOB), RegistrationSource.PAGE, "en", invitation_id=of(session, event, ADA).id)
    register_many(session, event.id, [again])
    session.commit()
    assert of(session, event, ADA).registration_id == bob.id


def test_what_became_of_it_is_seen_when_the_registration_is_cancelled_and_made_again(session: Session) -> None:
    event = make_event(session)
    ask(session, event, ADA)
    ada = register(session, event, ADA)
    registrations.cancel(session, ada.id)
    session.commit()
    found = of(session, event, ADA)
    assert (found.status, found.registration and found.registration.status) == ("accepted", "cancelled")

    again = register(session, event, ADA)

    assert of(session, event, ADA).registration_id == again.id != ada.id


def test_who_registered_in_the_instant_of_being_invited_gets_no_invitation(session: Session) -> None:
    event = make_event(session)
    ada = register(session, event, ADA)
    # As if the two had not seen each other.
    session.add(Invitation(event_id=event.id, address=ADA, name=None, language="en"))
    event.has_invitations = True
    session.commit()

    assert send(session) == 1

    assert mails(session, MessageKind.INVITATION) == []
    assert (of(session, event, ADA).status, of(session, event, ADA).registration_id) == ("accepted", ada.id)


def test_an_event_without_invitations_costs_the_crowd_no_look(session: Session, statements: list[str]) -> None:
    event = make_event(session)
    statements.clear()
    register(session, event, ADA)
    assert [one for one in statements if "invitation." in one.lower() or "from invitation" in one.lower()] == []


def test_declining_may_be_thought_over(session: Session) -> None:
    event = make_event(session)
    ask(session, event, ADA)
    invitation = of(session, event, ADA)
    send(session)

    for _ in range(2):
        invitations.decline(session, invitation.id)
        session.commit()
    declined_at = of(session, event, ADA).answered_at
    assert (of(session, event, ADA).status, mails(session, MessageKind.INVITATION)) == ("declined", [])
    for _ in range(2):
        invitations.reconsider(session, invitation.id)
        session.commit()

    assert declined_at is not None
    assert (of(session, event, ADA).status, of(session, event, ADA).answered_at) == ("pending", None)


def test_who_has_a_place_does_not_lose_it_by_declining(session: Session) -> None:
    event = make_event(session)
    ask(session, event, ADA)
    ada = register(session, event, ADA)
    invitations.decline(session, of(session, event, ADA).id)
    session.commit()
    assert (of(session, event, ADA).status, ada.status) == ("accepted", "confirmed")
    registrations.cancel(session, ada.id)
    invitations.decline(session, of(session, event, ADA).id)
    assert of(session, event, ADA).status == "declined"


def test_a_withdrawn_one_is_gone_and_may_be_made_again(session: Session) -> None:
    event = make_event(session, invitations_per_day=1)
    ask(session, event, f"{ADA} {BOB}")
    send(session)
    before = of(session, event, ADA).id

    invitations.withdraw(session, before)
    invitations.withdraw(session, of(session, event, BOB).id)
    with clock.travel_to(clock.now() + 2 * DAY):
        assert send(session) == 0
        for deed in (invitations.get, invitations.decline, invitations.withdraw):
            with pytest.raises(NotFound):
                deed(session, before)
        assert ask(session, event, ADA).new == 1
        assert send(session) == 1

    assert of(session, event, ADA).id != before
    register(session, event, BOB)
    assert of(session, event, BOB).status == "withdrawn"


def test_what_was_accepted_cannot_be_withdrawn(session: Session) -> None:
    event = make_event(session)
    ask(session, event, ADA)
    register(session, event, ADA)
    with pytest.raises(StateConflict, match="Cancel the registration"):
        invitations.withdraw(session, of(session, event, ADA).id)


def test_those_who_have_not_answered_are_asked_twice_and_not_too_soon(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(60))
    ask(session, event, f"{ADA} {BOB} {CYD} dan@example.org eve@example.org")
    send(session)
    register(session, event, BOB)
    invitations.decline(session, of(session, event, CYD).id)
    suppressions.suppress(session, "dan@example.org", suppressions.UNSUBSCRIBED)
    [to_eve] = [one for one in mails(session, MessageKind.INVITATION) if one.invitation.address == "eve@example.org"]  # type: ignore[union-attr]
    reachability.mark_lost(session, to_eve, clock.now())
    session.commit()

    asked = {}
    for days in (2, 4, 5, 8, 12):
        with clock.travel_to(clock.now() + days * DAY):
            asked[days] = invitations.nudge(session, event)
            session.commit()

    assert asked == {2: 0, 4: 1, 5: 0, 8: 1, 12: 0}
    found = mails(session, MessageKind.NUDGE)
    ada = of(session, event, ADA)
    assert [(one.invitation_id, one.occasion) for one in found] == [
        (ada.id, "asked-nudge-1"),
        (ada.id, "asked-nudge-2"),
    ]
    assert ada.nudges == 2


def test_nudges_share_the_daily_limit_and_come_after_the_first_invitations(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(60), invitations_per_day=3)
    ask(session, event, many(3))
    send(session)
    rule_id = of(session, event, "p0@example.org").id
    start = clock.now() + 4 * DAY
    with clock.travel_to(start):
        ask(session, event, f"{ADA} {BOB}")
        assert invitations.nudge(session, event, rule_id=rule_id) == 3
        assert invitations.nudge(session, event) == 0
        session.commit()
        assert len(mails(session, MessageKind.NUDGE)) == 1
        assert len(mails(session, MessageKind.INVITATION)) == 3 + 2
        register(session, event, "p1@example.org")
        assert send(session) == 0
    with clock.travel_to(start + DAY + timedelta(minutes=1)):
        assert send(session) == 1

    found = mails(session, MessageKind.NUDGE)
    assert [of(session, event, f"p{number}@example.org").id for number in (0, 2)] == [
        one.invitation_id for one in found
    ]
    assert {one.rule_id for one in found} == {rule_id}
    assert {one.occasion for one in found} == {f"{rule_id.hex[-12:]}-nudge-1"}


def test_nobody_is_nudged_while_nobody_can_register(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(60))
    ask(session, event, ADA)
    send(session)
    events.postpone(session, event.id, None)
    with clock.travel_to(clock.now() + 4 * DAY):
        assert invitations.nudge(session, event) == 0


def test_nudges_may_be_for_those_who_read_one_language(session: Session) -> None:
    event = make_event(session, starts_at_local=in_days(60))
    ask(session, event, ADA, language="es")
    ask(session, event, BOB, language="fr")
    send(session)
    with clock.travel_to(clock.now() + 4 * DAY):
        assert invitations.nudge(session, event, languages=["fr"]) == 1
    assert [one.invitation_id for one in mails(session, MessageKind.NUDGE)] == [of(session, event, BOB).id]


def test_who_invited_is_in_the_audit_log(session: Session) -> None:
    olga = make_organiser(session)
    ask(session, make_event(session), ADA, by=olga)
    assert session.scalars(select(AuditEntry.organiser_id)).all() == [olga.id]
