"""One registration as an organiser works on it: seen whole, with its mails, and helped along."""

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from services.api import paging
from services.api.auth import CurrentOrganiser, EditedRegistration, ViewedRegistration, sees_people
from services.api.database import DatabaseSession
from shared import answers, audit, outbox, registrations
from shared.admission import link_again, require_on
from shared.errors import RegistrationClosed
from shared.models import Message, RegistrationStatus
from shared.schemas.registrations import LinkSent, MessagePage, RegistrationDetail

router = APIRouter(prefix="/registrations/{registration_id}", tags=["registrations"])


@router.get("")
def read_registration(
    registration: ViewedRegistration, session: DatabaseSession, organiser: CurrentOrganiser
) -> RegistrationDetail:
    """With the place on the waiting list, and the consent it rests on."""
    sees_all = sees_people(registration.event, session, organiser)
    return answers.registration_detail(session, registration, sees_people=sees_all)


@router.get("/messages")
def list_messages_of_one(
    registration: ViewedRegistration,
    session: DatabaseSession,
    organiser: CurrentOrganiser,
    limit: paging.Limit = 50,
    after: paging.After = None,
) -> MessagePage:
    """The mails to one person about one event, latest first."""
    query = select(Message).where(Message.registration_id == registration.id).order_by(Message.id.desc())
    if after is not None:
        query = query.where(Message.id < paging.identifier(after))
    found = list(session.scalars(query.options(joinedload(Message.registration)).limit(limit + 1)))
    sees_all = sees_people(registration.event, session, organiser)
    cursor = paging.encode(found[limit - 1].id) if len(found) > limit else None
    rows = [answers.message_answer(one, sees_people=sees_all) for one in found[:limit]]
    return MessagePage(messages=rows, next=cursor)


@router.post("/take-up-again")
def take_up_again(
    registration: EditedRegistration, session: DatabaseSession, organiser: CurrentOrganiser
) -> RegistrationDetail:
    """A cancelled registration lives again: with a place if one is free and nobody waits, else on the waiting list."""
    was = registration.status
    found = registrations.take_up_again(session, registration.id)
    if found.status != was:
        audit.record(session, "registration.taken-up-again", by=organiser, event=found.event)
    return answers.registration_detail(session, found, sees_people=True)


@router.post("/confirm")
def confirm(
    registration: EditedRegistration, session: DatabaseSession, organiser: CurrentOrganiser
) -> RegistrationDetail:
    """On behalf of somebody who said so elsewhere: the address is theirs, or they take the place they were offered."""
    was = registration.status
    found = registrations.confirm(session, registration.id)
    if found.status != was:
        audit.record(session, "registration.confirmed-on-behalf", by=organiser, event=found.event)
    return answers.registration_detail(session, found, sees_people=True)


@router.post("/send-link")
def send_link(registration: EditedRegistration, session: DatabaseSession, organiser: CurrentOrganiser) -> LinkSent:
    """Send the link to this registration to its address once more. Within one hour it is sent once."""
    require_on(registration.event)
    if registration.status == RegistrationStatus.CANCELLED:
        raise RegistrationClosed(
            "This registration is cancelled, so there is no link to send. Take it up again instead."
        )
    again = link_again(registration.event, registration.id, registration.status, is_asked_for=True)
    is_new = outbox.post(session, [again]) > 0
    if is_new:
        audit.record(session, "registration.link-sent", by=organiser, event=registration.event)
    return LinkSent(is_new=is_new)
