"""What announcements of other houses taught the importer: one test for each kind of mistake that was found."""

from datetime import date, time

import pytest

from shared.announcements import Announcement, read_announcement
from shared.errors import NotAnAnnouncement
from shared.schemas.programme import ItemKind, Part
from tests.shared.announcements.facts import TODAY, codes, item, person, webinar


def page(html: str) -> Announcement:
    return read_announcement(html, media_type="text/html", today=TODAY)


def letter(text: str) -> Announcement:
    return read_announcement(text, media_type="text/plain", today=TODAY)


# People of an item


def test_a_panel_names_its_moderator_first_and_then_who_is_moderated():
    announcement = webinar(
        "## Programme",
        "- Table ronde animée par Lise Aubry, journaliste, avec Marc Vial (Ville de Sète) et Ana Gil (Institut Clair) "
        "(40 min)",
    )

    assert announcement.programme == [
        item(
            "Table ronde",
            ItemKind.PANEL,
            40,
            person("Marc Vial", organisation="Ville de Sète"),
            person("Ana Gil", organisation="Institut Clair"),
            person("Lise Aubry", role="journaliste", part=Part.MODERATOR),
        )
    ]


def test_participants_stand_in_a_sentence_of_their_own_behind_the_moderator():
    announcement = webinar(
        "## Programa",
        "11.30 h. Mesa redonda: barrios. Modera: Pau Serra, periodista. Participan: Alba Marín (Biblioteca de Soria), "
        "Hugo Prats (Red de Parques)",
        "12.30 h. Clausura",
    )

    names = [(each.name, each.part) for each in announcement.programme[0].people]
    assert announcement.programme[0].title == "Mesa redonda: barrios"
    assert names == [("Alba Marín", Part.SPEAKER), ("Hugo Prats", Part.SPEAKER), ("Pau Serra", Part.MODERATOR)]


def test_a_list_below_speakers_belongs_to_the_panel_above_it():
    announcement = webinar(
        "## Programme",
        "**13:10–14:00** | Panel 1: Benches",
        "Chair: Prof. Colm Daly, Harbour College",
        "Speakers:",
        "- Hiro Sato, Planner, City of Toyama",
        "- Elsa Lind (Bench League)",
        "",
        "**14:00–14:10** | Closing",
    )

    panel, closing = announcement.programme
    assert [(each.name, each.part) for each in panel.people] == [
        ("Prof. Colm Daly", Part.MODERATOR),
        ("Hiro Sato", Part.SPEAKER),
        ("Elsa Lind", Part.SPEAKER),
    ]
    assert closing.kind is ItemKind.CLOSING
    assert announcement.people == []


def test_a_moderator_nested_in_an_item_is_not_the_moderator_of_the_event():
    announcement = webinar("## Programme", "- Panel: money (30 min)", "  - Moderator: Ewa Nowak, Clean Streets")

    assert announcement.programme[0].people == [
        person("Ewa Nowak", organisation="Clean Streets", part=Part.MODERATOR),
    ]
    assert announcement.people == []


def test_an_item_and_its_speaker_may_be_two_sentences():
    announcement = webinar(
        "## Programa", "10.00 h. Bienvenida. Núria Pons, directora de Bibliotecas", "10.15 h. Cierre"
    )

    assert announcement.programme[0].title == "Bienvenida"
    assert [each.name for each in announcement.programme[0].people] == ["Núria Pons"]


def test_an_organisation_that_sounds_like_a_person_is_none():
    announcement = webinar(
        "## Programme",
        "Moderation by Inès Caron, director of Nuits Claires",
        "- Introduction by Nuits Claires, why the night? (5 min)",
        "- Conclusions by Nuits Claires (4 min)",
    )

    assert announcement.programme == [
        item("Introduction by Nuits Claires, why the night?", ItemKind.INTRODUCTION, 5),
        item("Conclusions by Nuits Claires", ItemKind.CONCLUSIONS, 4),
    ]


def test_lines_that_end_with_their_minutes_are_items_of_their_own():
    announcement = letter(
        "Seminar: Mayors abroad\n\n1. Background\nCities signed treaties long before there were any states.\n\n"
        "2. Date and time\n25 February 2026, 17:00-18:00 CET\n\n3. Speakers\n"
        "Dr. Lotte Hagen, Chair of History, University of Northbridge\nCarla Freitas, former Ambassador, Lisbon\n\n"
        "4. Programme\nIntroduction (10 min)\nSix treaties, Dr. Lotte Hagen (30 min)\nDiscussion (20 min)\n"
    )

    assert [each.minutes for each in announcement.programme] == [10, 30, 20]
    assert announcement.programme[1].people[0].role == "Chair of History"
    assert announcement.people == [person("Carla Freitas", role="former Ambassador", city="Lisbon")]
    assert announcement.introduction == "Cities signed treaties long before there were any states."
    assert "text-ignored" not in codes(announcement)


