"""One line of a programme, in the orders people write it."""

import pytest

from shared.announcements.items import read_item, read_people
from shared.schemas.programme import ItemKind, Part, PersonFacts
from tests.shared.announcements.facts import person

ANA = person("Ana Ruiz", organisation="City of Ghent")


@pytest.mark.parametrize(
    "line",
    [
        "Blue budgets that work — Ana Ruiz (City of Ghent) (10 min)",
        "Blue budgets that work – Ana Ruiz, City of Ghent – 10'",
        "Ana Ruiz (City of Ghent): Blue budgets that work (10 minutes)",
        "“Blue budgets that work”, Ana Ruiz, City of Ghent, 10 min",
        "Blue budgets that work, by Ana Ruiz (City of Ghent) [10 min]",
        "Blue budgets that work (Ana Ruiz, City of Ghent, 10 min)",
        "10' Blue budgets that work | Ana Ruiz, City of Ghent",
        "Blue budgets that work. Speaker: Ana Ruiz, City of Ghent (10 min)",
        "Ana Ruiz, City of Ghent – “Blue budgets that work” (10 min)",
        "Blue budgets that work, Ana Ruiz (City of Ghent), 10min",
    ],
)
def test_title_speaker_and_minutes_are_told_apart(line: str) -> None:
    item = read_item(line)

    assert (item.title, item.kind, item.minutes, item.people) == ("Blue budgets that work", ItemKind.TALK, 10, [ANA])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Ines Vidal, member of Rosal City Council, Rosal", ("member", "Rosal City Council", "Rosal")),
        (
            "Ines Vidal, Senior Fellow, Rosal Council of Port Affairs",
            ("Senior Fellow", "Rosal Council of Port Affairs", None),
        ),
        (
            "Ines Vidal, Principal, International Relations, Greater Rosal",
            ("Principal, International Relations", "Greater Rosal", None),
        ),
        ("Ines Vidal, Secretary general of Portus", ("Secretary general", "Portus", None)),
        ("Ines Vidal, Head of Mobility, City of Ghent, Belgium", ("Head of Mobility", "City of Ghent", "Belgium")),
        ("Ines Vidal, Director of Climate at C40 Cities", ("Director of Climate", "C40 Cities", None)),
        ("Ines Vidal, alcaldesa de Rosal, Argentina", ("alcaldesa", None, "Rosal, Argentina")),
        (
            "Ines VIDAL, directrice de la mobilité, Métropole de Lyon",
            ("directrice de la mobilité", "Métropole de Lyon", None),
        ),
        ("Ines Vidal (Fundación Raíz (Medellín))", (None, "Fundación Raíz", "Medellín")),
        ("Ines Vidal, independent researcher", ("independent researcher", None, None)),
    ],
)
def test_a_person_has_role_organisation_and_city(text: str, expected: tuple[str | None, ...]) -> None:
    (found,) = read_people(text)

    assert (found.role, found.organisation, found.city) == expected


def test_several_people_share_an_item() -> None:
    item = read_item(
        "Panel with Ana Ruiz (City of Ghent), Tom de Vries (C40) and Kim Lee, moderated by Noor Haddad (30')"
    )

    assert (item.title, item.kind, item.minutes) == ("Panel", ItemKind.PANEL, 30)
    assert item.people == [
        ANA,
        person("Tom de Vries", organisation="C40"),
        person("Kim Lee"),
        person("Noor Haddad", part=Part.MODERATOR),
    ]


def test_an_organisation_is_no_person_and_its_name_stays_in_the_title() -> None:
    item = read_item("Introduction by PORT-NET, ¿Who pays for the quay? (5 min.)")

    assert (item.title, item.minutes) == ("Introduction by PORT-NET, ¿Who pays for the quay?", 5)
    assert item.people == []


def test_an_item_that_names_only_a_person_is_called_after_that_person() -> None:
    item = read_item("Ana Ruiz, City of Ghent - (10min)")

    assert (item.title, item.kind, item.people) == ("Ana Ruiz", ItemKind.TALK, [ANA])


@pytest.mark.parametrize(
    ("line", "kind"),
    [(line, kind) for kind, lines in {
        ItemKind.WELCOME: "Welcome|Opening remarks|Mot d'accueil|Bienvenida|Accueil des participants|Registration",
        ItemKind.QUESTIONS: "Q&A|Questions & Answers|Questions et réponses|Preguntas y respuestas|Discussion",
        ItemKind.BREAK: "Coffee break|Break|Pause café|Lunch|Almuerzo|Descanso|Pause",
        ItemKind.CONCLUSIONS: "Conclusions|Conclusion|Conclusiones|Synthèse|Next steps",
        ItemKind.CLOSING: "Closing|Clôture|Cierre|Wrap-up|Palabras de clausura|End",
        ItemKind.PANEL: "Panel discussion|Round table|Table ronde|Mesa redonda",
        ItemKind.OTHER: "Break-out groups|Site visit|Group work",
    }.items() for line in lines.split("|")],
)  # fmt: skip
def test_the_kind_of_an_item_is_recognised(line: str, kind: ItemKind) -> None:
    assert read_item(f"{line} (15 min)").kind is kind


@pytest.mark.parametrize(
    "title", ["Closing the gap in water finance", "Questions of scale", "Rain gardens, parks and streets"]
)
def test_a_title_that_begins_like_a_break_is_still_a_talk(title: str) -> None:
    item = read_item(f"{title} — Ana Ruiz (City of Ghent)")

    assert (item.title, item.kind) == (title, ItemKind.TALK)


@pytest.mark.parametrize(
    "text",
    [
        "Water and cities",
        "PORT-NET",
        "Rosal Council",
        "Coffee Break",
        "Lessons from Dakar",
        "Greater rain, fewer drains",
    ],
)
def test_what_is_no_name_gives_no_person(text: str) -> None:
    assert read_people(text) == []


def test_clock_times_at_the_start_of_a_line_are_taken() -> None:
    item = read_item("9h30 - 9h45 : Accueil")

    assert (f"{item.starts:%H:%M}", item.minutes, item.title) == ("09:30", 15, "Accueil")


def test_names_are_never_longer_than_they_may_be() -> None:
    people: list[PersonFacts] = read_people("Ana Ruiz, " + "Office of Very Long Names, " * 30)

    assert all(len(p.organisation or "") <= 200 for p in people)
