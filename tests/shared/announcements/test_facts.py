"""Facts that stand in sentences or labels: price, access, languages, places, link, closing day, hosts, place."""

from datetime import date

import pytest

from tests.shared.announcements.facts import codes, person, webinar


@pytest.mark.parametrize(
    ("line", "is_free"),
    [(line, True) for line in (
        "Participation is free of charge.", "The webinar is completely free.", "Free and open to all.", "Price: free",
        "La participation est gratuite.", "Tarif : gratuit", "Entrée libre.", "La participación es gratuita.",
        "Precio: gratuito", "There is no registration fee.", "A free webinar for schools.",
    )]
    + [(line, False) for line in ("Fee: 45 €", "The fee is EUR 120.", "Tarif : 20 €", "Precio: 30 €")]
    + [(line, None) for line in ("Feel free to write to us.", "We discuss free trade.", "Please come.")],
)  # fmt: skip
def test_the_price_is_understood(line: str, is_free: bool | None) -> None:
    read = webinar("## Details", "", line)

    assert read.is_free is is_free
    assert (read.price_text is not None) is (is_free is False)


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("It is open to anyone.", True),
        ("Ouvert à tous.", True),
        ("Abierto al público.", True),
        ("All are welcome.", True),
        ("By invitation only.", False),
        ("Members only.", False),
        ("Sur invitation.", False),
        ("See you there.", None),
    ],
)
def test_who_may_come_is_understood(line: str, is_open: bool | None) -> None:
    assert webinar("## Details", "", line).is_open_to_all is is_open


@pytest.mark.parametrize(
    ("line", "languages"),
    [
        ("It will be held in English.", ["en"]),
        ("The webinar is in English and Spanish.", ["en", "es"]),
        ("Language: English, with interpretation into French", ["en", "fr"]),
        ("Langues : français et anglais", ["fr", "en"]),
        ("Se celebrará en español, con interpretación al inglés.", ["es", "en"]),
        ("Le webinaire se tiendra en français.", ["fr"]),
        ("Idioma: castellano", ["es"]),
        ("Languages: EN / FR", ["en", "fr"]),
    ],
)
def test_the_languages_are_codes(line: str, languages: list[str]) -> None:
    assert webinar("## Details", "", line).languages == languages


def test_a_language_that_is_not_stated_is_assumed_aloud() -> None:
    read = webinar("## Details", "", "Come and see, and register with us.")

    assert read.languages == ["en"]
    assert "language-assumed" in codes(read)


@pytest.mark.parametrize(
    "line",
    [
        "Places are limited to 60.",
        "Limited to 60 places.",
        "Plazas limitadas a 60.",
        "60 places available.",
        "Capacity: 60",
        "Nombre de places limité à 60.",
        "Aforo: 60 personas",
        "Limited to the first 60 registrants.",
        "Up to 60 participants.",
        "Cupo limitado a 60 personas.",
        "Places limitées (60).",
        "Maximum 60 participants.",
        "Nombre de places : 60",
    ],
)
def test_the_number_of_places_is_read(line: str) -> None:
    assert webinar("## Details", "", line).places == 60


@pytest.mark.parametrize(
    "line",
    [
        "Register here: https://a.example/form",
        "Register [here](https://a.example/form).",
        "To register, open https://a.example/form.",
        "[Sign up](https://a.example/form)",
        "Inscription : <https://a.example/form>",
        "Inscríbase en https://a.example/form",
        "Register: <https://a.example/form",
        "RSVP (https://a.example/form)",
        "Please register!\n\nhttps://a.example/form",
    ],
)
def test_the_link_to_the_form_is_found(line: str) -> None:
    assert webinar("See https://a.example/report too.", "", line).registration_url == "https://a.example/form"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "mailto:a@b.example", "ftp://a.example/form", "file:///etc/passwd"]
)
def test_only_web_links_are_taken(url: str) -> None:
    assert webinar(f"[Register here]({url})").registration_url is None


