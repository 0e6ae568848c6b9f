"""An organisation's own templates: they go before ours, may build on ours, and a broken one costs no mail."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.mail.mime import Mail
from shared.models import MessageKind
from shared.settings import get_settings
from tests.shared.mail.unsaved import event, mail_at, registration, require_same_in_both_forms

THE_DAY_BEFORE = datetime(2026, 7, 21, 14, tzinfo=UTC)
_numbers = count(1)
OURS = "It starts tomorrow, and you have a place."


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(get_settings(), "mail_templates_dir", tmp_path)
    for folder in ("html", "text"):
        (tmp_path / folder).mkdir()
    return tmp_path


def reminder(name: str = "Ada Lovelace") -> Mail:
    # What was rendered is kept: with a title of its own no test meets the mail of another.
    title = f"Cities and water {next(_numbers)}"
    mail = mail_at(THE_DAY_BEFORE, MessageKind.REMINDER, to=registration(name=name), about=event(title=title))
    require_same_in_both_forms(mail)
    return mail


def test_a_template_of_the_same_name_goes_before_ours(own: Path) -> None:
    (own / "reminder.jinja").write_text(
        '{% extends "layout.jinja" %}{% set tone = "good" %}\n'
        "{% block subject %}Tomorrow{% endblock %}{% block headline %}Tomorrow!{% endblock %}\n"
        "{% block body %}Dear {{ name | said }}, come & see.\n{{ event.url }}\n{% endblock %}\n"
    )

    with capture_logs() as noted:
        mail = reminder("Bob & Ada")

    assert noted == []
    assert mail.subject.startswith("Tomorrow: Cities and water")
    assert "Dear Bob & Ada, come & see." in mail.plain
    assert "<bdi>Bob &amp; Ada</bdi>" in mail.html
    assert OURS not in mail.plain
    assert "It was sent by River Cities" in mail.plain


def test_a_template_may_build_on_the_one_it_replaces(own: Path) -> None:
    (own / "reminder.jinja").write_text(
        '{% extends "ours/reminder.jinja" %}\n{% block body %}{{ super() }}\nBring boots.\n{% endblock %}\n'
    )

    with capture_logs() as noted:
        mail = reminder()

    assert noted == []
    assert mail.subject.startswith("Starts tomorrow: ")
    for form in (mail.plain, mail.html):
        assert OURS in form
        assert "Bring boots." in form


def test_the_layout_of_one_form_can_be_replaced_alone(own: Path) -> None:
    (own / "html" / "layout.jinja").write_text(
        '<!doctype html>\n<html lang="{{ language }}" dir="{{ direction }}"><title>{{ subject }}</title>\n'
        '<body class="house">{% block headline %}{% endblock %} {{ event.title | said }}\n'
        "{% block body %}{% endblock %}</body></html>\n"
    )

    mail = reminder()

    assert 'class="house"' in mail.html
    assert OURS in mail.html
    assert "It was sent by River Cities" in mail.plain


@pytest.mark.parametrize(
    ("template", "line", "error"),
    [
        ("{% extends 'layout.jinja' %}\n{% block body %}\n{{ never closed", 3, "TemplateSyntaxError"),
        ("{{ nobody_set_this }}", None, "UndefinedError"),
        ("{% extends 'nowhere.jinja' %}", None, "TemplateNotFound"),
        ("{{ 1 / 0 }}", None, "ZeroDivisionError"),
        ("{{ event.title.nothing() }}", None, "UndefinedError"),
        ("Dear {{ name | upper }}", None, "changed by a filter"),
        ("Dear {{ name[:5] }}", None, "changed by a filter"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", None, "RecursionError"),
    ],
)
def test_a_broken_template_gives_way_to_ours_and_is_noted(
    own: Path, template: str, line: int | None, error: str
) -> None:
    (own / "reminder.jinja").write_text(template)

    with capture_logs() as noted:
        mail = reminder()

    assert mail.subject.startswith("Starts tomorrow: Cities and water")
    assert OURS in mail.plain
    assert "Ada Lovelace" not in str(noted)
    broken = [one for one in noted if one["event"] == "mail.template_broken"]
    assert any(error in one["error"] and one["kind"] == "reminder" for one in broken)
    assert line is None or broken[0]["line"] == line


def test_an_empty_or_missing_folder_changes_nothing(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert OURS in reminder().plain

    monkeypatch.setattr(get_settings(), "mail_templates_dir", own / "not-there")
    assert OURS in reminder().plain