# Who the people are


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Ana Beltri – Director of Housing, City of Porto. Ana has led the department since 2019.",
            person("Ana Beltri", role="Director of Housing", organisation="City of Porto"),
        ),
        ("Olga Petrova, producer, Kyiv", person("Olga Petrova", role="producer", city="Kyiv")),
        (
            "Kadri Saar, Deputy Mayor for Transport, Tallinn",
            person("Kadri Saar", role="Deputy Mayor for Transport", city="Tallinn"),
        ),
        (
            "Samir Kadri, membre du conseil municipal de Tunis, Tunis",
            person("Samir Kadri", role="membre", organisation="Conseil municipal de Tunis", city="Tunis"),
        ),
    ],
)
def test_a_person_is_told_from_the_post_the_house_and_the_life(line, expected):
    announcement = webinar("## Speakers", f"- {line}")

    assert announcement.people == [expected]


# Tables


def test_a_table_may_have_a_caption_cell_and_speakers_below_titles():
    announcement = page(
        "<h1>Webinar: Dashboards that last</h1><p>9 November 2026, 16:00 (Berlin time)</p><table>"
        "<tr><th colspan='2'>Programme</th></tr>"
        "<tr><td>16:00</td><td>Welcome<br><i>Anke Vogt, City Data Clinic</i></td></tr>"
        "<tr><td>16:05</td><td>Questions</td></tr></table>"
    )

    assert announcement.programme == [
        item("Welcome", ItemKind.WELCOME, 5, person("Anke Vogt", organisation="City Data Clinic"), at="16:00"),
        item("Questions", ItemKind.QUESTIONS, None, at="16:05"),
    ]


def test_merged_cells_leave_every_column_in_its_place():
    announcement = page(
        "<h1>Study visit: Tram depot</h1><p>2 October 2026, 9.30 am (Zurich time)</p><h2>Programme</h2><table>"
        "<tr><th>Time</th><th>Session</th><th>Speakers</th></tr>"
        "<tr><td rowspan='2'>10:00</td><td>Why depots?</td><td>Urs Keller, Head of Planning</td></tr>"
        "<tr><td>The neighbours</td><td>Lea Frey, Quartierverein West</td></tr>"
        "<tr><td>11:00</td><td colspan='2'>Closing</td></tr></table>"
    )

    assert [each.title for each in announcement.programme] == ["Why depots?", "The neighbours", "Closing"]
    assert announcement.programme[1].people == [person("Lea Frey", organisation="Quartierverein West")]


# Times


def test_a_programme_in_twelve_hours_follows_the_stated_afternoon():
    announcement = webinar(
        "## Agenda", "- 1:30 Warm-up", "- 1:40 Ten rules", "- 2:50 Wrap up", date_line="8 April 2026, 1:30–3 p.m. ET"
    )

    assert [each.starts_at_clock for each in announcement.programme] == [time(13, 30), time(13, 40), time(14, 50)]
    assert announcement.minutes == 90
    assert "times-differ" not in codes(announcement)


def test_the_last_item_lasts_as_long_as_the_stated_length_says():
    announcement = webinar("Duration: one hour", "## Agenda", "- 15:00 Welcome", "- 15:55 Closing")

    assert announcement.programme[-1].minutes == 5
    assert announcement.minutes == 60


@pytest.mark.parametrize("words", ["a one-hour webinar", "a two-hour online workshop", "a 90-minute session"])
def test_a_length_may_be_part_of_what_the_event_is_called(words):
    expected = {"a one-hour webinar": 60, "a two-hour online workshop": 120}.get(words, 90)

    assert webinar(f"Join us for {words} about shade in every schoolyard.").minutes == expected


@pytest.mark.parametrize(("written", "minutes"), [("quarter of an hour", 15), ("1/4 h", 15), ("3/4 h", 45)])
def test_parts_of_an_hour_are_minutes(written, minutes):
    assert webinar("## Programme", f"- Welcome ({written})").programme[0].minutes == minutes


def test_a_short_month_with_a_point_keeps_its_year():
    announcement = webinar("Le webinaire aura lieu le 3 février, à 15 h (CET).", date_line="3 févr. 2027")

    assert announcement.starts_on == date(2027, 2, 3)
    assert "year-inferred" not in codes(announcement)


# Taking part


@pytest.mark.parametrize(
    "words", ["It is free to attend.", "Free – register at https://shade.example.org/r", "Registration: free, by form"]
)
def test_free_is_said_in_many_ways(words):
    assert webinar(words).is_free is True


def test_a_last_day_stands_anywhere_in_the_sentence_about_registering():
    announcement = webinar("To register, send an e-mail to shade@example.org by 1 March 2026.")

    assert announcement.registration_closes_on == date(2026, 3, 1)
    assert "dates-differ" not in codes(announcement)


def test_languages_may_be_a_sentence_of_their_own():
    assert webinar("All welcome. In English and Hindi.").languages == ["en", "hi"]


def test_a_sentence_says_whom_the_event_is_for():
    announcement = webinar("The webinar is aimed at park rangers, councillors and gardeners.")

    assert announcement.audiences == ["Park rangers", "Councillors", "Gardeners"]


