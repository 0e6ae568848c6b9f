"""The run: a campaign to many while everything is killed, emptied, restarted, and the mail server misbehaves.

`python -m tests.chaos` prints its figures; `tests/chaos/test_campaign.py` is the shorter form.
"""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import redis
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.local.postgres import Cluster
from services.local.redis import Server
from shared import clock
from shared.admission import Application, register_many
from shared.models import Event, Message, MessageKind, MessageStatus, Registration, RegistrationSource
from tests.chaos.hostile_server import NEVER, NOT_THIS, HostileServer
from tests.chaos.processes import Carrier, carriers
from tests.crowd.servers import Killable, durable_postgres, session_on, small_redis, upgrade
from tests.factories import applicant, make_event

_AT_ONCE = 500
_SETTLED = (MessageStatus.SENT, MessageStatus.FAILED)
# As long as a worker may be silent before another takes over, and as long as a stalled server is waited for.
_LEASE_SECONDS, _SMTP_PATIENCE_SECONDS = 8, 1.5


@dataclass(frozen=True)
class Plan:
    """`calm_after`: the share of the campaign after which nothing is killed any more, so that the end is reached;
    `storm_seconds`: after which it is calm as well, on a machine so busy that nothing gets up between two blows."""

    recipients: int = 10_000
    workers: int = 3
    seed: int = 2027
    seconds_between_blows: float = 1
    calm_after: float = 0.9
    storm_seconds: float = 600
    seconds_at_most: float = 1200


@dataclass
class Outcome:
    """What the server took, what the outbox says, and what was done to them."""

    server: HostileServer
    seconds: float
    blows: Counter[str] = field(default_factory=Counter)
    statuses: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    unsettled: int = 0
    ended_by_itself: Counter[str] = field(default_factory=Counter)
    last_words: str = ""

    @property
    def copies_too_many(self) -> int:
        return sum(len(copies) - 1 for copies in self.server.taken.values())

    @property
    def allowed_copies(self) -> int:
        """One in flight for each killed worker; and what the server took without telling, which no client can know."""
        return self.blows["worker killed"] + self.server.untold

    def figures(self) -> dict[str, object]:
        told = Counter(status for status, _ in self.statuses.values())
        return {
            "recipients": len(self.statuses),
            "seconds": round(self.seconds, 1),
            "by status": dict(told),
            "not settled": self.unsettled,
            "mails taken by the server": sum(map(len, self.server.taken.values())),
            "second copies": self.copies_too_many,
            "second copies allowed (workers killed + taken without telling)": self.allowed_copies,
            "blows": dict(sorted(self.blows.items())),
            "the server": {what: count for what, count in sorted(self.server.did.items()) if count},
            "ended by themselves": dict(self.ended_by_itself),
        }

    def faults(self) -> list[str]:
        """What is not as it must be; empty when all is well."""
        server, found = self.server, []
        expected = {address: MessageStatus.SENT for address in self.statuses}
        expected |= dict.fromkeys(server.never | server.disliked, MessageStatus.FAILED)
        wrong = {address: said for address, said in self.statuses.items() if said[0] != expected[address]}
        if wrong or self.unsettled:
            found.append(f"{len(wrong)} are not as they should be, such as {list(wrong.items())[:3]}.")
        words = {address: NEVER for address in server.never} | {address: NOT_THIS for address in server.disliked}
        silent = [address for address, reply in words.items() if self.statuses[address][1] != reply]
        if silent:
            found.append(f"{len(silent)} refused ones do not say why, such as {silent[:3]}.")
        missing = [one for one, status in expected.items() if status == MessageStatus.SENT and one not in server.taken]
        if missing:
            found.append(f"{len(missing)} never arrived, such as {missing[:3]}.")
        different = [address for address, copies in server.taken.items() if len(set(copies)) > 1]
        if different:
            found.append(f"{len(different)} second copies have another Message-ID, such as those to {different[:3]}.")
        if self.copies_too_many > self.allowed_copies:
            found.append(f"{self.copies_too_many} second copies, of which {self.allowed_copies} can be explained.")
        return found


