"""The example announcements give exactly the facts and remarks that are written down for them."""

import pytest

from shared.announcements import read_announcement, write_announcement
from shared.schemas.remarks import Weight
from tests.shared.announcements.example_facts import EXPECTED, REMARKS
from tests.shared.announcements.facts import TODAY, codes, read_example


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_gives_every_fact_it_states(name: str) -> None:
    read = read_example(name)

    assert read.model_copy(update={"remarks": []}) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_gives_these_remarks_and_no_other(name: str) -> None:
    assert codes(read_example(name)) == REMARKS.get(name, [])


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_that_is_written_again_reads_as_the_same_facts(name: str) -> None:
    read = read_example(name)

    again = read_announcement(write_announcement(read), today=TODAY)

    about_the_text = {"remarks", "time_text"}
    assert again.model_dump(exclude=about_the_text) == read.model_dump(exclude=about_the_text)


def test_cet_in_winter_is_no_doubt() -> None:
    read = read_example("winter-cycling.md", home_zone="Europe/Oslo")

    assert read.time_zone == "Europe/Oslo"
    assert not [remark for remark in read.remarks if remark.weight is Weight.DOUBT]


def test_est_in_summer_offers_both_readings() -> None:
    (doubt,) = (r for r in read_example("heat-workshop.txt").remarks if r.weight is Weight.DOUBT)

    assert doubt.code == "time-zone-abbreviation-doubtful"
    assert [(reading.key, f"{reading.starts_at:%H:%M}Z") for reading in doubt.readings] == [
        ("local", "14:00Z"),
        ("literal", "15:00Z"),
    ]
