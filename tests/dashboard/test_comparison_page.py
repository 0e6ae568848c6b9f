"""The page Compare, and the report as a file."""

from datetime import UTC, datetime, timedelta

from services.dashboard.comparison import chart, tables
from tests.dashboard.conftest import words
from tests.dashboard.fake_numbers import compared
from tests.dashboard.specimens import HOSTILE, event

PAGE = "screens/compare.py"


def earlier(fake, weeks, title="Before"):
    return fake.world.add(event(title=title, starts_at=datetime.now(UTC) - timedelta(weeks=weeks)))


def test_an_event_stands_beside_the_ones_before_it(fake, open_page):
    now = fake.world.add(event(title="This one"))
    first, second = earlier(fake, 9, "The first"), earlier(fake, 3, "The second")

    drawn = words(open_page(PAGE, event=str(now.id)))

    assert fake.world.numbers.asked == [[str(now.id), str(second.id), str(first.id)]]
    assert "1 This one" in drawn
    assert "3 The first" in drawn
    assert "Registered 12 days before the start" in drawn


def test_the_address_names_what_is_compared(fake, open_page):
    now, other = fake.world.add(event()), earlier(fake, 3)
    earlier(fake, 9)
    page = open_page(PAGE, event=str(now.id), **{"with": str(other.id)})

    assert fake.world.numbers.asked[-1] == [str(now.id), str(other.id)]
    assert [page.query_params["with"]] == [str(other.id)]


def test_hostile_titles_and_audiences_stay_text(fake):
    one = compared(event(title=HOSTILE))
    one.audiences[0].audience = HOSTILE

    drawn = tables.audiences([one]) + tables.audiences([one])

    assert "<img" not in drawn
    assert "&lt;img" in drawn


def test_lines_are_told_apart_by_more_than_colour(fake):
    spec = chart._spec(chart.palette(), ("1 a", "2 b", "3 c", "4 d"), by_share=False)
    dashes = spec["layer"][0]["encoding"]["strokeDash"]["scale"]["range"]

    assert len({tuple(dash) for dash in dashes}) == 4


def test_a_share_is_of_the_places_there_are(fake):
    rows = chart.points([compared(event(places=600))], by_share=True)

    assert rows[-1]["value"] == 300 / 600
    assert rows[-1]["days"] == 0


def test_without_the_api_the_page_says_so(fake, open_page):
    fake.world.add(event())
    page = open_page(PAGE)
    fake.stop()
    page.segmented_control(key="compare_manner").set_value("Share of places").run()
    assert "What came of it" in words(page)
    fake.start()
