"""What a heading announces, in every wording we know and in capitals, with numbers, marks and drafts."""

import pytest

from shared.announcements.headings import Topic, day_number, is_day_heading, topic_of
from shared.announcements.labels import Label, label_of

WORDINGS = {
    Topic.INTRODUCTION: "Introduction|BACKGROUND|About|About the event|Contexte|Présentation|Introducción|Antecedentes"
    "|1. Background|I. Contexte|Objectives|Background and objectives|About this workshop|Why this webinar?|¿De "
    "qué se trata?",
    Topic.CONTENTS: "Contents|Topics|Topics to be covered|Key themes|What you will learn|What we will discuss|Contenu"
    "|Thèmes abordés|Thématiques|Contenidos|Temas|Ejes temáticos|Preguntas clave",
    Topic.AUDIENCE: "Who should attend|WHO SHOULD ATTEND?|Who is this workshop for?|Target audience|Audience|For whom"
    "|Public visé|À qui s'adresse cet atelier ?|A QUI S’ADRESSE-T-IL ?|Pour qui ?|Destinatarios|Dirigido a:"
    "|¿A quién va dirigido?|¿A quiénes está dirigido?|Público objetivo",
    Topic.PROGRAMME: "Programme|Draft programme|Program|Agenda|Provisional agenda|Schedule|Programme (provisional)"
    "|Programme & speakers|Au programme|Déroulé|Programme provisoire|Ordre du jour|Programa|Orden del día"
    "|Programa preliminar|📅 Programme|**Programme**|4. Programme",
    Topic.PRACTICAL: "Specifications|Practical information|Details|When and where|Informations pratiques|Modalités"
    "|Información práctica|Datos prácticos|Fecha y lugar|Quand et où ?|¿Cuándo y dónde?|Date and time",
    Topic.SPEAKERS: "Speakers|Our speakers|Panellists|Intervenants|Les intervenantes|Ponentes|Confirmed speakers",
    Topic.REGISTRATION: "Registration|How to register|Inscription|Inscriptions|Inscripción|Cómo inscribirse",
    Topic.ORGANISERS: "Organisers|Organizers|Hosts|Organised by|Organisateurs|Organizadores|Organizan|Convocan",
    Topic.OTHER: "Contact|About us|Partners|Más información|Nous contacter|Privacy",
}
CASES = [(wording, topic) for topic, wordings in WORDINGS.items() for wording in wordings.split("|")]


@pytest.mark.parametrize(("wording", "topic"), CASES)
def test_a_heading_is_recognised_in_many_wordings(wording: str, topic: Topic) -> None:
    assert topic_of(wording) is topic
    assert topic_of(wording.upper()) is topic


@pytest.mark.parametrize(
    "title", ["Cities and culture: Agenda 21", "Public money, public code", "Rain gardens", "", "¿?"]
)
def test_a_title_is_no_known_heading(title: str) -> None:
    assert topic_of(title) is None


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        ("Day 1 – Tuesday 3 March", 1),
        ("Jour 2", 2),
        ("DÍA 3:", 3),
        ("Segundo día", 2),
        ("First day", 1),
        ("Days", None),
    ],
)
def test_a_day_has_its_number(heading: str, number: int | None) -> None:
    assert day_number(heading) == number


def test_a_date_alone_heads_a_day() -> None:
    assert is_day_heading("Wednesday 4 March")
    assert not is_day_heading("What happened on 4 March")


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("Date and time", Label.DATE),
        ("Heure", Label.TIME),
        ("IDIOMA", Label.LANGUAGE),
        ("Lieu", Label.LOCATION),
        ("Aforo", Label.PLACES),
        ("Date limite d'inscription", Label.DEADLINE),
        ("Organised by", Label.HOSTS),
        ("Anything else", None),
    ],
)
def test_a_label_is_recognised(words: str, label: Label | None) -> None:
    assert label_of(words) is label
