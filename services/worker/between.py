"""A worker's own connection, for what it writes between two mails; it outlives a restart of PostgreSQL."""

import time
from types import TracebackType
from typing import Any

import psycopg
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, TimeoutError

from shared import marking
from shared.database import get_engine
from shared.mail.recipients import recipient_of
from shared.marking import Standing, Values
from shared.models import Message

log = structlog.get_logger()

# Seconds between two tries to reach a database that went away: the dispatcher waits longer before it looks again.
_PAUSE = 0.1


class Between:
    """Marks the mail that was sent last and looks at the next, in one journey. Use it as a context manager.

    What the server took is kept here until it is marked: should PostgreSQL go away in that moment, it is marked as
    soon as PostgreSQL is back, before anybody can take the message for an abandoned one.
    """

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._driver: psycopg.Connection[tuple[Any, ...]] | None = None
        self._sent: Values = marking.NOTHING_SENT

    def __enter__(self) -> "Between":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.mark()
        finally:
            if self._connection is not None:
                self._connection.close()

    def note_sent(self, message: Message, reply: str) -> None:
        """To be followed at once by `turn_to`, `mark`, or the end of the block."""
        self._sent = marking.sent(message, reply)

    def turn_to(self, message: Message) -> Standing:
        """How the next stands, right before it is sent."""
        row = self._write(marking.following(message, recipient_of(message).address))
        return Standing(*row) if row else marking.GONE

    def mark(self) -> None:
        if self._sent is not marking.NOTHING_SENT:
            self._write(marking.NOTHING_NEXT)

    def _write(self, following: Values) -> tuple[Any, ...] | None:
        """Waits for a database that does not answer: without it there is nothing else to do."""
        while True:
            try:
                cursor = self._opened().execute(marking.STATEMENT, {**self._sent, **following}, prepare=True)
                row = cursor.fetchone()
            except (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, TimeoutError) as problem:
                log.warning("message.mark_waits", error=type(problem).__name__)
                self._forget_connection()
                time.sleep(_PAUSE)
            else:
                self._sent = marking.NOTHING_SENT
                return row

    def _opened(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Each statement is a transaction of its own there, committed when it returns."""
        if self._driver is None:
            self._connection = get_engine().connect().execution_options(isolation_level="AUTOCOMMIT")
            driver = self._connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            self._driver = driver
        return self._driver

    def _forget_connection(self) -> None:
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            connection.invalidate()
            connection.close()
