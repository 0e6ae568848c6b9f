"""The catalogues are complete: every text of pages and mails, in every language, with the same placeholders."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from shared.translations import (
    CATALOGUES,
    DOMAIN,
    LANGUAGES,
    SOURCE_LANGUAGE,
    best_language,
    language_name,
    translations,
)

ROOTS = (Path(__file__).parents[2] / "services", Path(__file__).parents[2] / "shared")
TRANSLATED = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
# `pybabel extract -k translate` finds the same.
KEYWORDS = DEFAULT_KEYWORDS | {"translate": None}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s|%s|%%")


@cache
def sources() -> frozenset[tuple[str, ...]]:
    """Every text in the code and the templates: the singular, and the plural where there is one."""
    with (CATALOGUES / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = [entry for root in ROOTS for entry in extract_from_dir(root, methods, options, keywords=KEYWORDS)]
    return frozenset(as_tuple(texts) for _, _, texts, _, _ in found)


@cache
def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language)


def as_tuple(texts: object) -> tuple[str, ...]:
    return tuple(str(text) for text in texts) if isinstance(texts, list | tuple) else (str(texts),)


def entries(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def placeholders(text: str) -> list[str]:
    return sorted(found for found in _PLACEHOLDER.findall(text) if found)


def test_there_are_texts_of_pages_and_of_mails() -> None:
    assert ("Skip to the content",) in sources()
    assert ("You are registered",) in sources()


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_holds_exactly_what_the_code_says(language: str) -> None:
    known = {as_tuple(message.id) for message in entries(language)}

    assert sorted(sources() - known) == [], "Run `make translations`, then translate these."
    assert sorted(known - sources()) == [], "Run `make translations`: nothing says these any more."


@pytest.mark.parametrize("language", TRANSLATED)
def test_everything_is_translated_and_nothing_is_a_guess(language: str) -> None:
    assert [message.id for message in entries(language) if not all(as_tuple(message.string))] == []
    assert [message.id for message in entries(language) if message.fuzzy] == []
    assert not catalogue(language).fuzzy


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_in_what_the_source_fills_in(language: str) -> None:
    for message in entries(language):
        singular, plural = as_tuple(message.id)[0], as_tuple(message.id)[-1]
        allowed = (placeholders(singular), placeholders(plural))
        assert all(placeholders(text) in allowed for text in as_tuple(message.string)), message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_plural_forms_are_as_many_as_the_language_has(language: str) -> None:
    plurals = [message for message in entries(language) if message.pluralizable]

    assert all(len(as_tuple(message.string)) == catalogue(language).num_plurals for message in plurals)


def test_the_catalogues_are_read_without_being_compiled_first() -> None:
    assert translations("es").gettext("Register") == "Inscribirse"
    assert (
        translations("fr")
        .ngettext("One person is ahead of you.", "%(count)s people are ahead of you.", 0)
        .startswith("Une personne")
    )
    assert translations("en").gettext("Register") == "Register"
    assert translations("../../etc").gettext("Register") == "Register"


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("es-MX,es;q=0.9", "es"),
        ("de;q=1,fr;q=0.2", "fr"),
        ("en;q=0,fr;q=0.1", "fr"),
        ("*", "en"),
        (None, "en"),
        ("fr;q=x", "en"),
    ],
)
def test_the_browser_s_best_wish_counts(wish: str | None, language: str) -> None:
    assert best_language(wish) == language


def test_languages_have_names() -> None:
    assert language_name("pt-BR", language="es") == "portugués"
    assert language_name("tlh-x", language="xx") == "Klingon"
    assert language_name("qqq", language="en") == "qqq"
