"""Lists as files: passed on from the API to who may have them, and to nobody else."""

from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from services.dashboard import files
from services.dashboard.cookies import SESSION_COOKIE
from tests.dashboard.fake_api import FakeApi, Refusal
from tests.dashboard.specimens import event

PATH = "/dashboard/files/registrations.csv"


@pytest.fixture
def browser(fake: FakeApi) -> Callable[..., TestClient]:
    def open_one(token: str | None = None) -> TestClient:
        client = TestClient(Starlette(routes=files.routes), follow_redirects=False)
        client.cookies.set(SESSION_COOKIE, fake.world.sign_in() if token is None else token)
        return client

    return open_one


def test_a_list_is_passed_on_as_a_file(fake, browser):
    webinar = fake.world.add(event())

    answer = browser().get(PATH, params={"event": str(webinar.id)}, headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.text == "name,address\nAda,ada@example.org\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="cooling-cities.csv"'
    assert answer.headers["cache-control"] == "no-store"


def test_a_refused_list_leads_back_to_the_page(fake, browser):
    fake.world.refuse["/registrations.csv"] = Refusal(503, "down", "The service is being repaired")

    answer = browser().get(PATH, params={"event": "an-event"})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/dashboard/registrations?event=an-event&export=failed"


def test_another_site_cannot_start_an_export(fake, browser):
    answer = browser().get(PATH, params={"event": "an-event"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 303
    assert not any(".csv" in call for call in fake.world.calls)


def test_an_event_named_by_the_address_bar_cannot_reach_other_routes(fake, browser):
    browser().get(PATH, params={"event": "../me?x="})

    assert not any(call.endswith("/me") for call in fake.world.calls)


def test_without_a_session_nothing_is_asked(fake, browser):
    assert browser("").get(PATH, params={"event": "an-event"}).status_code == 303
    assert fake.world.calls == []
