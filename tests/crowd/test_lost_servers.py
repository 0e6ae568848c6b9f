"""PostgreSQL and Redis go away in the middle of a crowd: honest answers, and everything is as it was said."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import redis

from services.local.postgres import Cluster
from services.local.redis import Server
from tests.crowd.people import Crowd
from tests.crowd.processes import running_apis
from tests.crowd.servers import durable_postgres, session_on, small_redis, upgrade
from tests.crowd.test_never_one_too_many import assert_all_is_right
from tests.factories import make_event


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the account which runs PostgreSQL can be let into."""
    with TemporaryDirectory(prefix="plenary-lost-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def test_postgresql_and_redis_die_in_the_middle_and_every_answer_was_true(folder: Path) -> None:
    people, places = 400, 150
    with ExitStack() as stack:
        database = stack.enter_context(durable_postgres(folder).running())
        cache = stack.enter_context(small_redis(folder).running())
        assert isinstance(database.server, Cluster)
        assert isinstance(cache.server, Server)
        database.server.ensure_database()
        url = database.server.url.render_as_string(hide_password=False)
        settings = {"PLENARY_DATABASE_URL": url, "PLENARY_REDIS_URL": cache.server.url_with_password}
        upgrade(settings)
        apis = stack.enter_context(running_apis(2, folder, **settings))
        session = stack.enter_context(session_on(url))
        event = make_event(session, places=places)
        session.close()
        crowd = Crowd(event.id, [process.port for process in apis])

        with crowd.coming([f"p{each}@example.org" for each in range(people)], connections=24):
            crowd.wait_until_told(60)
            with redis.Redis.from_url(cache.server.url_with_password) as client:
                client.flushall()
            crowd.wait_until_told(120)
            cache.kill()
            crowd.wait_until_told(200)
            database.kill()
            database.start()
            crowd.wait_until_told(300)
            cache.start()

        assert_all_is_right(session, event, crowd, places=places, people=people)
        assert any(each.tries > 1 for each in crowd.told)
