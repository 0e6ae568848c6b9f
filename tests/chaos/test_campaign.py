"""Never lost, never twice, in a form short enough for every change; `make chaos` is the long one."""

import pytest

from tests.chaos.campaign import Plan, run

RECIPIENTS = 600


@pytest.mark.timeout(300)
def test_everything_is_killed_and_refused_and_everyone_gets_exactly_one_mail() -> None:
    outcome = run(
        Plan(recipients=RECIPIENTS, workers=2, seconds_between_blows=0.7, storm_seconds=60, seconds_at_most=240)
    )

    assert outcome.faults() == [], f"{outcome.figures()}\n{outcome.last_words}"
    assert len(outcome.statuses) == RECIPIENTS
    # It was a storm: everything was killed or emptied at least once, and the server did what servers do.
    assert min(outcome.blows.values()) >= 1
    assert {"later_at_recipient", "closing_at_sender", "later_after_data"} <= set(+outcome.server.did)
    print(outcome.figures())  # noqa: T201