def test_answers_to_for_whom_lose_their_preposition():
    announcement = webinar("## À qui s'adresse cet atelier ?", "Aux élus, aux associations et aux étudiants.")

    assert announcement.audiences == ["Élus", "Associations", "Étudiants"]


# Hosts, titles, places


@pytest.mark.parametrize(
    ("sentence", "hosts"),
    [
        (
            "Co-organised by the Habitat Forum and the Institute for Housing Studies.",
            ["Habitat Forum", "Institute for Housing Studies"],
        ),
        (
            "Organisé par la Métropole d’Arvennes en partenariat avec l’Université de Namur.",
            ["Métropole d’Arvennes", "Université de Namur"],
        ),
        (
            "Organiza: Diputación de Girona, con la colaboración de Fundación Letra",
            ["Diputación de Girona", "Fundación Letra"],
        ),
        (
            "Hosted by the Shade Network and co-organised by the City of Paris.",
            ["Shade Network", "City of Paris"],
        ),
        ("Le réseau Villes Calmes vous convie à ce webinaire.", ["Réseau Villes Calmes"]),
        ("Everyone is welcome.", []),
    ],
)
def test_hosts_are_all_named_and_whole(sentence, hosts):
    assert webinar(sentence).hosts == hosts


def test_a_series_is_the_calendar_and_what_follows_it_the_title():
    announcement = read_announcement(
        '# Webinar series "River Days"\n\n## Reading the river\n\n18 March 2026, 10:00 (Europe/Madrid)', today=TODAY
    )

    assert (announcement.calendar, announcement.title) == ("River Days", "Reading the river")


def test_a_picture_behind_the_title_is_no_part_of_it():
    announcement = read_announcement("# 🌳 Webinar: Trees 🌳\n\n3 March 2026, 15:00 (Europe/Madrid)", today=TODAY)

    assert announcement.title == "Trees"


def test_a_sentence_about_buildings_is_no_address():
    assert webinar("Las bibliotecas son refugio, sala de estudio y compañía.").location is None


def test_a_signature_is_no_part_of_the_programme():
    announcement = letter(
        "Webinar: Shade\n3 March 2026, 15:00 (Europe/Madrid)\n\nPROGRAMME\n15:00 Welcome\n15:10 Close\n\n--\n"
        "You receive this because you asked for it.\n"
    )

    assert [each.title for each in announcement.programme] == ["Welcome", "Close"]


# What is no announcement


@pytest.mark.parametrize(
    "text",
    [
        "# Minutes of the meeting of the Tree Committee\n\nDate: 4 February 2026, 14:00–15:30\n\n1. Bus lanes.",
        "# Webinar recap: what we learned\n\nOn 3 March 2025 many joined our webinar on shade.",
        "# Ada Stone\n\nCurriculum vitae — 3 January 2026\n\n## Talks\n\n- 12 May 2026, keynote at a webinar",
        "# Vacancy: Events officer\n\nSalary: £32,000. Interviews: 12 May 2026 at 10:00 for the webinar team.",
        "INVOICE No. 2231\nDate: 3 May 2026\nWebinar hosting, 2 hours: EUR 300.00",
        'import datetime\n\ndef webinar():\n    """The webinar on 3 May 2026 at 15:00 CET."""\n    print(1)\n    go(2)',
    ],
)
def test_records_and_applications_and_code_are_refused(text):
    with pytest.raises(NotAnAnnouncement):
        read_announcement(text, today=TODAY)


def test_a_place_behind_an_abbreviation_says_which_of_its_zones_is_meant():
    announcement = webinar("All welcome.", date_line="18 September 2026, 13:00 - 15:00 IST (Dublin)")

    assert announcement.time_zone == "Europe/Dublin"
    assert "time-zone-abbreviation-doubtful" not in codes(announcement)


def test_a_length_stands_among_the_other_facts_of_the_line():
    assert webinar(date_line="Online, 12 March 2026, 3.00 pm (CET), 90 minutes").minutes == 90


def test_a_line_about_a_moderator_is_no_address():
    assert webinar("Moderated by Tessa Boon, Professor with the University of Ghent").location is None


def test_vacant_homes_and_minutes_of_silence_may_be_subjects():
    for title in ("Vacancy taxes: what cities learn", "Minutes of silence in the city"):
        text = f"# {title}\n\nOnline seminar, 12 March 2026, 15:00 (Europe/Madrid)"
        assert read_announcement(text, today=TODAY).title == title


def test_every_speaker_may_have_a_paragraph_of_lines():
    announcement = page(
        "<h1>Workshop: Trees</h1><p>18 September 2026, 13:00 (Europe/Dublin)</p><h4>Speakers</h4>"
        "<p><b>Dr Orla Byrne</b><br>Lecturer in Forestry, University College Cork</p>"
        "<p><b>Tom Walsh</b><br>Tree Officer, Galway City Council</p>"
    )

    assert [(each.name, each.role) for each in announcement.people] == [
        ("Dr Orla Byrne", "Lecturer in Forestry"),
        ("Tom Walsh", "Tree Officer"),
    ]
