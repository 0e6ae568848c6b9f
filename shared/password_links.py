"""Links behind which an organiser chooses a password: signed, used once, gone after a week."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, links, organisers, outbox
from shared.digests import keyed_digest
from shared.errors import NotFound
from shared.models import Calendar, MessageKind, Organiser
from shared.outbox import NewMessage

VALID_FOR = timedelta(days=7)
# Octets: enough to tell two passwords apart, and the address stays short.
_PRINT = 8
_REMEDY = "This link is not valid any more. Ask for a new one on the sign-in page."


def send(
    session: Session, organiser: Organiser, *, by: Organiser | None = None, calendar: Calendar | None = None
) -> None:
    """The link by mail. `by`: who invited them, to which calendar, in whose language the mail is then.

    In an hour at most one invitation leaves and one link that was asked for, as long as the password is the same.
    """
    print_ = fingerprint(organiser)
    facts: dict[str, str | None] = {
        "organiser_id": str(organiser.id),
        "fingerprint": print_,
        "issued_at": clock.now().isoformat(),
    }
    if by is not None:
        facts |= {"by": by.name}
    if calendar is not None:
        facts |= {"calendar": calendar.title, "language": calendar.language}
    occasion = f"{'asked' if by is None else 'invited'}-{print_}-{clock.now():%Y%m%d%H}"
    outbox.post(
        session,
        [NewMessage(None, None, MessageKind.WELCOME, occasion, address=organiser.address, facts=facts)],
    )


def fingerprint(organiser: Organiser) -> str:
    """Another one as soon as the password is another: what was sent before leads nowhere then."""
    return keyed_digest("password", f"{organiser.id}:{organiser.password_hash}")[:_PRINT].hex()


def url(organiser: Organiser) -> str:
    """The link itself, for an operator to hand over where no mail arrives."""
    return links.password_url(organiser.id, fingerprint(organiser), clock.now())


def whose(session: Session, token: str) -> Organiser:
    """Whom the link was made for. Raises NotFound for one that is used, old or not ours."""
    return _whose(session, token, hold=False)


def choose(session: Session, token: str, password: str) -> Organiser:
    """Set the password of whom the link was made for. Raises NotFound as `whose` does."""
    # Held, so that of two who press in one instant only one sets it.
    organiser = _whose(session, token, hold=True)
    organisers.set_password(session, organiser, password)
    return organiser


def _whose(session: Session, token: str, *, hold: bool) -> Organiser:
    organiser_id, issued_at, print_ = links.read_password(token)
    query = select(Organiser).where(Organiser.id == organiser_id)
    organiser = session.scalar(query.with_for_update() if hold else query)
    if organiser is None or issued_at + VALID_FOR < clock.now() or fingerprint(organiser) != print_:
        raise NotFound(_REMEDY)
    return organiser
