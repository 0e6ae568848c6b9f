"""Organisers' own texts: what they may name, how they look, whom they reach; and what hostile ones come to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from shared import events, links
from shared.errors import InvalidInput
from shared.links import Purpose
from shared.mail import filling, prose, texts
from shared.mail.mime import Mail
from shared.models import MessageKind
from shared.schemas.events import EventContent
from tests.factories import make_event
from tests.shared.mail.unsaved import (
    MESSAGE,
    Page,
    event,
    invitation,
    mail_at,
    registration,
    require_same_in_both_forms,
    rule,
)

THE_DAY_BEFORE = datetime(2026, 7, 21, 14, tzinfo=UTC)


def reminder(introduction: str | None, *, subject: str | None = None, to: Any = None, **about: Any) -> Mail:
    written = {"reminder": {"en": {"subject": subject, "introduction": introduction}}}
    told = event(mail_texts=written, **about)
    mail = mail_at(THE_DAY_BEFORE, MessageKind.REMINDER, about=told, to=to or registration())
    require_same_in_both_forms(mail, language=mail.language)
    return mail


def wrong_with(introduction: str | None = None, **text: Any) -> dict[str, str]:
    try:
        texts.check_one({"introduction": introduction} | text, field="text")
    except InvalidInput as problem:
        return problem.fields
    return {}


def test_the_organisers_words_stand_on_top_and_name_things() -> None:
    mail = reminder(
        "Dear {{ name }},\n\n**{{ title }}** of {{ organisation }} starts {{ starts_in }}: {{ when }}.\n\n"
        "[Come in]({{ join_link }}), or read [more]({{ event_link }}).",
        subject="See you soon, {{ name }}",
    )

    join = links.url(Purpose.JOIN, registration().id, MESSAGE)
    assert mail.subject == "See you soon, Ada Lovelace: Cities and water (22 Jul 2026)"
    words = mail.plain.partition("====\n")[2].strip()
    assert words.startswith("Dear Ada Lovelace,\n\nCities and water of River Cities starts tomorrow: Wednesday 22 July")
    assert f"Come in <{join}>" in mail.plain
    page = Page(mail.html)
    assert "See you soon, Ada Lovelace" in page.text
    assert {join, "http://testserver/events/cities-and-water"} <= set(page.links)
    assert "It starts tomorrow, and you have a place." in page.text


def test_the_reader_has_their_own_time_in_it() -> None:
    near, far = registration(), registration(time_zone="America/New_York")

    assert "at 09:00–10:30 (New York, UTC-4)" in reminder("at {{ when_here }}", to=far).plain
    assert "at Wednesday 22 July 2026, 15:00–16:30 (Madrid, UTC+2)" in reminder("at {{ when_here }}", to=near).plain


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Hi {{ name | default: 'friend' }}!", "Hi friend!"),
        ("{% if name %}Dear {{ name }}{% else %}Hello{% endif %}!", "Hello!"),
        ("{% unless recording_link %}No recording.{% endunless %}", "No recording."),
        ("{% case place %}{% when 'Room 1' %}Upstairs{% else %}Elsewhere{% endcase %}", "Elsewhere"),
        ("{{ title | upcase }} {% comment %}later{% endcomment %}", "CITIES AND WATER"),
        ("{{ title | truncatewords: 1 }}", "Cities..."),
    ],
)
def test_conditions_and_filters_work(source: str, said: str) -> None:
    nameless = registration(name="www.casino.example")

    assert reminder(source, to=nameless).plain.partition("====\n")[2].strip().startswith(said)
    assert wrong_with(source) == {}


@pytest.mark.parametrize(
    "source",
    [
        "{{ name | upcase }}",
        "{% if name == 'Ada Lovelace' %}ADA LOVELACE{% else %}Somebody{% endif %}",
        "{% if name contains 'Ada' %}ADA LOVELACE{% endif %}{% if name contains 'Bob' %}Somebody{% endif %}",
        "{{ name | default: 'x' | upcase }}",
    ],
)
def test_a_text_that_decides_by_the_reader_is_right_for_each(source: str) -> None:
    ada, bob = reminder(source), reminder(source, to=registration(name="Bob"))

    assert "ADA LOVELACE" in ada.plain
    assert "ADA LOVELACE" in Page(ada.html).text
    assert "ADA" not in bob.plain


@pytest.mark.parametrize("source", ["Hello {{ name }}", "{{ name | upcase }}"])
@pytest.mark.parametrize(
    "name",
    ["*Ada* _L_", "# Ada", "<b>Ada</b> & <script>x</script>", "[Ada](x)", "1. Ada", "Ada\n\nLovelace", "عائشة", "`A`"],
)
def test_a_name_is_no_markup_and_no_markdown(source: str, name: str) -> None:
    mail = reminder(source, to=registration(name=name))

    shown = " ".join(name.split())
    shown = shown.upper() if "upcase" in source else shown
    assert shown in mail.plain
    page = Page(mail.html)
    assert shown in page.text
    assert not {"em", "b", "code", "ol", "h3"} & set(page.tags)


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        "[x]({{ name }})",
        "[x](https://evil.example/{{ name }})",
        "[x](//evil.example)",
        "![x](https://tracker.example/{{ name }}.png)",
        "<a href='//evil.example'>x</a>",
        "<img src=//tracker.example/1.png onerror=alert(1)>",
        "<style>p{display:none}</style>",
        '[x](/a "title onclick=alert(1) <script>")',
        "[x][r]\n\n[r]: vbscript:x",
    ],
)
def test_no_link_leads_where_nobody_wrote_it_to_and_nothing_is_loaded(source: str) -> None:
    plain = reminder("Words.")

    page = Page(reminder(source, to=registration(name="javascript:alert(1)")).html)

    assert page.links == Page(plain.html).links
    assert page.loaded == []
    assert "img" not in page.tags


def test_every_link_can_be_pressed_and_is_in_the_text() -> None:
    source = "See https://a.example/x_y_z?b=1&c=2, <https://b.example>, [c](https://c.example) or {{ manage_link }}."

    mail = reminder(source)

    found = {"https://a.example/x_y_z?b=1&c=2", "https://b.example", "https://c.example"}
    assert found <= set(Page(mail.html).links)
    assert "See https://a.example/x_y_z?b=1&c=2, https://b.example, c <https://c.example> or http://testserver/my/" in (
        mail.plain
    )


def test_lists_quotations_and_tables_are_readable_as_text() -> None:
    source = (
        "# Plan\n\n1. one\n2. two\n   - three\n\n> said\n> so\n\n| a | b |\n|---|---|\n| c | d |\n\n```\ncode\n```\n"
    )

    plain = prose.as_text(source, {})

    assert plain.startswith("Plan\n\n1. one\n2. two\n   - three\n")
    assert "> said\n> so\n" in plain
    assert "a | b\nc | d" in plain
    assert plain.endswith("code")


@pytest.mark.parametrize(
    ("source", "line", "why"),
    [
        ("Hello {{ nmae }}", 1, "there is no name “nmae”; there are name, title"),
        ("Hello\n\n{{ name.size }}", 3, "there is no name “name.size”"),
        ("{% if event %}x{% endif %}", 1, "there is no name “event”"),
        ("One\n{{ name", 2, "expected '}}'"),
        ("One\nTwo\n{% for i in (1..9) %}{% endfor %}", 3, "unexpected tag 'for'"),
        ("{% assign x = name %}", 1, "unexpected tag 'assign'"),
        ("{% include 'x' %}", 1, "unexpected tag 'include'"),
        ("{% render 'x' %}", 1, "unexpected tag 'render'"),
        ("{% if name %}never closed", None, "endif"),
        ("{{ name | replace: 'a', 'b' }}", 1, "unknown filter 'replace'"),
        ("{{ name | append: name }}", 1, "unknown filter 'append'"),
        ("{{ 'x' | truncate: 'y' }}", 1, "truncate"),
        ("{{ 9" + "9" * 5000 + " }}", 1, "limit"),
        ("{% if " + "(" * 4000 + "name" + ")" * 4000 + " %}x{% endif %}", 1, "parentheses"),
        ("{% if name %}" * 500 + "{% endif %}" * 500, 1, "nesting"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_field_line_and_names(source: str, line: int | None, why: str) -> None:
    refused = wrong_with(source)

    assert list(refused) == ["text.introduction"]
    assert refused["text.introduction"].startswith(f"line {line}: " if line else "")
    assert why in refused["text.introduction"]


def test_a_subject_is_checked_too() -> None:
    assert "no name “nmae”" in wrong_with(subject="{{ nmae }}")["text.subject"]
    assert wrong_with(subject="Soon, {{ name }}") == {}


def test_an_event_is_not_saved_with_a_text_that_cannot_be_sent(session: Session) -> None:
    webinar = make_event(session)
    content = EventContent.model_validate(
        {"mail_texts": {"reminder": {"en": {"subject": "Soon"}, "es": {"introduction": "Hola\n{{ nombre }}"}}}}
    )

    with pytest.raises(InvalidInput) as refused:
        events.edit(session, webinar.id, content, version=None)

    assert list(refused.value.fields) == ["mail_texts.reminder.es.introduction"]
    assert "line 2" in refused.value.fields["mail_texts.reminder.es.introduction"]


@pytest.mark.parametrize(
    ("reader", "event_language", "written", "said"),
    [
        ("es", "en", ["es", "en", "fr"], "es"),
        ("es", "en", ["en", "fr"], "en"),
        ("es", "en", ["fr"], "fr"),
        ("es", "en", ["fr", "ca"], None),
        ("en", "ar", ["ar", "fr"], "ar"),
    ],
)
def test_a_text_is_in_the_readers_language_or_the_nearest_there_is(
    reader: str, event_language: str, written: list[str], said: str | None
) -> None:
    told = event(
        text_language=event_language,
        mail_texts={"reminder": {code: {"introduction": f"Words in {code}."} for code in written}},
    )

    mail = mail_at(THE_DAY_BEFORE, MessageKind.REMINDER, about=told, to=registration(language=reader))

    shown = [code for code in written if f"Words in {code}." in mail.plain]
    assert shown == ([said] if said else [])
    if said:
        assert f'lang="{said}" dir="{"rtl" if said == "ar" else "ltr"}"' in mail.html


def test_a_rules_text_goes_before_the_events_part_by_part() -> None:
    told = event(mail_texts={"reminder": {"en": {"subject": "Of the event", "introduction": "Of the event."}}})
    of_rule = rule(texts={"en": {"subject": "Of the rule", "introduction": None}})

    mail = mail_at(THE_DAY_BEFORE, MessageKind.REMINDER, about=told, by_rule=of_rule)
    without = mail_at(THE_DAY_BEFORE, MessageKind.REMINDER, about=told)

    assert mail.subject.startswith("Of the rule: ")
    assert "Of the event." in mail.plain
    assert without.subject.startswith("Of the event: ")


def test_a_text_belongs_to_its_kind_alone() -> None:
    told = event(mail_texts={"reminder": {"en": {"introduction": "Only here."}}})

    assert "Only here." not in mail_at(THE_DAY_BEFORE, MessageKind.CONFIRMATION, about=told).plain


def test_those_who_are_invited_get_their_own_link() -> None:
    told = event(mail_texts={"invitation": {"en": {"introduction": "[Yes]({{ invite_link }}) {{ manage_link }}"}}})

    mail = mail_at(THE_DAY_BEFORE, MessageKind.INVITATION, about=told, to=invitation())

    assert f"Yes <{links.url(Purpose.INVITED, invitation().id, MESSAGE)}>" in mail.plain
    require_same_in_both_forms(mail)


def test_a_text_that_fails_when_it_is_sent_is_left_out_and_noted() -> None:
    with capture_logs() as noted:
        mail = reminder("{{ nmae }}", subject="{% broken")

    assert mail.subject.startswith("Starts tomorrow: ")
    assert "It starts tomorrow, and you have a place." in mail.plain
    assert {line["event"] for line in noted} == {"message.text_not_usable"}


def test_a_subject_cannot_add_a_header() -> None:
    mail = reminder(None, subject="Soon {{ name }}", to=registration(name="Ada\r\nBcc: eve@example.org x"))

    assert "\n" not in mail.subject
    assert mail.subject.endswith("(22 Jul 2026)")


def test_a_long_subject_keeps_title_and_date() -> None:
    mail = reminder(None, subject="palabra " * 24, title="水" * 200)

    assert mail.subject.endswith("… (22 Jul 2026)")
    assert len(mail.subject) <= 150


def test_ten_thousand_characters_fit() -> None:
    mail = reminder("水" * 9_990)

    assert "水" * 9_990 in mail.plain


def test_too_much_formatting_is_refused_and_shown_plain_if_it_was_saved_anyway() -> None:
    table = "|a|a|a|a|a|\n|-|-|-|-|-|\n" + "|x|{{ name }}|x|x|x|\n" * 450

    assert "too long" in wrong_with(table)["text.introduction"]
    page = Page(reminder(table).html)
    assert "x | Ada Lovelace | x" in page.text
    assert page.tags.count("td") < 20


def test_what_is_common_is_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out = []
    real = prose.as_html
    monkeypatch.setattr(prose, "as_html", lambda *given: laid_out.append(given) or real(*given))
    source = "Once for all, dear {{ name }}: {{ join_link }}"

    mails = [reminder(source, to=registration(name=f"Reader {n}")) for n in range(20)]

    assert len(laid_out) == 1
    assert [f"dear Reader {n}: " in mail.plain for n, mail in enumerate(mails)] == [True] * 20


def test_every_name_that_a_text_may_use_is_documented() -> None:
    documented = "".join(page.read_text() for page in (Path(__file__).parents[3] / "docs").glob("**/*.md"))

    assert [name for name in texts.NAMES if f"| `{name}` |" not in documented] == []


@given(st.text(alphabet="{}%|. \n*_[]()<>#`~-!:'\"aname1=&\\", max_size=120))
@settings(deadline=None, max_examples=400)
def test_no_text_does_more_than_fail_or_be_shown(source: str) -> None:
    try:
        marked, values = filling.with_markers(source, texts.NAMES)
    except filling.TextProblem:
        return

    page = Page(f"<p>{prose.as_html(marked, values)}</p>")
    assert not {"script", "img", "style", "iframe", "form"} & set(page.tags)
    assert all(link.startswith(("http://", "https://", "mailto:")) for link in page.links if link)
    assert isinstance(prose.as_text(marked, values), str)
    wrong_with(source)
