"""Links behind which an organiser chooses a password: signed, used once, gone after a week."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import clock, links, organisers, outbox
from shared.digests import keyed_digest
from shared.errors import NotFound
from shared.models import MessageKind, Organiser
from shared.outbox import NewMessage

VALID_FOR = timedelta(days=7)
# Octets: enough to tell two passwords apart, and the address stays short.
_PRINT = 8
_REMEDY = "This link is not valid any more. Ask for a new one on the sign-in page."


def send(session: Session, organiser: Organiser, *, by: Organiser | None = None, calendar: str | None = None) -> None:
    """The link by mail; at most one each hour for the same password. `by`: who invited them, to which calendar."""
    print_ = fingerprint(organiser)
    facts: dict[str, str | None] = {
        "organiser_id": str(organiser.id),
        "fingerprint": print_,
        "issued_at": clock.now().isoformat(),
    }
    facts |= {"by": by.name, "calendar": calendar} if by is not None else {}
    hour = f"{clock.now():%Y%m%d%H}"
    outbox.post(
        session,
        [NewMessage(None, None, MessageKind.WELCOME, f"{print_}-{hour}", address=organiser.address, facts=facts)],
    )


def fingerprint(organiser: Organiser) -> str:
    """Another one as soon as the password is another: what was sent before leads nowhere then."""
    return keyed_digest("password", f"{organiser.id}:{organiser.password_hash}")[:_PRINT].hex()


def choose(session: Session, token: str, password: str) -> Organiser:
    """Set the password of whom the link was sent to. Raises NotFound for a link that is used, old or not ours."""
    organiser_id, issued_at, print_ = links.read_password(token)
    # Held, so that of two who press in one instant only one sets it.
    organiser = session.scalar(select(Organiser).where(Organiser.id == organiser_id).with_for_update())
    if organiser is None or issued_at + VALID_FOR < clock.now() or fingerprint(organiser) != print_:
        raise NotFound(_REMEDY)
    organisers.set_password(session, organiser, password)
    return organiser
