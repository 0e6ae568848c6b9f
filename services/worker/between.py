"""A worker's own connection, for what it writes between two mails; it outlives a restart of PostgreSQL."""

import select
import time
from contextlib import suppress
from types import TracebackType

import psycopg
import structlog
from psycopg.errors import DuplicatePreparedStatement, error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, TimeoutError

from shared import marking
from shared.database import get_engine
from shared.marking import Standing, Values
from shared.models import Message

log = structlog.get_logger()

# Seconds between two tries to reach a database that went away: the dispatcher waits longer before it looks again.
_PAUSE = 0.1
_NAME = b"between"
_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, TimeoutError)


class Between:
    """Marks the mail that was sent last and looks at the next, in one journey. Use it as a context manager.

    PostgreSQL begins with `turn_to`, and the worker goes on until it needs the answer, which `standing` waits for: the
    next mail is written while the last one is being marked.

    What the server took is kept here until it is marked: should PostgreSQL go away in that moment, it is marked as
    soon as PostgreSQL is back, before anybody can take the message for an abandoned one.
    """

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._driver: PGconn | None = None
        self._sent: Values = marking.NOTHING_SENT
        self._next: Values = marking.NOTHING_NEXT
        self._is_asked = False

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

    def turn_to(self, message: Message, address: str) -> None:
        """Begin to mark, and to look at the next and at its address."""
        self._next = marking.following(message, address)
        try:
            self._ask()
        except _AWAY as problem:
            self._forget_connection(problem)

    def standing(self) -> Standing:
        """How the next stands, once the last is marked."""
        row = self._answer()
        return Standing(row.get_value(0, 0) == b"t", row.get_value(0, 1) == b"t") if row.ntuples else marking.GONE

    def mark(self) -> None:
        """What is left to be marked, and nothing else."""
        if self._is_asked:
            self._answer()
        if self._sent is not marking.NOTHING_SENT:
            self._answer()

    def _ask(self) -> None:
        values = marking.as_text({**self._sent, **self._next})
        self._opened().send_query_prepared(_NAME, values)
        self._is_asked = True

    def _answer(self) -> PGresult:
        """Waits for a database that does not answer: without it there is nothing else to do."""
        while True:
            try:
                if not self._is_asked:
                    self._ask()
                result = _result(self._opened())
            except _AWAY as problem:
                self._forget_connection(problem)
                time.sleep(_PAUSE)
            else:
                self._sent, self._next, self._is_asked = marking.NOTHING_SENT, marking.NOTHING_NEXT, False
                return result

    def _opened(self) -> PGconn:
        """Each statement is a transaction of its own there, committed when its answer comes."""
        if self._driver is None:
            self._connection = get_engine().connect().execution_options(isolation_level="AUTOCOMMIT")
            driver = self._connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            self._driver = driver.pgconn
            self._driver.send_prepare(_NAME, marking.NUMBERED_STATEMENT)
            with suppress(DuplicatePreparedStatement):  # The connection has been here before.
                _result(self._driver)
        return self._driver

    def _forget_connection(self, problem: Exception) -> None:
        log.warning("message.mark_waits", error=type(problem).__name__)
        connection, self._connection, self._driver, self._is_asked = self._connection, None, None, False
        if connection is not None:
            connection.invalidate()
            connection.close()


def _result(driver: PGconn) -> PGresult:
    """The whole answer. Other threads run meanwhile. Raises psycopg.Error."""
    found: PGresult | None = None
    while True:
        while driver.is_busy():
            select.select([driver.socket], [], [])
            driver.consume_input()
        result = driver.get_result()
        if result is None:
            break
        found = result
    if found is None or found.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        raise error_from_result(found) if found is not None else psycopg.OperationalError("no answer")
    return found
