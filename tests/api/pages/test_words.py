"""Small rules of the pages: zones as people name them, Markdown that can do no harm."""

import pytest

from services.api.pages.zones import find_zone, zone_choices
from shared.markdown import plain_text, rich_text, shortened


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Madrid", "Europe/Madrid"),
        (" europe/madrid ", "Europe/Madrid"),
        ("Madrid", "Europe/Madrid"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("utc", "UTC"),
        ("CET", None),
        ("EST", None),
        ("GMT+2", None),
        ("", None),
        (None, None),
        ("x" * 10_000, None),
    ],
)
def test_a_zone_is_found_by_the_name_people_give_it(typed: str | None, zone: str | None) -> None:
    assert find_zone(typed) == zone


def test_the_list_of_zones_holds_places_only() -> None:
    choices = zone_choices()

    assert 350 < len(choices) < 450
    assert {"UTC", "Europe/Madrid", "America/Chicago"} <= set(choices)
    assert all("/" in name or name == "UTC" for name in choices)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**b** *i* ~~s~~", "<p><strong>b</strong> <em>i</em> <s>s</s></p>\n"),
        ("# Title", "<h3>Title</h3>\n"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("![pic](https://x.example/p.png)", "<p>pic</p>\n"),
        ("![<b>](https://x.example/p.png)", "<p>&lt;b&gt;</p>\n"),
        ("[a](https://x.example)", '<p><a href="https://x.example" rel="noopener nofollow">a</a></p>\n'),
        ("[a](javascript:x)", "<p>[a](javascript:x)</p>\n"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
    ],
)
def test_markdown_can_do_no_harm(source: str, html: str) -> None:
    assert rich_text(source) == html


def test_plain_text_keeps_the_words() -> None:
    assert (
        plain_text("# A\n\nOne **two**\nthree [four](https://x.example)\n\n- five")
        == "A\n\nOne two\nthree four\n\nfive"
    )


def test_a_short_form_ends_at_a_word() -> None:
    assert shortened("One two, three four", length=10) == "One two…"
    assert shortened("One", length=10) == "One"
