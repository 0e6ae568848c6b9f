"""Complaints: whoever calls our mail unwanted gets what their registration requires, and nothing more."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import suppressions
from shared.models import Message, MessageStatus, Suppression
from shared.settings import get_settings
from tests.factories import deliver_everything, make_event, register
from tests.mailbox import Mailbox
from tests.shared.inbound.arriving import arrive, reads_replies, sender_of
from tests.shared.inbound.reports import ADA, complaint

__all__ = ["reads_replies"]
pytestmark = pytest.mark.usefixtures("reads_replies")


@pytest.fixture
def sent(session: Session, mailbox: Mailbox) -> Message:
    register(session, make_event(session), ADA)
    deliver_everything(session)
    return session.scalars(select(Message)).one()


def test_a_complaint_stops_optional_mail_to_the_address(session: Session, sent: Message) -> None:
    to = get_settings().mail_address
    kept = arrive(session, complaint(to, sender_of(sent)), to, sender="abusedesk@provider.example.com")

    assert (kept.kind, kept.status, kept.message_id) == ("complaint", "done", sent.id)
    assert session.scalars(select(Suppression.reason)).one() == suppressions.COMPLAINT
    assert sent.status == MessageStatus.SENT
    assert sent.bounce == "Reported as unwanted (abuse)."


def test_a_complaint_weighs_more_than_a_bounce(session: Session, sent: Message) -> None:
    suppressions.suppress(session, ADA, suppressions.BOUNCED)
    to = get_settings().mail_address
    arrive(session, complaint(to, sender_of(sent)), to)

    suppressions.lift_bounced(session, ADA)
    assert suppressions.is_suppressed(session, ADA)


@pytest.mark.parametrize("feedback", ["not-spam", "virus", ""])
def test_a_report_that_complains_of_nothing_changes_nothing(session: Session, sent: Message, feedback: str) -> None:
    to = get_settings().mail_address
    kept = arrive(session, complaint(to, sender_of(sent), feedback=feedback), to)

    assert kept.status == "ignored"
    assert not suppressions.is_suppressed(session, ADA)


def test_a_complaint_about_a_mail_that_we_did_not_sign_changes_nothing(session: Session, sent: Message) -> None:
    to = get_settings().mail_address
    kept = arrive(session, complaint(to, f"bounce+{'a' * 46}@{get_settings().mail_domain}"), to)

    assert kept.status == "ignored"
    assert not suppressions.is_suppressed(session, ADA)