def run(plan: Plan, say: Callable[[str], None] = lambda _: None) -> Outcome:
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="plenary-chaos-", ignore_cleanup_errors=True))
        )
        database = stack.enter_context(durable_postgres(folder).running())
        cache = stack.enter_context(small_redis(folder).running())
        assert isinstance(database.server, Cluster)
        assert isinstance(cache.server, Server)
        database.server.ensure_database()
        url = database.server.url.render_as_string(hide_password=False)
        settings = {"PLENARY_DATABASE_URL": url, "PLENARY_REDIS_URL": cache.server.url_with_password}
        upgrade(settings)
        session = stack.enter_context(session_on(url))
        addresses = [f"p{number}@example.org" for number in range(plan.recipients)]
        chosen = random.Random(plan.seed).sample(addresses, max(4, plan.recipients // 50))
        server = HostileServer(plan.seed, never=frozenset(chosen[::2]), disliked=frozenset(chosen[1::2]))
        event = _due_campaign(session, addresses)
        say(f"{plan.recipients} people are registered; the campaign begins.")
        stack.enter_context(server.serving())
        settings |= {
            "PLENARY_SMTP_PORT": str(server.port),
            "PLENARY_SMTP_TIMEOUT": str(_SMTP_PATIENCE_SECONDS),
            "PLENARY_LEASE_LIFETIME": f"PT{_LEASE_SECONDS}S",
            "PLENARY_MESSAGES_PER_JOB": "50",
            "PLENARY_CANARY_MINUTES": "0",
        }
        began = time.monotonic()
        with carriers(folder, settings, workers=plan.workers) as running:
            storm = _Storm(plan, running, database, cache)
            _weather(session, event, plan, storm, say)
            outcome = Outcome(server, time.monotonic() - began, storm.blows)
            outcome.ended_by_itself = Counter({one.kind: one.ended_by_itself for one in running})
            outcome.last_words = "\n".join(one.last_words for one in running)
        outcome.statuses = _statuses(session, event)
        outcome.unsettled = sum(status not in _SETTLED for status, _ in outcome.statuses.values())
        return outcome


def _due_campaign(session: Session, addresses: list[str]) -> Event:
    """An event that starts within the hour, so that the reminder to everybody is due."""
    starts_at = clock.now() + timedelta(minutes=50)
    with clock.travel_to(clock.now() - timedelta(days=3)):
        event = make_event(session, starts_at_local=starts_at.replace(tzinfo=None, microsecond=0), time_zone="UTC")
        for first in range(0, len(addresses), _AT_ONCE):
            applications = [
                Application(applicant(address), RegistrationSource.IMPORT, "en", sends_mail=False)
                for address in addresses[first : first + _AT_ONCE]
            ]
            register_many(session, event.id, applications)
            session.commit()
    return event


class _Storm:
    """Blow after blow, each at something else, in an order that the seed decides."""

    def __init__(self, plan: Plan, running: list[Carrier], database: Killable, cache: Killable) -> None:
        self._random, self.blows = random.Random(plan.seed), Counter[str]()
        self._dispatcher, *self._workers = running
        self._database, self._cache = database, cache
        self._kinds: Mapping[str, tuple[Callable[[], None], int]] = {
            "worker killed": (lambda: self._random.choice(self._workers).kill(), 5),
            "dispatcher killed": (self._dispatcher.kill, 2),
            "redis emptied": (self._empty, 2),
            "redis killed": (lambda: self._restart(cache), 1),
            "postgresql killed": (lambda: self._restart(database), 1),
        }
        # Each at least once, however short the storm is.
        self._first = [kind for kind in self._kinds]

    def blow(self) -> str:
        weights = [weight for _, weight in self._kinds.values()]
        kind = self._first.pop() if self._first else self._random.choices(list(self._kinds), weights)[0]
        self._kinds[kind][0]()
        self.blows[kind] += 1
        return kind

    def _empty(self) -> None:
        assert isinstance(self._cache.server, Server)
        with redis.Redis.from_url(self._cache.server.url_with_password) as client:
            client.flushall()

    def _restart(self, server: Killable) -> None:
        server.kill()
        time.sleep(self._random.uniform(0.1, 1.5))
        server.start()


def _weather(session: Session, event: Event, plan: Plan, storm: _Storm, say: Callable[[str], None]) -> None:
    """Until everything is settled, or the time is over."""
    began = time.monotonic()
    done = -1
    while time.monotonic() - began < plan.seconds_at_most:
        now_done = _done(session, event)
        if now_done == plan.recipients:
            return
        if done < now_done:
            say(f"{time.monotonic() - began:5.0f} s  {now_done:6} settled  {dict(storm.blows)}")
        done = now_done
        is_stormy = time.monotonic() - began < plan.storm_seconds
        if is_stormy and 0 < done < plan.calm_after * plan.recipients:
            storm.blow()
        time.sleep(plan.seconds_between_blows)


def _done(session: Session, event: Event) -> int:
    query = select(func.count()).where(Message.event_id == event.id, Message.status.in_(_SETTLED))
    try:
        return session.scalar(query) or 0
    except SQLAlchemyError:
        return 0
    finally:
        session.rollback()


def _statuses(session: Session, event: Event) -> dict[str, tuple[str, str | None]]:
    query = select(Registration.address, Message.status, Message.reply).join(
        Message, Message.registration_id == Registration.id
    )
    rows = session.execute(query.where(Message.event_id == event.id, Message.kind == MessageKind.REMINDER)).all()
    assert len({address for address, _, _ in rows}) == len(rows)
    return {address: (status, reply) for address, status, reply in rows}
