"""The mailbox that is read over IMAP (RFC 9051): what comes is kept, then marked, and goes after 30 days.

A mail is marked only when it is in the database. Whatever happens between the two, it is seen again, and known for one.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from sqlalchemy.exc import SQLAlchemyError

from shared import clock
from shared.database import new_session
from shared.inbound import keeping
from shared.settings import Settings, SmtpSecurity

log = structlog.get_logger()

# Seconds between two looks, and after trouble: doubling up to the longest.
_PAUSE = 15.0
_AFTER_TROUBLE, _LONGEST = 5.0, 300.0
_TIMEOUT = 30.0
_AT_ONCE = 25
# Ours, so that it does not matter whether a person reads the mailbox too. Where the server allows no flags of one's
# own, having been read has to do.
_KEPT, _LEFT, _SEEN = b"$PlenaryKept", b"$PlenaryLeft", b"\\Seen"
_ANY_FLAG = b"\\*"
KEPT_FOR = timedelta(days=30)
_SIZE, _WHOLE, _BEGINNING = b"RFC822.SIZE", b"BODY[]", f"BODY.PEEK[]<0.{keeping.KEPT_OF_LARGER}>".encode()


def read_mailbox(settings: Settings, stop: threading.Event) -> None:
    """Until told to stop. Connections end, servers restart, passwords are changed: it tries again."""
    wait = _AFTER_TROUBLE
    while not stop.is_set():
        try:
            with _open(settings) as mailbox:
                wait = _AFTER_TROUBLE
                while not stop.is_set():
                    if not mailbox.take_in():
                        stop.wait(_PAUSE)
        except (IMAPClientError, OSError, SQLAlchemyError) as problem:
            log.warning("inbound.mailbox_lost", error=type(problem).__name__)
            stop.wait(wait)
            wait = min(wait * 2, _LONGEST)


@contextmanager
def _open(settings: Settings) -> Iterator["Mailbox"]:
    with IMAPClient(
        settings.imap_host,
        settings.imap_port,
        ssl=settings.imap_security is SmtpSecurity.TLS,
        timeout=_TIMEOUT,
    ) as client:
        if settings.imap_security is SmtpSecurity.STARTTLS:
            client.starttls()
        if settings.imap_username:
            password = settings.imap_password.get_secret_value() if settings.imap_password else ""
            client.login(settings.imap_username, password)
        selected = client.select_folder(settings.imap_folder)
        yield Mailbox(client, has_own_flags=_ANY_FLAG in selected.get(b"PERMANENTFLAGS", ()))


class Mailbox:
    """One folder, selected over one connection."""

    def __init__(self, client: IMAPClient, *, has_own_flags: bool) -> None:
        self.client, self.has_own_flags = client, has_own_flags
        self._cleared_at = clock.now() - timedelta(days=1)

    def take_in(self) -> bool:
        """Keep and mark what is new. True where there was something, so that it is asked again at once."""
        self.client.noop()
        new = ["UNKEYWORD", _KEPT, "UNKEYWORD", _LEFT] if self.has_own_flags else ["UNSEEN"]
        found = sorted(self.client.search(["UNDELETED", *new]))
        for start in range(0, len(found), _AT_ONCE):
            self._take(found[start : start + _AT_ONCE])
        self._clear()
        return bool(found)

    def _take(self, uids: Sequence[int]) -> None:
        """Sizes first: nothing that is too large comes over the line as a whole."""
        sizes = {uid: one[_SIZE] for uid, one in self.client.fetch(uids, [_SIZE]).items() if _SIZE in one}
        usual = [uid for uid, size in sizes.items() if size <= keeping.SIZE_LIMIT]
        large = [uid for uid, size in sizes.items() if size > keeping.SIZE_LIMIT]
        for uid in usual:
            self._keep(uid, _octets(self.client.fetch([uid], [b"BODY.PEEK[]"]), uid))
        for uid in large:
            self._keep(uid, _octets(self.client.fetch([uid], [_BEGINNING]), uid), size=sizes[uid])

    def _keep(self, uid: int, octets: bytes | None, *, size: int | None = None) -> None:
        """In a transaction of its own, and marked after it. What is gone meanwhile is nobody's any more."""
        if octets is None:
            return
        sender, recipients = keeping.envelope_of(octets)
        with new_session() as session:
            if size is None:
                new = keeping.keep(session, octets, sender=sender, recipients=recipients)
            else:
                new = keeping.keep_beginning(session, octets, sender=sender, recipients=recipients, size=size)
            session.commit()
        self._mark(uid, is_ours=bool(recipients))
        log.info("inbound.kept", mails=new)

    def _mark(self, uid: int, *, is_ours: bool) -> None:
        """What is for none of our mailboxes is somebody else's: it is left alone, and unread, from now on."""
        own = [_KEPT, _SEEN] if is_ours else [_LEFT]
        self.client.add_flags([uid], own if self.has_own_flags else [_SEEN], silent=True)

    def _clear(self) -> None:
        """What was kept here for as long as we keep it ourselves goes. Not where a person may have read it instead."""
        if not self.has_own_flags or clock.now() - self._cleared_at < timedelta(hours=1):
            return
        self._cleared_at = clock.now()
        old = self.client.search(["KEYWORD", _KEPT, "BEFORE", (clock.now() - KEPT_FOR).date()])
        if old:
            self.client.delete_messages(old, silent=True)
            if self.client.has_capability("UIDPLUS"):
                self.client.uid_expunge(old)
            log.info("inbound.mailbox_cleared", mails=len(old))


def _octets(answered: Mapping[int, Mapping[bytes, Any]], uid: int) -> bytes | None:
    """A beginning is answered under a name of its own: `BODY[]<0>`."""
    for name, value in answered.get(uid, {}).items():
        if name.startswith(_WHOLE) and isinstance(value, bytes):
            return value
    return None
