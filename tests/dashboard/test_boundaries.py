"""What the dashboard must never hold, ask or do."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from services.dashboard.api_client import ApiClient
from services.dashboard.failures import Cause, Failure
from tests.dashboard.fake_api import Refusal

HERE = Path(__file__).parents[2] / "services" / "dashboard"


def test_the_dashboard_starts_without_a_database_a_key_or_their_libraries():
    code = (
        "import sys; import services.dashboard.asgi, services.dashboard.live.screen, "
        "services.dashboard.announcement.screen, services.dashboard.all_events, "
        "services.dashboard.registrations.screen, services.dashboard.registration_settings.screen, "
        "services.dashboard.mail.screen, services.dashboard.invitations.screen; "
        "found = {'sqlalchemy', 'psycopg', 'redis', 'rq'} & set(sys.modules); sys.exit(repr(found) if found else 0)"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}

    done = subprocess.run([sys.executable, "-c", code], env=bare, cwd=HERE.parents[1], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr[-2000:]


def test_the_configuration_keeps_the_rules_that_decide_whether_live_works():
    options = tomllib.loads((HERE / ".streamlit" / "config.toml").read_text())

    assert options["runner"]["postScriptGC"] is False
    assert options["browser"]["gatherUsageStats"] is False
    assert options["client"]["showErrorDetails"] == "none"
    assert options["server"]["enableCORS"] is True
    assert options["server"]["enableXsrfProtection"] is True
    assert options["server"]["baseUrlPath"] == "dashboard"


def test_no_chart_is_built_from_altair_objects():
    for module in HERE.rglob("*.py"):
        source = module.read_text(encoding="utf-8")
        assert "altair_chart" not in source
        assert "unsafe_allow_html" not in source


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (401, Cause.SIGNED_OUT),
        (403, Cause.FORBIDDEN),
        (404, Cause.NOT_FOUND),
        (409, Cause.REFUSED),
        (412, Cause.OUTDATED),
        (422, Cause.REFUSED),
        (429, Cause.BUSY),
        (503, Cause.BROKEN),
    ],
)
def test_every_refusal_has_a_cause_and_the_words_of_the_api(fake, status, cause):
    fake.world.refuse["/me"] = Refusal(status, "some-code", "A title", "A detail.", **{"Retry-After": "7"})

    answer = ApiClient(fake.url).me("token")

    assert isinstance(answer, Failure)
    assert (answer.cause, answer.code, answer.title, answer.detail) == (cause, "some-code", "A title", "A detail.")
    assert answer.retry_after == 7


def test_no_connection_is_a_failure_and_no_exception():
    answer = ApiClient("http://127.0.0.1:9").me("token")

    assert isinstance(answer, Failure)
    assert answer.cause is Cause.UNREACHABLE


def test_an_answer_of_another_shape_is_a_failure(fake):
    fake.world.me = lambda: {"unexpected": True}

    answer = ApiClient(fake.url).me(fake.world.sign_in())

    assert isinstance(answer, Failure)
    assert answer.cause is Cause.BROKEN


def test_an_event_named_by_the_address_bar_cannot_reach_other_routes(fake):
    ApiClient(fake.url).stats(fake.world.sign_in(), "../sessions?x=")

    assert not any(call.endswith("/sessions") for call in fake.world.calls)