@pytest.mark.parametrize(
    "line",
    [
        "Please register before 20 February 2026.",
        "Registration deadline: 20 February",
        "Date limite : 20 février 2026",
        "Inscripciones hasta el 20 de febrero.",
        "Inscription avant le 20 février.",
        "RSVP by 20 February",
    ],
)
def test_the_last_day_to_register_is_not_the_event(line: str) -> None:
    read = webinar("## Details", "", line)

    assert read.registration_closes_on == date(2026, 2, 20)
    assert read.starts_on == date(2026, 3, 3)
    assert "dates-differ" not in codes(read)


@pytest.mark.parametrize(
    ("line", "hosts"),
    [
        ("Portus and “Proyecto RÍO” are offering a webinar on quays.", ["Portus", "Proyecto RÍO"]),
        ("The City of Ghent and Ghent University invite you to a webinar.", ["City of Ghent", "Ghent University"]),
        ("Organised by: Institute for Rain", ["Institute for Rain"]),
        ("The webinar is organised by the Ministry of Water and Sanitation.", ["Ministry of Water and Sanitation"]),
        (
            "United Cities and Rural Regions (UCRR) invites you to this webinar.",
            ["United Cities and Rural Regions (UCRR)"],
        ),
        ("La Ville de Lyon vous invite à ce webinaire.", ["Ville de Lyon"]),
        (
            "Organizado por la Red de Puertos, en colaboración con el Ayuntamiento de Gijón.",
            ["Red de Puertos", "Ayuntamiento de Gijón"],
        ),
        ("Hosted by Portus, in partnership with the Rain Alliance.", ["Portus", "Rain Alliance"]),
        ("We invite you to this webinar.", []),
    ],
)
def test_the_hosts_are_the_organisations_that_offer_it(line: str, hosts: list[str]) -> None:
    assert webinar("## Introduction", "", line).hosts == hosts


@pytest.mark.parametrize(
    ("line", "location"),
    [
        ("Venue: Town Hall, Ghent", "Town Hall, Ghent"),
        ("Lieu : en ligne", "en ligne"),
        ("The webinar takes place online.", "online"),
        ("The meeting will be held at the Old Library, Harbour Street.", "Old Library, Harbour Street"),
        ("It will be held in English.", None),
    ],
)
def test_the_place_is_what_the_text_says(line: str, location: str | None) -> None:
    assert webinar("## Details", "", line).location == location


@pytest.mark.parametrize(
    "line",
    [
        "Moderated by Ana Ruiz, Director of Portus",
        "Moderator: Ana Ruiz, Director, Portus",
        "Chair: Ana Ruiz (Director, Portus)",
        "Modération : Ana Ruiz, Director of Portus",
        "Modera: Ana Ruiz, Director of Portus",
    ],
)
@pytest.mark.parametrize("heading", ["## Programme", "## Details"])
def test_who_moderates_belongs_to_the_event(line: str, heading: str) -> None:
    read = webinar(heading, "", line, "", "- Welcome (5 min)")

    assert [(p.name, p.part, p.role, p.organisation) for p in read.people] == [
        ("Ana Ruiz", "moderator", "Director", "Portus")
    ]


def test_a_speaker_of_the_programme_is_completed_from_the_speakers_section() -> None:
    read = webinar(
        "## Programme", "", "- Shade — Kim Lee (10 min)", "", "## Speakers", "", "- Kim Lee, Gardener, Portus"
    )

    assert read.programme[0].people == [person("Kim Lee", role="Gardener", organisation="Portus")]
    assert read.people == []


def test_nothing_vanishes_silently() -> None:
    read = webinar("## Details", "", "Bring a hat.", "", "## Lost and found", "", "Umbrellas are kept at the desk.")

    ignored = {remark.code: remark.excerpt for remark in read.remarks if remark.weight == "ignored"}
    assert ignored["text-ignored"] == "Bring a hat."
    assert "Umbrellas" in str(read.introduction) + str(ignored)
